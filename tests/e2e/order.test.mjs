// One order on its way: every hop is a packet, an arrow, a sentence and a line of the protocol, and
// all of them follow one cursor.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { button, caption, cells, hop, publishAndRest, rest, stageFor, stepUntil } from "./support/page.mjs";

const journey = stageFor({ before, after });

/** The events that a part of the page shows, by their ids. */
const events = (page, selector) =>
  page.locator(selector).evaluateAll((found) => found.map((one) => one.dataset.entity));

journey("each hop of an order is seen, drawn, told and written down", async (page) => {
  await page.getByTestId("publish").click();
  const said = [await caption(page)];
  let packets = 0;
  for (let n = 0; n < 40 && !/gets its acknowledgement/.test(said.at(-1)); n += 1) {
    const [before] = await hop(page);
    await button(page, "One hop forward").click();
    await rest(page);
    const [at, of] = await hop(page);
    assert.ok(at === before + 1 && at === of, `hop ${before} is followed by ${at} of ${of}`);
    said.push(await caption(page));
    // What moves on the stage is an arrow of the diagram and a line of the wire view: the same event.
    const moving = await events(page, ".packet");
    const arrows = new Set(await events(page, ".diagram__arrow"));
    const lines = new Set(await events(page, ".wire__line"));
    for (const event of moving) {
      assert.ok(arrows.has(event), `${event} is an arrow`);
      assert.ok(lines.has(event), `${event} is a line on the wire`);
    }
    packets += moving.length;
  }
  assert.ok(packets >= 8, `${packets} packets were seen`);
  const story = said.join("\n");
  for (const part of [
    /checkout publishes orders\.new/,
    /n1 routes orders\.new to n2.*leads ORDERS/,
    /n2 leads ORDERS: it puts orders\.new at index \d+ of the log and sends it to n1 and n3/,
    /n[13] puts index \d+ of ORDERS into its own log/,
    /quorum|committed/,
    /sequence 1/,
    /audit receives orders\.new/,
    /checkout gets its acknowledgement: ORDERS has the message as sequence 1/,
  ]) {
    assert.match(story, part);
  }
  assert.equal(await cells(page), 1);
}, { reducedMotion: "reduce" });

journey("the wire view writes the exact lines, and marks those of this moment", async (page) => {
  await page.getByTestId("publish").click();
  const first = page.locator(".wire__line.now");
  assert.match(await first.innerText(), /PUB orders\.new _INBOX\.\S+ 10\s+\{"id":101\}/);
  await stepUntil(page, /gets its acknowledgement/);
  const wire = await page.getByTestId("wire").innerText();
  for (const line of [/RMSG \$G orders\.new/, /RMSG \$SYS \$NRG\.AE\./, /MSG orders\.new 1 _INBOX\.\S+ 10/, /\{"stream":"ORDERS","seq":1\}/]) {
    assert.match(wire, line);
  }
  await button(page, "To the beginning").click();
  assert.match(await page.getByTestId("wire").innerText(), /Nothing was sent yet/);
}, { reducedMotion: "reduce" });

journey("pointing at a line lights up its arrow, and a click tells all about it", async (page) => {
  await publishAndRest(page);
  const line = page.locator(".wire__line").filter({ hasText: /MSG orders\.new/ }).last();
  const event = await line.getAttribute("data-entity");
  await line.hover();
  await page.locator(`.diagram__arrow.hot[data-entity="${event}"]`).waitFor();
  await line.click();
  const panel = page.locator("aside.right");
  await panel.locator("h2", { hasText: "orders.new" }).waitFor();
  assert.match(await panel.innerText(), /n3 delivers orders\.new to audit/);
});

journey("a line that is pointed at stays where it is", async (page) => {
  await publishAndRest(page);
  const list = page.getByTestId("wire");
  const top = () => list.evaluate((element) => element.scrollTop);
  await page.waitForFunction(() => document.querySelector('[data-testid="wire"]').scrollTop > 0);
  await list.evaluate((element) => { element.scrollTop = 0; });
  await page.locator(".wire__line").first().hover();
  await page.locator(".wire__line.hot").first().waitFor();
  // What a change of the lines would do, it does with the next picture.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await top(), 0);
});

journey("moves while it plays, and stands still when it is paused", async (page) => {
  await page.getByTestId("publish").click();
  await page.locator(".packet").first().waitFor();
  await page.getByTestId("play").click();
  await rest(page);
  const places = () =>
    page.locator(".packet__shape").evaluateAll((all) => all.map((one) => one.getAttribute("transform")));
  const before = await places();
  await page.waitForTimeout(400);
  assert.deepEqual(await places(), before);
  await page.getByTestId("play").click();
  await page.waitForFunction((n) => document.querySelectorAll(".cell.live").length > n, 0);
});
