// What a person does with the page: publish, watch, step back, inspect, break, type;
// by mouse and by keyboard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startHost } from "./support/host.mjs";
import { accessibilityFindings, assertClean, launch, newPage, started } from "./support/browser.mjs";

let host;
let browser;

before(async () => {
  host = await startHost();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

/** Opens the page, does something, and checks that it caused no error. */
function journey(name, act, { query = "?scene=one-order", ...options } = {}) {
  test(name, async () => {
    const { page, problems, close } = await newPage(browser, host.origin, options);
    await page.goto(host.url + query);
    await started(page);
    await page.locator(".server").first().waitFor();
    await act(page);
    assertClean(problems);
    await close();
  });
}

const caption = (page) => page.getByTestId("caption").locator(".caption__text").innerText();
const clock = (page) => page.getByTestId("clock").innerText();
const button = (page, name) => page.getByRole("button", { name, exact: false }).first();
const cells = (page) => page.locator(".cell.live").count();

/** Waits until the page rests: nothing plays or runs. */
async function rest(page) {
  await page.waitForFunction(() => {
    const play = document.querySelector('[data-testid="play"]');
    return play?.getAttribute("aria-label") === "Play" && !document.querySelector(".busy");
  });
}

async function publishAndRest(page) {
  const before = await cells(page);
  await page.getByTestId("publish").click();
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await page.waitForFunction((n) => document.querySelectorAll(".cell.live").length > n, before);
  await page.getByRole("button", { name: "Pause", exact: true }).click({ timeout: 300 }).catch(() => {});
  await rest(page);
}

async function type(page, line) {
  const input = page.locator("#console-input");
  await input.fill(line);
  await input.press("Enter");
}

const output = (page) => page.getByTestId("console-output");

journey("shows a cluster of three, a stream with three copies and its applications", async (page) => {
  assert.equal(await page.locator(".server").count(), 3);
  for (const name of ["n1", "n2", "n3"]) {
    assert.equal(await page.locator(`.server:has-text("${name}")`).count(), 1);
  }
  assert.match(await page.locator(".tape").textContent(), /ORDERS/);
  assert.match(await page.locator(".tape").textContent(), /R3/);
  for (const app of ["checkout", "audit"]) {
    assert.equal(await page.locator(`.app:has-text("${app}")`).count(), 1);
  }
  assert.equal(await page.locator(".server__crown[d^=M]").count(), 1, "one leader wears the crown");
  await rest(page);
});

journey("an order is seen on its whole way", async (page) => {
  await page.getByTestId("publish").click();
  await page.locator(".packet").first().waitFor();
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await page.locator(".cell.live").first().waitFor();
  await rest(page);
  const wire = await page.getByTestId("wire").innerText();
  assert.match(wire, /PUB\s+orders\.new/);
  assert.match(wire, /"id":101/);
  assert.match(wire, /"stream":"ORDERS","seq":1/);
  assert.ok((await page.locator(".diagram__arrow").count()) >= 6);
  assert.match(await caption(page), /\w+/);
});

journey("the same by typing, with the real CLI's words", async (page) => {
  await type(page, `nats pub orders.new '{"id":101}'`);
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await page.waitForFunction(() => /Sequence: 1/.test(document.querySelector('[data-testid="console-output"]').innerText));
  const text = await output(page).innerText();
  assert.match(text, /Published 10 bytes to "orders\.new"/);
  assert.match(text, /Stored in Stream: ORDERS/);
});

journey("steps back and forth land on the same moments", async (page) => {
  await publishAndRest(page);
  const back = button(page, "One hop back");
  const forward = button(page, "One hop forward");
  const seen = [];
  for (let n = 0; n < 6; n += 1) {
    seen.push([await clock(page), await caption(page)]);
    await back.click();
    await page.waitForTimeout(60);
  }
  for (const moment of seen.reverse()) {
    await forward.click();
    await rest(page);
    assert.deepEqual([await clock(page), await caption(page)], moment);
  }
});

journey("scrubs to the beginning and the end", async (page) => {
  await publishAndRest(page);
  const end = await clock(page);
  const scrub = page.getByTestId("scrub");
  await scrub.fill("0");
  assert.equal(await cells(page), 0);
  assert.notEqual(await clock(page), end);
  await scrub.fill("1000");
  assert.equal(await cells(page), 1);
  assert.match(await scrub.getAttribute("aria-valuetext"), /hop \d+ of \d+/);
});

journey("acting in the past keeps both futures", async (page) => {
  await publishAndRest(page);
  await publishAndRest(page);
  assert.equal(await cells(page), 2);
  await button(page, "To the beginning").click();
  assert.equal(await cells(page), 0);
  await publishAndRest(page);
  assert.equal(await cells(page), 1);
  const branches = page.getByTestId("branches");
  assert.equal(await branches.locator(".branches__item").count(), 2);
  await page.getByLabel(/^Branch B of 2/).click();
  assert.match(await branches.innerText(), /checkout publishes orders\.new/);
  await branches.locator(".branches__item").first().click();
  assert.ok(await page.getByLabel(/^Branch A of 2/).isVisible());
  await button(page, "To the end").click();
  assert.equal(await cells(page), 2);
});

journey("the inspector shows a stream as it is", async (page) => {
  await publishAndRest(page);
  await page.locator(".tape").first().click({ position: { x: 200, y: 18 } });
  const panel = page.locator("aside.right");
  await panel.getByTestId("inspector").waitFor();
  assert.match(await panel.innerText(), /ORDERS/);
  assert.match(await panel.innerText(), /orders\.new/);
  await panel.getByRole("tab", { name: "Raft" }).click();
  assert.match(await panel.innerText(), /term/i);
  assert.match(await panel.innerText(), /n1[\s\S]*n2[\s\S]*n3/);
  await panel.getByRole("tab", { name: "API" }).click();
  const json = await panel.locator("pre").first().innerText();
  assert.match(json, /io\.nats\.jetstream\.api\.v1\.stream_info_response/);
  assert.match(json, /"num_replicas":\s*3/);
});

journey("everything on the stage can be inspected", async (page) => {
  for (const selector of [".server", ".app", ".tape", ".link"]) {
    const thing = page.locator(`${selector} [data-stop]`).first();
    await thing.focus();
    await thing.press("Enter");
    await page.getByTestId("inspector").waitFor();
    assert.ok((await page.locator("aside.right [role=tab]").count()) >= 1, selector);
    await page.keyboard.press("Escape");
  }
});

journey("a killed leader is replaced, and why is told", async (page) => {
  await publishAndRest(page);
  await button(page, "Kill leader").click();
  await page.locator(".server.down").waitFor();
  await type(page, `pub orders.new '{"id":102}'`);
  for (let n = 0; n < 12 && (await cells(page)) < 2; n += 1) {
    await page.getByRole("button", { name: "Run until nothing is open" }).click();
    await page.waitForTimeout(400);
    await rest(page);
    if ((await cells(page)) < 2) await type(page, `pub orders.new '{"id":102}'`);
  }
  assert.equal(await page.locator(".server__crown[d^=M]").count(), 1);
  await button(page, "Restart").click();
  await page.locator(".server.down").waitFor({ state: "detached" });
  await page.locator("#console-input").press("Escape");
  await page.locator(".diagram__touch").last().click();
  await page.getByRole("tab", { name: /why/i }).click({ timeout: 1000 }).catch(() => {});
  assert.ok((await page.getByTestId("why").locator("li").count()) >= 1);
});

journey("a link is cut and healed", async (page) => {
  await button(page, "Cut n1–n2").click();
  await page.locator(".link.cut").waitFor();
  await button(page, "Heal n1–n2").click();
  await page.locator(".link.cut").waitFor({ state: "detached" });
  await button(page, "Pause n").click();
  await page.locator(".server.paused").waitFor();
  await button(page, "Resume n").click();
  await page.locator(".server.paused").waitFor({ state: "detached" });
});

journey("the console completes, remembers and corrects", async (page) => {
  const input = page.locator("#console-input");
  await input.fill("stre");
  await input.press("Tab");
  assert.equal(await input.inputValue(), "stream ");
  await type(page, "stream lss");
  await page.waitForFunction(() => /error/.test(document.querySelector('[data-testid="console-output"]').innerText));
  assert.match(await output(page).innerText(), /ls/);
  await input.press("ArrowUp");
  assert.equal(await input.inputValue(), "stream lss");
  await type(page, "help");
  await page.waitForFunction(() => /stream/.test(document.querySelector('[data-testid="console-output"]').innerText));
  await type(page, "stream ls");
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await page.waitForFunction(() => /ORDERS/.test(document.querySelector('[data-testid="console-output"]').innerText));
  await input.press("Escape");
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "console-input");
});

journey("the keyboard alone is enough", async (page) => {
  await page.locator(".server [data-stop]").first().focus();
  const first = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.keyboard.press("ArrowRight");
  const second = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.ok(first && second && first !== second);
  await page.keyboard.press("Enter");
  await page.getByTestId("inspector").waitFor();
  await page.keyboard.press("m");
  assert.ok(await page.evaluate(() => !!document.activeElement.closest(".insp__actions")));
  await page.locator(".press__plate").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".packet").first().waitFor();
  await page.locator("#stage").evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Space");
  await rest(page);
  const here = await clock(page);
  await page.keyboard.press("ArrowRight");
  await rest(page);
  assert.notEqual(await clock(page), here);
  await page.keyboard.press("ArrowLeft");
  await page.waitForTimeout(80);
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
});

for (const colorScheme of ["light", "dark"]) {
  journey(`axe finds nothing to object to in any state (${colorScheme})`, async (page) => {
    const check = async (state) => assert.deepEqual(await accessibilityFindings(page), [], state);
    await check("at rest");
    await publishAndRest(page);
    await page.locator(".tape").first().click({ position: { x: 200, y: 18 } });
    await check("a stream is selected");
    await type(page, "stream ls");
    await check("the console is open");
    await page.locator("#console-input").press("Escape");
    await page.locator("summary").first().click();
    await check("the legend is open");
    await page.getByRole("button", { name: "Keys ?" }).click();
    await check("the help is open");
  }, { colorScheme });
}

for (const [width, height] of [[820, 560], [390, 844], [320, 640]]) {
  journey(`fits ${width} px without scrolling sideways`, async (page) => {
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok((await wide()) <= width, `${await wide()} px wide`);
    for (const name of ["Scene", "Inspector"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator(".side.open").first().waitFor();
      await page.getByRole("button", { name, exact: true }).click();
    }
    await page.getByRole("button", { name: "Diagram", exact: true }).click();
    assert.ok(await page.locator(".diagram").isVisible());
    // Nothing of the controls is cut off.
    const cut = await page.locator("header button, .transport button, .caption").evaluateAll((all) =>
      all.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML));
    assert.deepEqual(cut, []);
    assert.ok((await wide()) <= width, `${await wide()} px wide`);
  }, { viewport: { width, height } });
}

journey("embedded, it shows the stage, the caption and the transport, and rests", async (page) => {
  assert.equal(await page.locator("header").count(), 0);
  assert.equal(await page.locator("#console-input").count(), 0);
  assert.ok(await page.getByTestId("play").isVisible());
  assert.equal(await page.getByTestId("play").getAttribute("aria-label"), "Play");
  await page.locator(".press").first().click();
  await page.locator(".packet").first().waitFor();
  // The way out leads to this very moment.
  await rest(page);
  const out = page.getByRole("link", { name: "Open in the playground" });
  await out.focus();
  await page.waitForFunction(() => document.querySelector(".legend__out").href.includes("#s="));
  const [opened] = await Promise.all([page.context().waitForEvent("page"), out.press("Enter")]);
  await opened.locator("#console-input").waitFor();
  assert.equal(await clock(opened), await clock(page));
}, { query: "?embed=1", viewport: { width: 820, height: 560 } });

journey("asks for no animation frame while it rests", async (page) => {
  await rest(page);
  await page.waitForTimeout(300);
  const asked = await page.evaluate(async () => {
    let count = 0;
    const original = window.requestAnimationFrame;
    window.requestAnimationFrame = (callback) => {
      count += 1;
      return original.call(window, callback);
    };
    await new Promise((resolve) => setTimeout(resolve, 600));
    return count;
  });
  assert.equal(asked, 0);
});

journey("with less motion wanted, an order is followed step by step", async (page) => {
  await page.getByTestId("publish").click();
  await rest(page);
  for (let n = 0; n < 40 && (await cells(page)) < 1; n += 1) {
    await button(page, "One hop forward").click();
    await page.waitForTimeout(30);
  }
  assert.equal(await cells(page), 1);
}, { reducedMotion: "reduce" });

journey("a link brings back the very moment", async (page) => {
  await publishAndRest(page);
  await button(page, "One hop back").click();
  await rest(page);
  const seen = [await clock(page), await caption(page), await cells(page)];
  await page.getByRole("button", { name: "Share" }).click();
  const link = await page.getByTestId("share-link").inputValue();
  assert.ok(link.length < 2000, `${link.length} characters`);
  await page.goto("about:blank");
  await page.goto(link);
  await started(page);
  await page.locator(".server").first().waitFor();
  assert.deepEqual([await clock(page), await caption(page), await cells(page)], seen);
  assert.equal(await page.locator(".notice").count(), 0);
});

journey("a link of another version says so, and the page works", async (page) => {
  assert.match(await page.getByTestId("notice").innerText(), /another version/);
  await page.getByRole("button", { name: "Dismiss" }).click();
  assert.equal(await page.locator(".notice").count(), 0);
  await publishAndRest(page);
  assert.equal(await cells(page), 1);
}, { query: "#s=99.AAAA" });

journey("a scene that is not there is named", async (page) => {
  assert.match(await page.getByTestId("notice").innerText(), /no scene called "moon"/);
}, { query: "?scene=moon" });
