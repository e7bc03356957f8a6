// Several clusters: what flows between streams, links that are tuned while the world runs, lanes that
// fold, traffic that is hidden.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { accessibilityFindings, started } from "./support/browser.mjs";
import { button, enter, inspector, rest, select, stageFor, stepUntil, tab, type } from "./support/page.mjs";

const journey = stageFor({ before, after });
const regions = { query: "?scene=two-regions", reducedMotion: "reduce" };

const badge = (page) => page.locator(".tape__badge text").first().innerHTML();

/** Publishes an order in us-east and follows it into the mirror. */
async function mirrored(page) {
  await page.getByTestId("publish").first().click();
  await stepUntil(page, /for mirror ORDERS_MIRROR, .*(stores|takes) sequence|ORDERS_MIRROR.*sequence \d/);
  for (let n = 0; n < 12 && (await badge(page)) !== "in step"; n += 1) {
    await button(page, "One hop forward").click();
    await rest(page);
  }
}

journey("a mirror is a labelled flow that is selected by keyboard and tells of its hidden consumer", async (page) => {
  await mirrored(page);
  assert.equal(await badge(page), "in step");
  const flow = page.locator(".flow__hit").first();
  assert.equal(
    await flow.getAttribute("aria-label"),
    "mirror ORDERS_MIRROR in eu-west of ORDERS in us-east: in step",
  );
  assert.match(await page.locator(".flow__plate text").first().innerHTML(), /^mirror/);
  await select(page, ".flow__hit", "ORDERS → ORDERS_MIRROR");
  const told = await tab(page, "Flow");
  assert.match(told, /JS_MIRROR_/);
  assert.match(told, /hidden push consumer/);
  assert.match(told, /only messages are copied/);
  assert.equal(await page.locator(".flow.selected").count(), 1);
  // Its origin tells of it too, and leads there.
  await select(page, '.tape [aria-label^="stream ORDERS,"]', "ORDERS");
  await inspector(page).getByRole("button", { name: "eu-west ORDERS_MIRROR", exact: true }).click();
  await inspector(page).locator("h2", { hasText: "ORDERS → ORDERS_MIRROR" }).waitFor();
  assert.deepEqual(await accessibilityFindings(page), []);
}, regions);

journey("what is deleted at the origin stays in the mirror, and both are seen to differ", async (page) => {
  await mirrored(page);
  assert.equal(await page.locator(".cell.kept").count(), 0);
  await enter(page, "nats stream rmm ORDERS 1 -f");
  await page.locator(".cell.kept").waitFor();
  assert.match(await page.locator(".cell.kept title").innerHTML(), /which its origin has no more/);
  await select(page, ".flow__hit", "ORDERS → ORDERS_MIRROR");
  assert.match(await tab(page, "Flow"), /kept here, gone in ORDERS in us-east/i);
}, regions);

journey("a leaf link is tuned by its sliders: each turn is an input that undo takes back", async (page) => {
  await select(page, ".link.leaf .link__hit", "us-east");
  const tuner = page.getByTestId("tuner");
  const latency = tuner.getByRole("slider", { name: "Latency" });
  assert.equal(await latency.getAttribute("aria-valuetext"), "45 ms");
  for (const name of ["Jitter", "Loss", "Bandwidth"]) {
    assert.equal(await tuner.getByRole("slider", { name }).count(), 1, name);
  }
  await latency.focus();
  await latency.press("ArrowRight");
  assert.equal(await latency.getAttribute("aria-valuetext"), "50 ms");
  await tuner.getByRole("slider", { name: "Loss" }).press("ArrowRight");
  assert.equal(await tuner.getByRole("slider", { name: "Loss" }).getAttribute("aria-valuetext"), "1 %");
  const plate = page.locator(".link.leaf .link__pill text").first();
  assert.match(await plate.innerHTML(), /50 ms · 1 % lost/);
  // What was done is written into the console, as the line that does the same.
  await page.locator("#console-input").focus();
  assert.match(await page.getByTestId("console-output").innerText(), /link .*--latency 50ms/);
  await page.locator("#console-input").press("Escape");
  await tuner.getByRole("button", { name: "Reset to the scene's" }).click();
  assert.equal(await latency.getAttribute("aria-valuetext"), "45 ms");
  await page.getByRole("button", { name: /^Undo/ }).first().click();
  assert.equal(await latency.getAttribute("aria-valuetext"), "50 ms");
  assert.deepEqual(await accessibilityFindings(page), []);
}, regions);

journey("a link is tuned on the stage as well, with the slider beside it and with plus and minus", async (page) => {
  const link = page.locator(".link.leaf .link__hit").first();
  await select(page, ".link.leaf .link__hit", "us-east");
  const tuner = page.getByTestId("stage-tuner");
  const latency = tuner.getByRole("slider", { name: "Latency" });
  await link.press("+");
  assert.equal(await latency.getAttribute("aria-valuetext"), "50 ms");
  await link.press("-");
  await link.press("-");
  assert.equal(await latency.getAttribute("aria-valuetext"), "20 ms");
  await latency.press("ArrowRight");
  assert.equal(await latency.getAttribute("aria-valuetext"), "45 ms");
  await tuner.getByText("More").click();
  await tuner.getByRole("slider", { name: "Bandwidth" }).press("ArrowLeft");
  assert.equal(
    await tuner.getByRole("slider", { name: "Bandwidth" }).getAttribute("aria-valuetext"),
    "100.0 MiB/s",
  );
  // The link stays selected while it is tuned.
  assert.equal(await page.locator(".link.selected").count(), 1);
}, regions);

journey("the lanes of a cluster fold into one, by keyboard", async (page) => {
  await mirrored(page);
  const lanes = () => page.locator(".diagram__lane").count();
  const before = await lanes();
  const head = page.getByTestId("folds").getByRole("button", { name: "5 lanes of us-east" });
  assert.equal(await head.getAttribute("aria-expanded"), "true");
  await head.focus();
  await head.press("Enter");
  await page.waitForFunction((n) => document.querySelectorAll(".diagram__lane").length === n, before - 4);
  assert.equal(await head.getAttribute("aria-expanded"), "false");
  assert.match(await page.getByRole("img", { name: /Space-time diagram: 6 lanes/ }).getAttribute("aria-label"), /6 lanes/);
  await head.press(" ");
  await page.waitForFunction((n) => document.querySelectorAll(".diagram__lane").length === n, before);
}, regions);

journey("Raft and heartbeats are hidden where there are several clusters, and one key shows them", async (page) => {
  const shown = page.getByTestId("inner");
  assert.equal(await shown.getAttribute("aria-pressed"), "false");
  const raft = () => page.locator(".wire__line", { hasText: "$NRG" }).count();
  await mirrored(page);
  assert.equal(await raft(), 0);
  await page.locator("body").press("h");
  assert.equal(await shown.getAttribute("aria-pressed"), "true");
  assert.ok((await raft()) > 0);
  await shown.click();
  assert.equal(await shown.getAttribute("aria-pressed"), "false");
  assert.equal(await raft(), 0);
}, regions);

journey("a single cluster shows its Raft traffic, and the switch is between on and off", async (page) => {
  const shown = page.getByTestId("inner");
  assert.equal(await shown.getAttribute("aria-pressed"), "mixed");
  await shown.click();
  assert.equal(await shown.getAttribute("aria-pressed"), "true");
}, { reducedMotion: "reduce" });

journey("a line begins a world of many clusters: it is drawn, it works, and its link leads back to it", async (page) => {
  await type(page, "topology hub 3,1,5,1,2,1,1,1");
  await page.waitForURL(/[?]s=/);
  await started(page);
  await page.locator(".cluster").nth(7).waitFor();
  assert.equal(await page.locator(".link.leaf, .link.joined").count() > 0, true);
  await enter(page, "nats stream add EVENTS --subjects events.> --defaults");
  await enter(page, `nats --domain sa-east stream add COPY --mirror '{"name":"EVENTS","domain":"us-east"}' --defaults`);
  await enter(page, "nats pub events.new hello");
  await enter(page, "nats --domain sa-east stream get COPY 1");
  assert.match(await page.getByTestId("console-output").innerText(), /hello/);
  assert.deepEqual(await accessibilityFindings(page), []);
}, regions);
