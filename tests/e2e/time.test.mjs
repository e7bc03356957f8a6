// Going through time: steps, whole operations, branches, pace.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { button, caption, cells, clock, hop, publishAndRest, rest, run, seconds, stageFor, type } from "./support/page.mjs";

const journey = stageFor({ before, after });

journey("one step over an operation goes to its end, and steps back undo it one by one", async (page) => {
  await page.getByTestId("publish").click();
  await button(page, "Step over: to the end of the operation").click();
  await rest(page);
  assert.match(await caption(page), /checkout gets its acknowledgement/);
  const [hops] = await hop(page);
  for (let n = hops; n > 0; n -= 1) {
    assert.equal((await hop(page))[0], n);
    await button(page, "One hop back").click();
  }
  assert.equal(await cells(page), 0);
  assert.match(await caption(page), /at rest/);
  await button(page, "To the end").click();
  assert.deepEqual(await hop(page), [hops, hops]);
  assert.equal(await cells(page), 1);
}, { reducedMotion: "reduce" });

journey("a click on the diagram goes to that moment", async (page) => {
  await publishAndRest(page);
  const [, hops] = await hop(page);
  await page.locator(".diagram__arrow .diagram__hit").first().focus().catch(() => {});
  await page.locator(".diagram__touch").first().click();
  const [at, of] = await hop(page);
  assert.ok(at < hops && of === hops, `${at} of ${of}`);
  assert.ok((await page.locator(".diagram__arrow.future").count()) > 0, "what comes later is known, and faint");
});

journey("every future stays in the list of branches, and undo goes back", async (page) => {
  await publishAndRest(page);
  await publishAndRest(page);
  for (const subject of ["orders.paid", "orders.shipped"]) {
    await button(page, "To the beginning").click();
    await type(page, `pub ${subject} x`);
    await run(page);
  }
  await page.locator("#console-input").press("Escape");
  const list = page.getByTestId("branches").locator(".branches__item");
  await page.getByLabel(/^Branch C of 3/).click();
  assert.deepEqual(await list.locator("b").allInnerTexts(), ["A", "B", "C"]);
  assert.match(await list.nth(1).innerText(), /orders\.paid/);
  await list.nth(0).click();
  await button(page, "To the end").click();
  assert.equal(await cells(page), 2);
  await page.getByLabel(/^Branch A of 3/).click();
  await page.keyboard.press("Escape");
  assert.ok(await list.first().isHidden(), "Escape closes the list");
  const here = await clock(page);
  await page.getByTestId("publish").click();
  await run(page);
  assert.notEqual(await clock(page), here);
  await button(page, "Undo the last thing done").click();
  assert.equal(await clock(page), here);
});

journey("the pace can be that of a clock", async (page) => {
  const before = await seconds(page);
  await page.getByTestId("pace").selectOption("clock-1");
  await page.getByTestId("play").click();
  await page.waitForFunction(
    (limit) => {
      const text = document.querySelector('[data-testid="clock"]').textContent.match(/(\d+):(\d+)/);
      return Number(text[1]) * 60 + Number(text[2]) > limit;
    },
    before + 1,
  );
  await page.getByTestId("play").click();
  await rest(page);
});

journey("scrubbing by keyboard says where one is", async (page) => {
  await publishAndRest(page);
  const scrub = page.getByTestId("scrub");
  await scrub.focus();
  await page.keyboard.press("Home");
  assert.match(await scrub.getAttribute("aria-valuetext"), /^hop 0 of \d+/);
  await page.keyboard.press("End");
  const [at, of] = await hop(page);
  assert.equal(at, of);
});
