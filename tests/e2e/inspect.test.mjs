// Everything can be selected, by mouse and by keyboard, and tells its real state.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { button, enter, inspector, publishAndRest, run, select, stageFor, stepUntil, tab } from "./support/page.mjs";

const journey = stageFor({ before, after });

journey("a stream: messages, copies, Raft, configuration, and the answer of the API", async (page) => {
  await publishAndRest(page);
  await select(page, ".tape [data-stop]", "ORDERS");
  const messages = await tab(page, "Messages");
  assert.match(messages, /1\s+orders\.new\s+\{"id":101\}/);
  assert.match(messages, /n1\s+follows[\s\S]*n2\s+leads[\s\S]*n3\s+follows/);
  const raft = await tab(page, "Raft");
  assert.match(raft, /quorum\s+2/);
  for (const server of ["n1", "n2", "n3"]) assert.match(raft, new RegExp(`${server}\\s+(leader|follower)\\s+1`));
  assert.match(raft, /Commit/);
  assert.match(await tab(page, "Config"), /num_replicas\s+3/);
  assert.match(await tab(page, "State"), /last sequence\s+(0 → )?1/);
  await tab(page, "API");
  const answer = JSON.parse(await inspector(page).locator("pre").first().innerText());
  assert.equal(answer.type, "io.nats.jetstream.api.v1.stream_info_response");
  assert.equal(answer.state.messages, 1);
  assert.deepEqual(answer.config.subjects, ["orders.>"]);
});

journey("what a step changed is marked: was and is", async (page) => {
  await page.getByTestId("publish").click();
  await stepUntil(page, /stores orders\.new|sequence 1/);
  const stats = inspector(page).locator(".stats .changed");
  await stats.first().waitFor();
  assert.match(await stats.first().innerText(), /messages\s+1\s+was 0/);
}, { reducedMotion: "reduce" });

journey("a message: its subject, headers and data", async (page) => {
  await enter(page, `pub orders.paid 'hello' -H Trace:abc`);
  await page.locator("#console-input").press("Escape");
  await page.locator(".cell").first().click();
  const text = await inspector(page).innerText();
  for (const part of [/orders\.paid/, /Trace\s+abc/, /hello/]) assert.match(text, part);
});

journey("a server, an application, a link and a packet", async (page) => {
  await publishAndRest(page);
  await select(page, ".server [data-stop]", "n1");
  assert.match(await tab(page, "State"), /cluster\s+us-east/);
  assert.match(await tab(page, "Raft"), /ORDERS/);
  assert.match(await tab(page, "Connections"), /checkout/);
  await select(page, '.server:has-text("n3") [data-stop]', "n3");
  assert.match(await tab(page, "Interest"), /orders\.\*/);
  await select(page, '.app:has-text("checkout") [data-stop]', "checkout");
  assert.match(await tab(page, "Operations"), /publishes orders\.new/);
  await select(page, '.app:has-text("audit") [data-stop]', "audit");
  assert.match(await tab(page, "Received"), /orders\.new\s+\{"id":101\}/);
  await select(page, ".link [data-stop]", "n1");
  assert.match(await tab(page, "Link"), /latency\s+500 µs/);
  await button(page, "One hop back").click();
  await page.locator(".diagram__arrow").last().locator(".diagram__hit").dispatchEvent("click");
  assert.match(await tab(page, "Event"), /On the wire/i);
  assert.ok((await page.locator("[data-testid=inspector]").count()) === 1);
});

journey("the selected tab and the focus stay while one steps", async (page) => {
  await page.getByTestId("publish").click();
  await run(page);
  const raft = inspector(page).getByRole("tab", { name: "Raft" });
  await raft.click();
  await raft.focus();
  for (let n = 0; n < 4; n += 1) {
    await page.keyboard.press("PageUp");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Raft");
  }
  assert.equal(await raft.getAttribute("aria-selected"), "true");
});

journey("why something happened is told back to what was pressed", async (page) => {
  await publishAndRest(page);
  await page.locator(".wire__line").last().click();
  await inspector(page).getByRole("tab", { name: "Why" }).click();
  const chain = await page.getByTestId("why").locator("li").allInnerTexts();
  assert.match(chain[0], /acknowledge/);
  assert.match(chain.at(-1), /checkout publishes orders\.new/);
  assert.ok(chain.length >= 6, chain.join("\n"));
  // Each cause can be gone to.
  await page.getByTestId("why").locator("button").last().click();
  await inspector(page).locator("h2").waitFor();
});

journey("a stream's Raft log, entry by entry, and all of it", async (page) => {
  await enter(page, "pub orders.new order --count 14");
  await page.locator("#console-input").press("Escape");
  await select(page, ".tape [data-stop]", "ORDERS");
  await tab(page, "Raft");
  const log = inspector(page).getByTestId("raft-log");
  // The followers learn with the next message that the last one is committed.
  await log.getByRole("row", { name: /^15 1 publish orders\.new in the log applied in the log/ }).waitFor();
  await log.getByRole("row", { name: /^14 1 publish orders\.new applied applied applied/ }).waitFor();
  assert.equal(await log.locator("tbody tr").count(), 12);
  await log.getByRole("button", { name: "List more: 3 older" }).click();
  await log.getByRole("row", { name: /^1 1 the group's 3 members/ }).waitFor();
  assert.equal(await log.locator("tbody tr").count(), 15);
  // An order under way: first the leader alone has it.
  await page.getByTestId("publish").click();
  await stepUntil(page, /puts .* log/);
  await log.getByRole("row", { name: /^16 1 publish orders\.new not in the log in the log not in the log/ }).waitFor();
}, { reducedMotion: "reduce" });
