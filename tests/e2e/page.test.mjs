// The built page as any static host would serve it: it starts, keeps its policy, asks nobody else,
// works framed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFile } from "node:fs/promises";
import { DIST, fileFor, startHost } from "./support/host.mjs";
import { accessibilityFindings, assertClean, launch, newPage, started } from "./support/browser.mjs";

const FRAMED = "/course/framed.html";
const SANDBOXED = "/course/sandboxed.html";
const PREFIX = "/courses/windtunnel/";

let host;
let browser;

function course(attributes) {
  return `<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,">
    <iframe name="ours" title="Windtunnel" width="820" height="560" ${attributes}
      src="${PREFIX}"></iframe></html>`;
}

before(async () => {
  const pages = { [FRAMED]: course(""), [SANDBOXED]: course('sandbox="allow-scripts"') };
  host = await startHost({ prefix: PREFIX, pages });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

test("starts below any path, breaks no rule and asks nobody else", async () => {
  const { page, problems, close } = await newPage(browser, host.origin);
  await page.goto(host.url);
  await started(page);
  assertClean(problems);
  await close();
});

for (const [kind, path] of [["framed", FRAMED], ["sandboxed without an origin of its own", SANDBOXED]]) {
  test(`starts ${kind}`, async () => {
    const { page, problems, close } = await newPage(browser, host.origin);
    await page.goto(host.origin + path);
    await started(page.frame("ours"));
    assertClean(problems);
    await close();
  });
}

test("its content security policy lets in nothing but its own files", async () => {
  const html = await readFile(new URL("index.html", `file://${DIST}`), "utf8");
  const policy = html.match(/http-equiv="Content-Security-Policy"\s+content="([^"]+)"/)?.[1];
  assert.ok(policy, "index.html has a content security policy");
  const directives = Object.fromEntries(policy.split(";").map((part) => {
    const [name, ...sources] = part.trim().split(/\s+/);
    return [name, sources.join(" ")];
  }));
  assert.equal(directives["default-src"], "'none'");
  assert.equal(directives["script-src"], "'self' 'wasm-unsafe-eval'");
  assert.equal(directives["style-src"], "'self'");
  assert.equal(directives["connect-src"], "'self'");
  assert.doesNotMatch(html, /\sintegrity=/);
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/, "no inline script");
});

test("the policy is in force: an inline script does not run, a foreign request does not leave", async () => {
  const { page, problems, close } = await newPage(browser, host.origin);
  await page.goto(host.url);
  await started(page);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.documentElement.dataset.breached = 'yes'";
    document.head.append(script);
    return fetch("http://127.0.0.2:9/").catch(() => null);
  });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.breached), undefined);
  for (const directive of ["script-src", "connect-src"]) {
    const noticed = problems.some((line) => line.startsWith(`error: CSP violation: ${directive}`));
    assert.ok(noticed, `${directive} in:\n${problems.join("\n")}`);
  }
  await close();
});

test("says so when it cannot start", async () => {
  const { page, close } = await newPage(browser, host.origin);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(host.url);
  await page.locator("#panic").waitFor({ state: "visible" });
  assert.match(await page.locator("#panic").textContent(), /could not start/);
  await close();
});

test("says what it is to a reader without scripts", async () => {
  const { page, close } = await newPage(browser, host.origin, { javaScriptEnabled: false });
  await page.goto(host.url);
  assert.match(await page.locator("body").innerText(), /JavaScript/);
  await close();
});

test("axe finds nothing to object to", async () => {
  // The start page, a scene, a lesson, and both as a frame shows them: each has its one heading of level one.
  const pages = [
    ["", /See JetStream flow/],
    ["?scene=one-order", /One order, made visible/],
    ["?lesson=2-work-queue", /Work queue/],
    ["?scene=one-order&embed=1", /^One order, made visible$/],
    ["?lesson=2-work-queue&embed=1", /^Work queue/],
  ];
  for (const [query, heading] of pages) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, close } = await newPage(browser, host.origin, { colorScheme });
      await page.goto(host.url + query);
      await started(page);
      await page.locator(query ? ".server" : ".card").first().waitFor();
      await page.locator("h1").filter({ hasText: heading }).waitFor({ state: "attached" });
      assert.equal(await page.locator("h1").count(), 1, query);
      assert.deepEqual(await accessibilityFindings(page), [], query);
      await close();
    }
  }
});

test("the test host serves nothing outside its folder", () => {
  assert.equal(fileFor("/courses/windtunnel/", PREFIX), "index.html");
  assert.equal(fileFor("/courses/windtunnel/a/b.js", PREFIX), "a/b.js");
  assert.equal(fileFor("/courses/windtunnel/../../secret", PREFIX), null);
  assert.equal(fileFor("/courses/windtunnel/..%2f..%2fsecret", PREFIX), null);
  assert.equal(fileFor("/elsewhere/", PREFIX), null);
});
