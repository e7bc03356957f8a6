// Breaking things: servers that die or freeze, links that are cut; elections, lost acknowledgements,
// catching up, and why.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { button, caption, cells, inspector, publishAndRest, rest, run, select, stageFor, stepUntil, tab, type } from "./support/page.mjs";

const journey = stageFor({ before, after });
const still = { reducedMotion: "reduce" };

/** The chain of causes of the event that the last mark or line stands for. */
async function why(page) {
  await inspector(page).getByRole("tab", { name: "Why" }).click();
  return page.getByTestId("why").locator("li").allInnerTexts();
}

journey("the leader dies: an election, told step by step, and why it came to that", async (page) => {
  await publishAndRest(page);
  await button(page, "Kill leader").click();
  await page.locator(".server.down").waitFor();
  const said = await stepUntil(page, /leads ORDERS in term 2/);
  assert.match(said.join("\n"), /has not heard from a leader of ORDERS/);
  assert.match(said.join("\n"), /gives n[13] its vote/);
  assert.equal(await page.locator(".server__crown[d^=M]").count(), 1);
  await page.locator(".diagram__mark").last().locator(".diagram__touch").click();
  const chain = await why(page);
  assert.match(chain.at(-1), /has not heard from a leader|timer|too long/);
}, still);

journey("a server that comes back catches up", async (page) => {
  await publishAndRest(page);
  await select(page, '.server:has-text("n3") [data-stop]', "n3");
  await button(page, "Kill n3").click();
  await page.locator(".server.down").waitFor();
  await publishAndRest(page);
  await select(page, ".tape [data-stop]", "ORDERS");
  assert.match(await tab(page, "Messages"), /n3\s+down\s+1\s+1 behind/);
  await button(page, "Restart n3").click();
  await stepUntil(page, /sequence 2|ORDERS up to|catches up|stores/, 90);
  for (let n = 0; n < 60 && /behind/.test(await tab(page, "Messages")); n += 1) {
    await button(page, "One hop forward").click();
    await rest(page);
  }
  assert.match(await tab(page, "Messages"), /n3\s+follows\s+2\s+complete/);
}, still);

journey("an acknowledgement is lost with the server that would have passed it on", async (page) => {
  await page.getByTestId("publish").click();
  await stepUntil(page, /leads ORDERS: it puts/);
  await select(page, '.server:has-text("n1") [data-stop]', "n1");
  await button(page, "Kill n1").click();
  await run(page);
  assert.equal(await cells(page), 1, "it is stored all the same");
  await select(page, '.app:has-text("checkout") [data-stop]', "checkout");
  assert.match(await tab(page, "Operations"), /connection lost|timed out|retry/);
}, still);

journey("a cut link is seen, and what is sent over another way still arrives", async (page) => {
  await button(page, "Cut n1–n2").click();
  await page.locator(".link.cut").waitFor();
  assert.match(await caption(page), /cut/);
  assert.match(await page.locator(".link.cut").textContent(), /cut/);
  await page.locator(".diagram__mark").last().locator(".diagram__touch").click();
  assert.match((await why(page)).at(-1), /cut/);
  await button(page, "Heal n1–n2").click();
  await page.locator(".link.cut").waitFor({ state: "detached" });
  // It takes the servers a moment to find each other again.
  for (let n = 0; n < 40 && (await page.locator(".link.route.loose").count()) > 0; n += 1) {
    await button(page, "One hop forward").click();
    await rest(page);
  }
  await publishAndRest(page);
  assert.equal(await cells(page), 1);
}, still);

journey("a frozen leader is replaced, and goes on as a follower", async (page) => {
  await publishAndRest(page);
  await button(page, "Pause n2").click();
  await page.locator(".server.paused").waitFor();
  await stepUntil(page, /leads ORDERS in term 2/);
  await button(page, "Resume n2").click();
  await page.locator(".server.paused").waitFor({ state: "detached" });
  await publishAndRest(page);
  assert.equal(await cells(page), 2);
}, still);

journey("everything is healed by one press, and the button rests when nothing is broken", async (page) => {
  const heal = button(page, "Heal all");
  assert.equal(await heal.getAttribute("aria-disabled"), "true");
  await button(page, "Cut n1–n2").click();
  await button(page, "Cut n1–n3").click();
  await type(page, "help");
  await page.locator("#console-input").press("Escape");
  await heal.click();
  await page.locator(".link.cut").first().waitFor({ state: "detached" });
  assert.equal(await heal.getAttribute("aria-disabled"), "true");
});
