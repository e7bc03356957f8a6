// Clusters that fold: into summaries where there is not room for all of them, and by a button on each.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { accessibilityFindings } from "./support/browser.mjs";
import { button, enter, run, stageFor, type } from "./support/page.mjs";

const journey = stageFor({ before, after });
const whole = { query: "?scene=whole-picture", reducedMotion: "reduce" };

const folds = (page) => page.locator(".fold [role=button]");
const fold = (page, name) => page.getByRole("button", { name: new RegExp(`^${name}, .*: show`) });
const expanded = (page) => folds(page).evaluateAll((all) => all.map((one) => one.getAttribute("aria-expanded")));

journey("regions that have no room are summaries, and unfold and fold by keyboard", async (page) => {
  assert.deepEqual(await expanded(page), ["false", "false", "false", "false"]);
  assert.equal(await page.locator(".tape").count(), 20, "a line for every stream");
  assert.equal(await page.locator(".server").count(), 10);
  assert.match(await fold(page, "eu-west").getAttribute("aria-label"), /3\/3 up, 6 streams, 6 apps, .* leads/);
  assert.deepEqual(await accessibilityFindings(page), []);
  await fold(page, "eu-west").focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await expanded(page), ["false", "true", "false", "false"]);
  const focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(focused, /^eu-west, .*: show a summary$/, "the focus stays at the button");
  await page.locator(".app__pill[aria-label^='application shop-eu']").waitFor();
  assert.deepEqual(await accessibilityFindings(page), []);
  await page.keyboard.press("Enter");
  assert.deepEqual(await expanded(page), ["false", "false", "false", "false"]);
}, whole);

journey("what flows between two summaries is one line, which says and lists how many flows it stands for", async (page) => {
  await page.keyboard.press("Escape");
  const lines = page.locator(".flow [data-stop]");
  await page.waitForFunction(() => document.querySelectorAll(".flow [data-stop]").length === 6);
  const names = await lines.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  const several = names.filter((name) => /^\d+ flows between \S+ and \S+, /.test(name));
  assert.equal(several.length, 3, names.join("\n"));
  const line = page.locator('.flow [data-stop][aria-label*="between us-east and eu-west"]');
  const count = (await line.getAttribute("aria-label")).match(/^\d+/)[0];
  await line.focus();
  await page.keyboard.press("Enter");
  const listed = page.locator("aside.right section.table").filter({ hasText: `${count} flows between us-east and eu-west` });
  await listed.waitFor();
  assert.equal(await listed.locator("tbody tr").count(), Number(count));
}, whole);

journey("on a phone the longest name of a stream is whole, and what is cut is in a title", async (page) => {
  const names = () => page.locator(".tape > text:first-of-type").allTextContents();
  assert.ok((await names()).includes("HIGH-VALUE-ORDERS"), (await names()).join());
  await type(page, "stream add A-STREAM-WITH-A-VERY-LONG-NAME --subjects long --defaults");
  await page.locator("#console-input").press("Escape");
  await run(page);
  await page.locator(".tape", { hasText: /^A-/ }).waitFor();
  const cut = (await names()).find((name) => /^A-.+…/.test(name));
  assert.ok(cut, (await names()).join());
  await page.locator(".tape > title", { hasText: "A-STREAM-WITH-A-VERY-LONG-NAME" }).waitFor({ state: "attached" });
}, { ...whole, viewport: { width: 390, height: 844 } });

journey("a choice stays when time passes and when the window changes", async (page) => {
  await fold(page, "us-east").click();
  await button(page, "One hop forward").click();
  await page.setViewportSize({ width: 820, height: 560 });
  await page.waitForTimeout(300);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(300);
  assert.deepEqual(await expanded(page), ["true", "false", "false", "false"]);
  assert.deepEqual(await accessibilityFindings(page), []);
}, whole);

journey("two regions have room; one of them folds", async (page) => {
  assert.deepEqual(await expanded(page), ["true", "true"]);
  await fold(page, "eu-west").click();
  assert.deepEqual(await expanded(page), ["true", "false"]);
  assert.equal(await page.locator(".link.leaf").count(), 3, "a line from each server of the hub");
}, { query: "?scene=two-regions", reducedMotion: "reduce" });

journey("a summary says that its region is dark", async (page) => {
  await enter(page, "fault dark ap-south");
  await page.locator("#console-input").press("Escape");
  await page.locator(".health.dark").waitFor({ state: "attached" });
  assert.match(await fold(page, "ap-south").getAttribute("aria-label"), /0\/3 up/);
  assert.deepEqual(await accessibilityFindings(page), []);
}, whole);
