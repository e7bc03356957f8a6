// Breaking things: servers that die or freeze, links that are cut; elections, lost acknowledgements,
// catching up, and why.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { accessibilityFindings } from "./support/browser.mjs";
import { button, caption, cells, inspector, output, publishAndRest, rest, run, select, stageFor, stepUntil, tab, type } from "./support/page.mjs";

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

/** What the list of faults says is broken. */
const broken = (page) => page.getByTestId("broken").locator("li");

journey("a server's disk, clock and power, from the stage's menu, by keyboard, and at the console", async (page) => {
  await publishAndRest(page);
  // By pointer: the menu of a server.
  await page.locator('.server:has-text("n2") .server__hex').click({ button: "right" });
  const menu = page.getByRole("menu", { name: "What can be done to n2" });
  await menu.getByRole("menuitemradio", { name: "A write to its disk takes 50 ms" }).click();
  await page.locator('.server:has-text("n2") .wrong', { hasText: "disk 50 ms" }).waitFor();
  await menu.waitFor({ state: "detached" });
  assert.match(await page.locator('.server:has-text("n2") [data-stop]').getAttribute("aria-label"), /disk 50 ms/);
  // By keyboard: the inspector's buttons, which M reaches.
  await select(page, '.server:has-text("n3") [data-stop]', "n3");
  await inspector(page).getByText("More faults").press("Enter");
  await button(page, "Its clock is +1 h").press("Enter");
  await page.locator('.server:has-text("n3") .wrong', { hasText: "clock +1 h" }).waitFor();
  // At the console.
  await type(page, "fault power-cut us-east/n1");
  await page.locator('.server.down .wrong', { hasText: "down" }).waitFor();
  assert.match(await caption(page), /power has failed/);
  await page.locator("#console-input").press("Escape");
  await type(page, "fault ls");
  await output(page).getByText("the disk of us-east/n2 takes 50 ms for a write").waitFor();
  await page.locator("#console-input").press("Escape");
  await page.locator("#console-input").blur();
  // F lists it all, and all of it is mended there.
  await page.keyboard.press("f");
  await page.getByTestId("broken").waitFor();
  assert.deepEqual((await broken(page).locator(".entity").allInnerTexts()).sort(), [
    "the clock of us-east/n3 is 1h0m0s ahead",
    "the disk of us-east/n2 takes 50 ms for a write",
    "us-east/n1 is down",
  ]);
  assert.deepEqual(await accessibilityFindings(page), []);
  await page.getByRole("button", { name: "Mend: us-east/n1 is down" }).click();
  await page.locator(".server.down").waitFor({ state: "detached" });
  assert.equal(await broken(page).count(), 2);
  await button(page, "Heal everything").click();
  await page.getByTestId("broken").getByText("Nothing is broken.").waitFor();
  assert.equal(await page.locator(".wrong").count(), 0);
}, still);

journey("how slow a disk is and how wrong a clock, chosen in the menu and the inspector, by keyboard alone", async (page) => {
  const wrong = page.locator('.server:has-text("n2") .wrong');
  const dial = (name) => inspector(page).getByRole("group", { name, exact: true }).getByRole("button");
  const pressed = (name) => dial(name).and(page.locator('[aria-pressed="true"]')).innerText();
  const server = page.locator('.server:has-text("n2") [data-stop]');
  await select(page, '.server:has-text("n2") [data-stop]', "n2");
  // In the menu: the arrows lead to the values, and the one in force is said.
  await server.click({ button: "right" });
  const menu = page.getByRole("menu", { name: "What can be done to n2" });
  const fast = menu.getByRole("menuitemradio", { name: "A write to its disk takes no time" });
  assert.equal(await fast.getAttribute("aria-checked"), "true");
  const slow = menu.getByRole("menuitemradio", { name: "A write to its disk takes 500 ms" });
  for (let n = 0; n < 30 && !(await slow.evaluate((item) => item === document.activeElement)); n += 1) {
    await page.keyboard.press("ArrowDown");
  }
  assert.deepEqual(await accessibilityFindings(page), []);
  await page.keyboard.press("Enter");
  await wrong.getByText("disk 500 ms", { exact: true }).waitFor();
  assert.match(await caption(page), /500 ms/);
  // In the inspector: the focus stays where another value was chosen, and the list stays open.
  await inspector(page).getByText("More faults").press("Enter");
  assert.deepEqual(await dial("Its clock is").allInnerTexts(), ["−1 h", "−1 min", "right", "+1 min", "+1 h"]);
  assert.equal(await pressed("A write to its disk takes"), "500 ms");
  const ahead = button(page, "Its clock is +1 min");
  await ahead.press("Enter");
  await wrong.getByText("disk 500 ms · clock +1 min", { exact: true }).waitFor();
  assert.ok(await ahead.evaluate((item) => item === document.activeElement));
  assert.equal(await pressed("Its clock is"), "+1 min");
  assert.match(await server.getAttribute("aria-label"), /disk 500 ms, clock \+1 min/);
  assert.deepEqual(await inspector(page).locator(".badge").allInnerTexts(), ["up", "disk 500 ms", "clock +1 min"]);
  assert.match(await inspector(page).getByRole("tabpanel").innerText(), /takes 500 ms for a write[^]*1 min ahead/);
  // No clock can show a time before the scene began: that is said, and nothing changes.
  const behind = button(page, "Its clock is −1 min");
  assert.equal(await behind.getAttribute("aria-disabled"), "true");
  assert.match(await behind.getAttribute("title"), /no time before the beginning/);
  await behind.press("Enter");
  await page.getByText(/can go back by .* at most: there is no time before the beginning/).first().waitFor();
  assert.equal(await pressed("Its clock is"), "+1 min");
  // What the console set is among the values.
  await type(page, "fault slow-disk us-east/n2 20ms");
  await page.locator("#console-input").press("Escape");
  await page.waitForFunction(() => [...document.querySelectorAll(".insp__more .dial__value")].some((b) => b.innerText === "20 ms"));
  assert.equal(await pressed("A write to its disk takes"), "20 ms");
  await button(page, "A write to its disk takes no time").press("Enter");
  await button(page, "Its clock is right").press("Enter");
  await wrong.waitFor({ state: "detached" });
}, still);

journey("the values of a disk and a clock fit a phone, in menu and inspector", async (page) => {
  const inside = (part) => part.evaluateAll((all) => all.every((one) => {
    const { left, right, height } = one.getBoundingClientRect();
    return left >= 0 && right <= innerWidth && height >= 24 && one.scrollWidth <= one.clientWidth;
  }));
  await page.locator('.server:has-text("n2") .server__hex').click({ button: "right" });
  const items = page.getByRole("menuitemradio");
  assert.equal(await items.count(), 9);
  assert.ok(await inside(items));
  await items.last().click();
  await page.locator('.server:has-text("n2") .wrong', { hasText: "clock +1 h" }).waitFor();
}, { ...still, viewport: { width: 390, height: 844 } });

journey("a partition, chosen from the list by keyboard and drawn over the links", async (page) => {
  await page.keyboard.press("f");
  const sides = page.getByTestId("partition");
  await sides.getByLabel("us-east/n1", { exact: true }).focus();
  await page.keyboard.press("Space");
  await sides.getByLabel(/Nobody notices/).check();
  await sides.getByRole("button", { name: "Cut off who is ticked" }).press("Enter");
  await page.locator(".link.blocked").first().waitFor();
  assert.ok((await broken(page).count()) >= 2);
  await button(page, "Heal everything").click();
  await page.locator(".link.blocked").first().waitFor({ state: "detached" });
  await sides.getByLabel(/Nobody notices/).uncheck();

  await sides.getByRole("button", { name: "Draw a cut" }).click();
  const note = page.locator(".cut-note");
  await note.waitFor();
  const box = async (name) => page.locator(`.server:has-text("${name}") .server__hex`).boundingBox();
  const [n1, n2, n3] = [await box("n1"), await box("n2"), await box("n3")];
  const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
  const [a, b, c] = [n1, n2, n3].map(middle);
  // A missed line can be drawn again.
  await page.mouse.move(a.x, a.y - 60);
  await page.mouse.down();
  await page.mouse.move(a.x + 2, a.y - 58);
  await page.mouse.up();
  assert.ok(await note.isVisible());
  // Across the ways from n1 to both others.
  const far = { x: (b.x + c.x) / 2, y: (b.y + c.y) / 2 };
  const at = { x: a.x + (far.x - a.x) * 0.45, y: a.y + (far.y - a.y) * 0.45 };
  const [dx, dy] = [-(far.y - a.y), far.x - a.x];
  await page.mouse.move(at.x + dx * 0.4, at.y + dy * 0.4);
  await page.mouse.down();
  await page.mouse.move(at.x, at.y, { steps: 4 });
  await page.locator(".stage__cut").waitFor();
  await page.mouse.move(at.x - dx * 0.4, at.y - dy * 0.4, { steps: 4 });
  await page.mouse.up();
  await page.locator(".link.route.cut").nth(1).waitFor();
  await note.waitFor({ state: "detached" });
  assert.equal(await page.locator(".link.route.cut").count(), 2);
  await output(page).getByText(/fault partition/).first().waitFor({ state: "attached" });
}, still);

journey("an election is settled beforehand, and an acknowledgement gets lost", async (page) => {
  await select(page, '.server:has-text("n3") [data-stop]', "n3");
  await inspector(page).getByText("More faults").click();
  await button(page, "Let it win the next election").click();
  await page.locator('.server:has-text("n3") .wrong', { hasText: "will win" }).waitFor();
  await button(page, "Kill leader").click();
  await stepUntil(page, /n3 has a majority: it leads ORDERS in term 2/, 90);

  await page.locator('.app:has-text("checkout") .app__pill').click({ button: "right" });
  await page.getByRole("menuitem", { name: "Lose its next ack" }).press("Enter");
  await page.locator('.app:has-text("checkout") .wrong', { hasText: "loses an ack" }).waitFor();
  await publishAndRest(page);
  assert.equal(await page.locator(".app .wrong").count(), 0);
  await select(page, '.app:has-text("checkout") [data-stop]', "checkout");
  assert.match(await tab(page, "Operations"), /timed out|retry|no answer/i);
}, still);

journey("a whole region goes dark and comes back, from its name on the stage", async (page) => {
  // By keyboard.
  await select(page, '.cluster:has-text("us-east") [data-stop]', "us-east");
  await inspector(page).getByText("More faults").press("Enter");
  await button(page, "Make us-east dark").press("Enter");
  await page.locator(".server.down").nth(2).waitFor();
  // By pointer: a click beside its parts selects nothing, one on its name selects it.
  await page.locator(".cluster__panel").click({ position: { x: 12, y: 60 } });
  assert.equal(await page.locator(".cluster.selected").count(), 0);
  await page.locator(".cluster__name").click();
  await page.locator(".cluster.selected").waitFor();
  await page.locator(".cluster__name").click({ button: "right" });
  const menu = page.getByRole("menu", { name: "What can be done to us-east" });
  await menu.getByRole("menuitem", { name: "Start all servers" }).press("Enter");
  await page.locator(".server.down").first().waitFor({ state: "detached" });
  assert.deepEqual(await accessibilityFindings(page), []);
}, still);
