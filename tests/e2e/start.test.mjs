// The start page as somebody meets it who comes without a link: a scene that is alive, and the ways on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startHost } from "./support/host.mjs";
import { assertClean, launch, newPage, started } from "./support/browser.mjs";
import { caption } from "./support/page.mjs";

const FRAMED = "/course.html";
const LESSONS = JSON.parse(readFileSync(new URL("../../lessons/index.json", import.meta.url), "utf8"));

let host;
let browser;

before(async () => {
  const frame = '<iframe name="ours" title="Windtunnel" width="820" height="560" src="/"></iframe>';
  const course = `<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,">${frame}</html>`;
  host = await startHost({ pages: { [FRAMED]: course } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

async function open(query = "", options = {}) {
  const opened = await newPage(browser, host.origin, options);
  await opened.page.goto(host.url + query);
  await started(opened.page);
  return opened;
}

test("an order is published on the start page, and seen on its way", async () => {
  const { page, problems, close } = await open();
  await page.getByRole("heading", { name: "See JetStream flow." }).waitFor();
  for (const name of ["us-east", "ORDERS", "checkout", "audit"]) {
    assert.ok(await page.locator(".stage__svg text", { hasText: name }).first().isVisible(), name);
  }
  assert.match(await caption(page), /at rest/);
  await page.getByRole("button", { name: "Publish an order, and watch it" }).click();
  await page.locator(".packet").first().waitFor();
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.locator(".cell.live").waitFor();
  await page.getByRole("button", { name: "Publish an order, and watch it" }).waitFor();
  assert.equal(await page.locator(".cell.live").count(), 1);
  assertClean(problems);
  await close();
});

test("lessons and scenes are a key away, and the name leads back", async () => {
  const { page, problems, close } = await open();
  await page.locator(".card").nth(LESSONS.length).waitFor();
  assert.equal(await page.locator("#lessons .card").count(), LESSONS.length);
  assert.equal(await page.locator("#scenes .card").count(), 7);
  const about = await page.locator("#lessons h3").allTextContents();
  assert.deepEqual(about.slice(0, 3), ["Streams and work queues", "Key-value buckets", "Object stores"]);
  await page.getByRole("link", { name: "Lessons", exact: true }).focus();
  for (let n = 0; n < 60; n += 1) {
    if (await page.evaluate(() => document.activeElement.matches('.card[href*="2-work-queue"]'))) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Work queue: one task, one worker", exact: true }).waitFor();
  await page.locator("a.brand").click();
  await page.locator(".card").nth(LESSONS.length).waitFor();
  await page.getByRole("link", { name: /^A work queue/ }).click();
  await page.locator(".tape", { hasText: "TASKS" }).waitFor();
  assert.match(page.url(), /\?scene=work-queue$/);
  await page.goBack();
  await page.locator(".card").nth(LESSONS.length).waitFor();
  await page.getByRole("link", { name: "Open the sandbox" }).click();
  await page.locator("#console-input").waitFor();
  assert.match(page.url(), /\?scene=one-order$/);
  assertClean(problems);
  await close();
});

test("whoever comes with a link, or in a frame, comes to what it leads to", async () => {
  for (const query of ["?embed=1", "?lesson=2-work-queue", "?scene=one-order", "#s=99.AAAA", "?s=99.AAAA"]) {
    const { page, close } = await open(query);
    await page.getByTestId("clock").waitFor();
    assert.equal(await page.locator(".start").count(), 0, query);
    await close();
  }
  const { page, problems, close } = await newPage(browser, host.origin);
  await page.goto(host.origin + FRAMED);
  await page.frameLocator("iframe").getByTestId("clock").waitFor();
  assertClean(problems);
  await close();
});

test("the start page fits every screen", async () => {
  for (const [width, height] of [[1440, 900], [820, 560], [390, 844], [320, 568]]) {
    const { page, problems, close } = await open("", { viewport: { width, height } });
    await page.locator(".card").nth(LESSONS.length).waitFor();
    const wider = await page.evaluate(() => {
      const start = document.querySelector(".start");
      return [...start.querySelectorAll("main *")]
        .filter((part) => !part.closest("svg, pre"))
        .filter((part) => part.getBoundingClientRect().right > start.clientWidth + 1)
        .map((part) => part.className || part.tagName);
    });
    assert.deepEqual(wider, [], `${width} px`);
    assertClean(problems);
    await close();
  }
});
