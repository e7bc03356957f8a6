// Applications: one is added by keyboard, a knob of it is turned, it is killed and comes back; scenes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFindings, assertClean, launch, newPage, started } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";

let host;
let browser;

before(async () => {
  host = await startHost({ prefix: "/course/windtunnel/" });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

/** The page with a scene, at rest. */
async function open(scene) {
  const made = await newPage(browser, host.origin, { reducedMotion: "reduce" });
  await made.page.goto(`${host.url}?scene=${scene}`);
  await started(made.page);
  return made;
}

const inspector = (page) => page.getByTestId("inspector");
const knob = (page, name) => page.getByTestId("knobs").getByLabel(name, { exact: true });

test("an app is added, its knob is turned, it is killed and comes back", async () => {
  const { page, problems, close } = await open("one-order");
  await page.getByRole("button", { name: "Add a worker" }).focus();
  await page.keyboard.press("Enter");
  await inspector(page).getByText("worker-1").waitFor();
  await page.getByRole("button", { name: /^application worker-1/ }).waitFor();

  // A slider goes through usual values; a field takes any.
  const crash = knob(page, "Crash before ack");
  assert.equal(await crash.getAttribute("aria-valuetext"), "0%");
  await crash.focus();
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.getElementById("knob-crash")?.ariaValueText === "100%");
  const exact = page.locator("#knob-crash-value");
  await exact.fill("12%");
  await exact.press("Enter");
  await page.waitForFunction(() => document.getElementById("knob-crash")?.ariaValueText === "12%");
  assert.equal(await exact.inputValue(), "12%");

  // What makes no sense is refused with a sentence, and the field says again what holds.
  await exact.fill("often");
  await exact.press("Enter");
  await page.getByTestId("notice").getByText("10%").waitFor();
  assert.equal(await exact.inputValue(), "12%");
  await page.getByRole("button", { name: "Dismiss" }).click();

  await page.getByRole("button", { name: "Kill worker-1" }).click();
  await page.getByRole("button", { name: "Restart worker-1" }).click();
  await page.getByRole("button", { name: "Kill worker-1" }).waitFor();
  await page.getByRole("button", { name: "Stop worker-1" }).click();
  await page.getByRole("button", { name: "Start worker-1" }).waitFor();
  assert.deepEqual(await accessibilityFindings(page), []);
  assertClean(problems);
  await close();
});

test("an app is removed, and stepping back brings it back", async () => {
  const { page, problems, close } = await open("work-queue");
  const worker = page.getByRole("button", { name: /^application worker-3/ });
  await worker.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove worker-3" }).focus();
  await page.keyboard.press("Enter");
  await worker.waitFor({ state: "detached" });
  await page.getByText("Nothing selected").waitFor();
  assert.equal(await page.getByRole("button", { name: /^application worker-[12]/ }).count(), 2);
  await page.getByRole("button", { name: "Undo the last thing done" }).click();
  await worker.waitFor();
  await page.getByRole("button", { name: "Remove worker-3" }).waitFor();
  // The console is where lines are typed: it stays.
  await page.getByRole("button", { name: /^application cli/ }).click();
  await page.getByRole("button", { name: "Kill cli" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Remove cli" }).count(), 0);
  assertClean(problems);
  await close();
});

test("a worker at work is seen, and what it held when it was killed", async () => {
  const { page, problems, close } = await open("work-queue");
  const worker = page.getByRole("button", { name: /^application worker-1/ });
  // Hop by hop, until it has something in hand.
  for (let hop = 0; hop < 80; hop += 1) {
    if (/works on 1/.test((await worker.getAttribute("aria-label")) ?? "")) break;
    await page.keyboard.press("ArrowRight");
  }
  assert.match(await worker.getAttribute("aria-label"), /works on 1/);
  assert.equal(await page.locator(".work__done").count(), 1);
  await worker.click();
  await page.getByRole("button", { name: "Kill worker-1" }).click();
  await page.waitForFunction(() =>
    [...document.querySelectorAll("[aria-label^='application worker-1']")].some((part) =>
      part.getAttribute("aria-label").includes("crashed with 1 in hand"),
    ),
  );
  assertClean(problems);
  await close();
});

test("another scene is one choice away", async () => {
  const { page, problems, close } = await open("one-order");
  await page.getByTestId("scenes").selectOption("three-retentions");
  await page.waitForURL(/\?scene=three-retentions$/);
  await started(page);
  for (const stream of ["LIMITS", "INTEREST", "WORK"]) {
    await page.getByRole("button", { name: new RegExp(`^stream ${stream},`) }).waitFor();
  }
  assertClean(problems);
  await close();
});
