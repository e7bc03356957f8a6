// The browser under test, and a record of everything a page does that it should not.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser to use: $CHROMIUM (`cargo xtask test` sets it), or the first known name on the PATH. */
export function findBrowser(env = process.env) {
  if (env.CHROMIUM) return env.CHROMIUM;
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  throw new Error("no Chromium found: install it or set CHROMIUM to its path");
}

export function launch() {
  return chromium.launch({
    executablePath: findBrowser(),
    chromiumSandbox: false,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/**
 * A new page in a context of its own: empty storage, the given viewport, colour scheme and so on
 * (Playwright's context options). `problems` lists every console error or warning, uncaught exception, failed
 * request, violation of the content security policy, and request to another origin than `origin`.
 */
export async function newPage(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      const { violatedDirective, blockedURI, sourceFile } = event;
      console.error(`CSP violation: ${violatedDirective} ${blockedURI} ${sourceFile ?? ""}`);
    });
  });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => {
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin + "/") && !url.startsWith("data:") && !url.startsWith("blob:")) {
      problems.push(`foreign request: ${url}`);
    }
  });
  return { page, problems, close: () => context.close() };
}

/** Fails with the list when the page did anything it should not. */
export function assertClean(problems) {
  assert.deepEqual(problems, [], "the page caused no error, warning, violation or foreign request");
}

/** Waits until the engine has started in this page or frame; fails with the banner's text if it could not. */
export async function started(frame) {
  await frame.waitForFunction(
    () => "started" in document.documentElement.dataset || !document.getElementById("panic").hidden,
  );
  const banner = frame.locator("#panic");
  if (await banner.isVisible()) assert.fail(`the page did not start: ${await banner.textContent()}`);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core objects to in this page, as lines of text; what it is not sure about is left out. */
export async function accessibilityFindings(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ impact, id, help, nodes }) => {
    return `${impact} ${id}: ${help} (${nodes.map((node) => node.target).join("; ")})`;
  });
}
