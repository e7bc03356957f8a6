// Takes the picture in the README: node tests/e2e/screenshot.mjs [file], after cargo xtask build.
// With less motion wanted, packets stand still on their way, so the picture is the same every time.

import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startHost } from "./support/host.mjs";
import { launch, newPage, started } from "./support/browser.mjs";
import { caption, publishAndRest, rest, run, type } from "./support/page.mjs";

const FILE = process.argv[2] ?? fileURLToPath(new URL("../../docs/screenshot.png", import.meta.url));
/** The README should load quickly. */
const MOST_BYTES = 300_000;

const host = await startHost();
const browser = await launch();
try {
  const { page } = await newPage(browser, host.origin);
  await page.goto(`${host.url}?scene=one-order&motion=reduce&theme=dark`);
  await started(page);
  await page.locator(".server").first().waitFor();
  await type(page, "consumer add ORDERS reports --pull --ack explicit --wait 30s --defaults");
  await run(page);
  for (let n = 0; n < 4; n += 1) await publishAndRest(page);
  for (const [count, ack] of [[2, ""], [1, "--no-ack"]]) {
    await type(page, `consumer next ORDERS reports --count ${count} ${ack}`);
    await run(page);
  }
  await page.locator("#console-input").press("Escape");
  await type(page, `pub orders.paid '{"id":101}'`);
  await page.locator("#console-input").press("Escape");
  await page.locator(".tape__row").first().focus();
  await page.keyboard.press("Enter");
  // The leader has just sent the order to its followers.
  for (let n = 0; n < 30 && !/puts .* log/.test(await caption(page)); n += 1) {
    await page.getByRole("button", { name: "One hop forward" }).click();
    await rest(page);
  }
  await page.mouse.move(720, 4);
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: FILE });
  const { size } = await stat(FILE);
  console.log(`${FILE}: ${Math.round(size / 1000)} kB; ${await caption(page)}`);
  if (size > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
} finally {
  await browser.close();
  await host.stop();
}
