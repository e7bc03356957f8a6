// What a person does with the page, in words that the journeys use.

import { test } from "node:test";
import { startHost } from "./host.mjs";
import { assertClean, launch, newPage, started } from "./browser.mjs";

/** One host and one browser for a file of journeys; give it node's `before` and `after`. */
export function stageFor({ before, after }) {
  const shared = {};
  before(async () => {
    shared.host = await startHost();
    shared.browser = await launch();
  });
  after(async () => {
    await shared.browser?.close();
    await shared.host?.stop();
  });
  /** Opens the page, does something, and checks that it caused no error. */
  return function journey(name, act, { query = "?scene=one-order", ...options } = {}) {
    test(name, async () => {
      const { page, problems, close } = await newPage(shared.browser, shared.host.origin, options);
      try {
        await page.goto(shared.host.url + query);
        await started(page);
        await page.locator(".server").first().waitFor();
        await act(page);
        assertClean(problems);
      } finally {
        await close();
      }
    });
  };
}

export const caption = (page) => page.getByTestId("caption").locator(".caption__text").innerText();
export const clock = (page) => page.getByTestId("clock").innerText();
export const button = (page, name) => page.getByRole("button", { name, exact: true }).first();
export const cells = (page) => page.locator(".cell.live").count();
export const output = (page) => page.getByTestId("console-output");
export const inspector = (page) => page.locator("aside.right");

/** The clock in seconds. */
export async function seconds(page) {
  const [minutes, rest] = (await clock(page)).replace(/\s/g, "").match(/(\d+):([\d.]+)/).slice(1);
  const [whole, millis = "0", micros = "0"] = rest.split(".");
  return Number(minutes) * 60 + Number(whole) + Number(millis) / 1e3 + Number(micros) / 1e6;
}

/** Which step of how many one is at. */
export async function hop(page) {
  const text = await page.getByTestId("scrub").getAttribute("aria-valuetext");
  return text.match(/hop (\d+) of (\d+)/).slice(1).map(Number);
}

/** Waits until the page rests: nothing plays or runs. */
export async function rest(page) {
  await page.waitForFunction(() => {
    const play = document.querySelector('[data-testid="play"]');
    return play?.getAttribute("aria-label") === "Play" && !document.querySelector(".busy");
  });
}

/** Runs until nothing is open, and rests. */
export async function run(page) {
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await rest(page);
}

/** Publishes one order from the application checkout and waits until it is stored. */
export async function publishAndRest(page) {
  const before = await cells(page);
  await page.getByTestId("publish").click();
  await page.getByRole("button", { name: "Run until nothing is open" }).click();
  await page.waitForFunction((n) => document.querySelectorAll(".cell.live").length > n, before);
  await rest(page);
}

/** Types a line into the console. */
export async function type(page, line) {
  const input = page.locator("#console-input");
  await input.fill(line);
  await input.press("Enter");
}

/** Types a line and runs until it is done. */
export async function enter(page, line) {
  await type(page, line);
  await run(page);
}

/** Steps forward until the caption says something, at most so often; the captions on the way. */
export async function stepUntil(page, pattern, most = 60) {
  const said = [];
  for (let n = 0; n < most; n += 1) {
    await button(page, "One hop forward").click();
    await rest(page);
    said.push(await caption(page));
    if (pattern.test(said.at(-1))) return said;
  }
  throw new Error(`never said ${pattern}:\n${said.join("\n")}`);
}

/** Selects a part of the stage by keyboard, and waits for its inspection. */
export async function select(page, selector, title) {
  const part = page.locator(selector).first();
  await part.focus();
  await part.press("Enter");
  if (title) await inspector(page).locator("h2", { hasText: title }).first().waitFor();
}

/** Opens a tab of the inspector and returns what it shows. */
export async function tab(page, name) {
  await inspector(page).getByRole("tab", { name, exact: true }).click();
  return inspector(page).getByRole("tabpanel").innerText();
}
