// Consumers on the page: where they are on the tape, what is out, what comes again.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { button, caption, enter, inspector, publishAndRest, rest, select, stageFor, stepUntil, tab, type } from "./support/page.mjs";

const journey = stageFor({ before, after });

async function withConsumer(page, wait = "30s") {
  for (let n = 0; n < 3; n += 1) await publishAndRest(page);
  await enter(page, `consumer add ORDERS reports --pull --ack explicit --wait ${wait} --defaults`);
  await page.locator("#console-input").press("Escape");
  await page.locator(".consumer").waitFor();
}

journey("a consumer stands at its next message; a ring runs out around what is out", async (page) => {
  await withConsumer(page);
  const caret = () => page.locator(".consumer__caret").boundingBox();
  const before = await caret();
  await enter(page, "consumer next ORDERS reports --no-ack");
  await page.locator("#console-input").press("Escape");
  assert.ok((await caret()).x > before.x, "it goes on");
  assert.equal(await page.locator(".ring").count(), 1);
  await select(page, ".consumer [data-stop]", "reports");
  const stats = await inspector(page).locator(".stats").innerText();
  assert.match(stats, /to deliver\s+2/);
  assert.match(stats, /out\s+1/);
  assert.match(await tab(page, "Out"), /1\s+orders\.new\s+1\s+\d+/);
  assert.match(await tab(page, "State"), /ack floor\s+delivery 0 · stream 0/);
  await tab(page, "API");
  const info = JSON.parse(await inspector(page).locator("pre").first().innerText());
  assert.equal(info.num_ack_pending, 1);
  assert.equal(info.num_pending, 2);
});

journey("pull, delivery and acknowledgement have shapes, sentences and lines of their own", async (page) => {
  await withConsumer(page);
  await type(page, "consumer next ORDERS reports");
  assert.match(await caption(page), /cli/);
  const first = await caption(page);
  const end = /passes the acknowledgement of sequence 1 of consumer reports on to n1, which leads it/;
  const said = [first, ...(await stepUntil(page, end))];
  const story = said.join("\n");
  assert.match(story, /1 message of consumer reports/);
  assert.match(story, /delivers orders\.new/);
  const wire = await page.getByTestId("wire").innerText();
  assert.match(wire, /PUB \$JS\.API\.CONSUMER\.MSG\.NEXT\.ORDERS\.reports/);
  assert.match(wire, /MSG orders\.new \d+ \$JS\.ACK\.ORDERS\.reports\.1\.1\.1\./);
  assert.match(wire, /\$JS\.ACK\.ORDERS\.reports\.1\.1\.1\.\S+/);
}, { reducedMotion: "reduce" });

journey("what is not acknowledged in time comes again, and why is told", async (page) => {
  await withConsumer(page, "2s");
  await enter(page, "consumer next ORDERS reports --no-ack");
  await page.locator("#console-input").press("Escape");
  await stepUntil(page, /was not acknowledged in time/);
  await page.locator(".ring.queued").waitFor();
  await enter(page, "consumer next ORDERS reports --no-ack");
  await page.locator("#console-input").press("Escape");
  await page.locator(".ring__again").waitFor();
  await select(page, ".consumer [data-stop]", "reports");
  assert.match(await tab(page, "Out"), /1\s+orders\.new\s+2\s+/);
}, { reducedMotion: "reduce" });

journey("a stream lists its consumers; one is opened from there", async (page) => {
  await withConsumer(page);
  await select(page, ".tape [data-stop]", "ORDERS");
  assert.match(await tab(page, "Consumers"), /reports\s+pull\s+3\s+0\s+0/);
  await inspector(page).getByRole("button", { name: "reports" }).click();
  await inspector(page).locator("h2", { hasText: "reports" }).waitFor();
  await page.keyboard.press("Escape");
  await button(page, "To the beginning").click();
  await rest(page);
  assert.equal(await page.locator(".consumer").count(), 0, "it was not there yet");
});
