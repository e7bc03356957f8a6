// Lessons as a learner takes them: by keyboard from beginning to end, trying something out and coming
// back, and what the page says when a lesson cannot be had.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startHost } from "./support/host.mjs";
import { accessibilityFindings, assertClean, launch, newPage, started } from "./support/browser.mjs";

const LESSONS = JSON.parse(readFileSync(new URL("../../lessons/index.json", import.meta.url), "utf8"));
const BROKEN = `---
title: Broken
summary: A lesson with a mistake.
order: 1
minutes: 2
topology:
  us-east: n1
---

## A beat

\`\`\`check
stream us-east/ORDERS massages == 1
\`\`\`
`;

let host;
let browser;

before(async () => {
  host = await startHost({ pages: { "/lessons/broken.md": BROKEN } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

async function open(query, options = {}) {
  const opened = await newPage(browser, host.origin, options);
  await opened.page.goto(host.url + query);
  await started(opened.page);
  return opened;
}

const next = (page) => page.getByTestId("lesson-next");
const heading = (page) => page.getByTestId("beat").locator("h3").innerText();
const status = (page) => page.getByTestId("status").innerText();

/** Moves the focus with Tab until it is on what `matches`; the page is a ring, so it comes by. */
async function tabTo(page, matches, what) {
  for (let n = 0; n < 200; n += 1) {
    if (await page.evaluate(matches)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not get to ${what}`);
}

test("a lesson is taken from beginning to end with the keyboard alone", async () => {
  const { page, problems, close } = await open("?lesson=1-everything-is-a-stream", { reducedMotion: "reduce" });
  await next(page).waitFor();
  assert.deepEqual(await accessibilityFindings(page), []);
  const headings = new Set();
  let answered = 0;
  for (let n = 0; n < 120; n += 1) {
    headings.add(await heading(page));
    const word = (await next(page).innerText()).trim();
    if (word === "The end") break;
    if (word === "Predict first") {
      await tabTo(page, () => document.activeElement.matches('.choice[aria-disabled="false"]'), "a choice");
      await page.keyboard.press("Enter");
      answered += 1;
    } else if (word === "Your turn first") {
      await tabTo(page, () => document.activeElement.textContent.trim() === "Do it for me", "a goal");
      await page.keyboard.press("Enter");
    } else {
      assert.ok(["Next", "Go on", "Skip ahead"].includes(word), word);
      await tabTo(page, () => document.activeElement.matches('[data-testid="lesson-next"]'), "the way on");
      await page.keyboard.press("Enter");
    }
    // The step is over when the word is another one, or another beat has begun.
    await page
      .waitForFunction(
        ([before, title]) =>
          document.querySelector('[data-testid="lesson-next"]').textContent.trim() !== before ||
          document.querySelector('[data-testid="beat"] h3').textContent !== title,
        [word, await heading(page)],
        { timeout: 2000 },
      )
      .catch(() => {});
  }
  assert.equal((await next(page).innerText()).trim(), "The end");
  assert.equal(headings.size, 5, "every step was read");
  assert.ok(answered >= 3, "every prediction was made");
  assert.equal(await page.locator(".dot.over").count(), 5);
  assert.equal(await page.locator(".lesson__failed").count(), 0, "everything came as the lesson says");
  assert.match(await page.getByTestId("code").innerText(), /await js\.stream_info\("ORDERS"\)/);
  assert.match(await page.getByTestId("beat-live").textContent(), /Step 5 of 5/);
  await page.locator("a.brand").click();
  await page.locator(".card.done", { hasText: "done" }).waitFor();
  assert.equal(await page.locator(".card.done").count(), 1);
  assertClean(problems);
  await close();
});

test("a learner tries something out, and comes back to the same world", async () => {
  const { page, problems, close } = await open("?lesson=3-a-worker-dies", { reducedMotion: "reduce" });
  await next(page).waitFor();
  const before = await status(page);
  await page.locator("#console-input").fill("nats pub tasks.mail hello");
  await page.locator("#console-input").press("Enter");
  await page.getByText("You are trying something out").waitFor();
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  assert.notEqual(await status(page), before);
  await page.getByRole("button", { name: "Return to lesson" }).click();
  assert.equal(await status(page), before);
  assertClean(problems);
  await close();
});

test("a link that is made in a lesson leads back into it, or beside it with the way back", async () => {
  const { page, problems, close } = await open("?lesson=2-work-queue", { reducedMotion: "reduce" });
  await next(page).waitFor();
  while ((await heading(page)) !== "Who gets it?") {
    await next(page).click();
    await page.waitForTimeout(50);
  }
  const link = async () => {
    await page.getByRole("button", { name: "Share", exact: true }).click();
    const text = await page.getByTestId("share-link").inputValue();
    await page.keyboard.press("Escape");
    return text;
  };
  const within = await link();
  const there = await status(page);
  await page.locator("#console-input").fill("nats pub tasks.mail hello");
  await page.locator("#console-input").press("Enter");
  await page.getByText("You are trying something out").waitFor();
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await page.waitForFunction((text) => document.querySelector('[data-testid="status"]').innerText !== text, there);
  const beside = await link();
  const elsewhere = await status(page);
  await close();

  for (const [address, free, state] of [[within, 0, there], [beside, 1, elsewhere]]) {
    assert.ok(address.length <= 2000, `${address.length} characters`);
    const again = await open(address.slice(address.indexOf("#")), { reducedMotion: "reduce" });
    await next(again.page).waitFor();
    assert.equal(await heading(again.page), "Who gets it?");
    assert.equal(await status(again.page), state);
    const back = again.page.getByRole("button", { name: "Return to lesson" });
    assert.equal(await back.count(), free);
    if (free) {
      await back.click();
      await back.waitFor({ state: "detached" });
      assert.equal(await heading(again.page), "Who gets it?");
    }
    assertClean(again.problems);
    await again.close();
  }
  assertClean(problems);
});

test("words light up what they stand for", async () => {
  const { page, problems, close } = await open("?lesson=3-a-worker-dies");
  await page.locator(".word", { hasText: "TASKS" }).first().focus();
  await page.locator(".tape.hot").first().waitFor();
  assertClean(problems);
  await close();
});

test("the list of lessons opens one", async () => {
  const { page, problems, close } = await open("?scene=one-order");
  await page.getByRole("button", { name: "Lessons" }).click();
  const cards = page.locator(".card");
  await cards.first().waitFor();
  assert.equal(await cards.count(), LESSONS.length);
  assert.deepEqual(await accessibilityFindings(page), []);
  await cards.nth(1).press("Enter");
  await page.getByRole("heading", { name: "Work queue: one task, one worker", exact: true }).waitFor();
  assert.match(page.url(), /\?lesson=2-work-queue$/);
  assertClean(problems);
  await close();
});

test("a lesson that is missing or wrong says so, and the page goes on", async () => {
  const missing = await open("?lesson=no-such-lesson");
  const alert = missing.page.getByTestId("notice");
  await alert.getByText("lessons/no-such-lesson.md cannot be loaded: the host answers 404").waitFor();
  assert.equal(await missing.page.locator(".server").count(), 3, "the sandbox is there");
  await missing.close();
  const broken = await open("?lesson=broken");
  await broken.page.getByTestId("notice").getByText(/broken\.md:13: .*massages/).waitFor();
  assertClean(broken.problems);
  await broken.close();
});

test("a lesson fits a phone and a frame", async () => {
  for (const [query, viewport] of [
    ["?lesson=2-work-queue", { width: 390, height: 844 }],
    ["?lesson=2-work-queue&embed=1", { width: 820, height: 560 }],
  ]) {
    const { page, problems, close } = await open(query, { viewport, reducedMotion: "reduce" });
    await next(page).waitFor();
    await next(page).scrollIntoViewIfNeeded();
    assert.ok(await next(page).isVisible(), query);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `${query}: ${wider} px too wide`);
    // Whatever comes into view on the way through, the page as a whole stays where it is.
    for (let n = 0; n < 14; n += 1) {
      const open = '.choice[aria-disabled="false"], [data-testid="goal"] .lesson__help .btn:not(.ghost), [data-testid="lesson-next"]';
      await page.locator(open).first().click();
      await page.waitForTimeout(60);
      await page.evaluate(() => {
        const last = [...document.querySelectorAll(".side.left .unseen")].at(-1);
        last?.scrollIntoView({ block: "center" });
      });
      const top = await page.evaluate(() => document.querySelector(".main").getBoundingClientRect().top);
      assert.ok(top >= 0, `${query}, after ${n} steps: scrolled by ${-top} px`);
    }
    const stage = await page.locator("#stage").boundingBox();
    const panel = await page.locator(".side.left").boundingBox();
    const bottom = Math.min(stage.y + stage.height, panel.y + panel.height);
    const covered = Math.max(0, bottom - Math.max(stage.y, panel.y));
    const beside = panel.x + panel.width <= stage.x;
    assert.ok(beside || covered < stage.height * 0.75, `${query}: the stage is hidden`);
    assertClean(problems);
    await close();
  }
});
