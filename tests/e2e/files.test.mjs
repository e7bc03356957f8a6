// A file of one's own: put into an object store of the simulated cluster, and had back, byte for byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before } from "node:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessibilityFindings } from "./support/browser.mjs";
import { enter, output, stageFor } from "./support/page.mjs";

const journey = stageFor({ before, after });
const query = "?scene=object-store";

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Bytes that follow from a number. */
function made(size, seed) {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let n = 0; n < size; n += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[n] = state >>> 16;
  }
  return bytes;
}

/** Selects the store, so that the place for files is there. */
async function store(page) {
  await page.locator('[data-entity^="t:"]').first().click();
  await page.getByTestId("drop").waitFor();
}

/** What is dragged when these bytes are dragged as a file. */
function dragged(page, name, bytes) {
  return page.evaluateHandle(([name, text]) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
    return transfer;
  }, [name, bytes.toString("base64")]);
}

async function download(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

journey("a chosen file is stored and had back, byte for byte", async (page) => {
  await store(page);
  const bytes = made(3_000_000, 7);
  await page.getByLabel("Choose a file for assets").setInputFiles({
    name: "photo.png",
    mimeType: "image/png",
    buffer: bytes,
  });
  const wanted = page.getByRole("button", { name: /^Download photo\.png/ });
  await wanted.waitFor({ timeout: 60_000 });
  const file = await download(page, () => wanted.click());
  assert.equal(file.name, "photo.png");
  assert.equal(digest(file.bytes), digest(bytes));
  // The console shows the digest that the client computed.
  await page.locator("#console-input").fill("object info assets photo.png");
  await page.locator("#console-input").press("Enter");
  await page.getByTestId("console-output").getByText(digest(bytes)).waitFor({ timeout: 30_000 });
}, { query });

journey("a dropped file goes the same way, and the console has it as well", async (page) => {
  await store(page);
  const bytes = made(50_000, 3);
  const data = await dragged(page, "notes.bin", bytes);
  const drop = page.getByTestId("drop");
  await drop.dispatchEvent("dragover", { dataTransfer: data });
  await drop.dispatchEvent("drop", { dataTransfer: data });
  await page.getByRole("button", { name: /^Download notes\.bin/ }).first().waitFor({ timeout: 60_000 });
  assert.match(await output(page).innerText(), /object put assets notes\.bin/);
  await page.locator("#console-input").fill("object get assets notes.bin");
  await page.locator("#console-input").press("Enter");
  const save = page.getByTestId("console-save");
  await save.waitFor({ timeout: 60_000 });
  const file = await download(page, () => save.click());
  assert.equal(digest(file.bytes), digest(bytes));
  assert.deepEqual(await accessibilityFindings(page), []);
}, { query });

journey("while a file is dragged the stage shows where it may be dropped, and takes it there", async (page) => {
  // Something else is selected: the place in the inspector is not there.
  await page.locator('[data-entity^="s:"] [data-stop]').first().click();
  await page.getByTestId("drop").waitFor({ state: "detached" });
  const bytes = made(70_000, 5);
  const data = await dragged(page, "card.bin", bytes);
  const card = page.locator(".tape[data-takes]");
  const edge = card.locator(".takes");
  assert.equal(await card.count(), 1);
  assert.equal(await edge.isVisible(), false);
  const over = (target) => target.dispatchEvent("dragover", { dataTransfer: data });
  const refused = (target) =>
    target.evaluate((element, dataTransfer) => {
      const event = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true });
      element.dispatchEvent(event);
      return [event.defaultPrevented, event.dataTransfer.dropEffect];
    }, data);
  // Elsewhere it is not taken, and the browser does not leave the page for it either.
  assert.deepEqual(await refused(page.locator(".stage__grid")), [true, "none"]);
  await page.getByText("Drop a file here").waitFor();
  assert.equal(await page.locator(".tape.over").count(), 0);
  await over(card.locator(".tape__row"));
  await page.locator(".tape.over[data-takes]").waitFor();
  await page.locator("body").dispatchEvent("dragleave", { dataTransfer: data });
  await edge.waitFor({ state: "hidden" });
  await over(card.locator(".tape__row"));
  await card.locator(".tape__row").dispatchEvent("drop", { dataTransfer: data });
  await edge.waitFor({ state: "hidden" });
  // The store is selected now, and the keyboard's way to the same is there, with a name.
  const wanted = page.getByRole("button", { name: /^Download card\.bin/ });
  await wanted.waitFor({ timeout: 60_000 });
  await page.getByLabel("Choose a file for assets").waitFor({ state: "attached" });
  const file = await download(page, () => wanted.click());
  assert.equal(digest(file.bytes), digest(bytes));
  // The same on the plain tape.
  await page.getByRole("button", { name: "OBJ_assets: show the plain stream" }).click();
  const other = await dragged(page, "tape.bin", made(2_000, 6));
  await card.locator(".tape__row").dispatchEvent("drop", { dataTransfer: other });
  await page.getByRole("button", { name: /^Download tape\.bin/ }).waitFor({ timeout: 60_000 });
}, { query });

journey("a sealed store takes no file, and says so", async (page) => {
  await enter(page, "object seal assets -f");
  await page.locator(".tape:not([data-takes])").waitFor();
  await page.locator('[data-entity^="t:"]').first().click();
  await page.getByText("Sealed: no file goes in any more.").waitFor();
}, { query });

journey("64 MiB go in and out in slices, with a bar that moves and a button that ends it", async (page) => {
  await store(page);
  // Every change of every bar, every portion that is handed to the browser, and how much the protocol lines
  // are at most: chunks that are written out are what a browser lays out for seconds.
  await page.evaluate(() => {
    globalThis.bars = {};
    globalThis.portions = [];
    globalThis.wire = 0;
    const lines = document.querySelector('[data-testid="wire"]');
    new MutationObserver(() => {
      globalThis.wire = Math.max(globalThis.wire, lines.textContent.length);
      for (const bar of document.querySelectorAll("progress.drop__bar")) {
        const told = (globalThis.bars[bar.getAttribute("aria-label")] ??= []);
        if (told.at(-1) !== bar.value) told.push(bar.value);
      }
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
    const Real = globalThis.Blob;
    globalThis.Blob = class extends Real {
      constructor(parts, ...rest) {
        super(parts, ...rest);
        const bytes = parts.filter((part) => ArrayBuffer.isView(part)).map((part) => part.byteLength);
        if (bytes.length > 0) globalThis.portions.push(bytes.reduce((a, b) => a + b));
      }
    };
  });
  const size = 64 * 1024 * 1024;
  const path = join(tmpdir(), `windtunnel-${process.pid}.bin`);
  const bytes = made(size, 9);
  await writeFile(path, bytes);
  const choose = page.getByLabel("Choose a file for assets");
  await choose.setInputFiles(path);
  const wanted = page.getByRole("button", { name: /^Download windtunnel/ });
  await wanted.waitFor({ timeout: 120_000 });
  const file = await download(page, () => wanted.click());
  assert.equal(digest(file.bytes), digest(bytes));
  const { bars, portions, wire } = await page.evaluate(() => ({ bars, portions, wire }));
  assert.ok(wire > 1_000 && wire < 60_000, `${wire} characters of protocol lines`);
  for (const verb of ["Reading", "Storing", "Getting", "Saving"]) {
    const [, told] = Object.entries(bars).find(([label]) => label.startsWith(verb)) ?? [];
    assert.ok(told?.length > 8, `${verb} was told ${told?.length} times: ${Object.keys(bars)}`);
    assert.deepEqual(told, told.toSorted((a, b) => a - b), `${verb} only goes up`);
  }
  assert.equal(portions.reduce((a, b) => a + b), size);
  assert.ok(Math.max(...portions) <= 2 * 1024 * 1024, `${Math.max(...portions)} bytes at once`);
  // What is being got can be given up.
  await wanted.click();
  await page.getByRole("button", { name: /^Cancel: (Getting|Saving)/ }).click();
  await page.getByTestId("upload").waitFor({ state: "detached" });
  await rm(path);
}, { query });

journey("a link holds a file by its name only, and says so", async (page) => {
  await store(page);
  await page.getByLabel("Choose a file for assets").setInputFiles({
    name: "photo.png",
    mimeType: "image/png",
    buffer: made(300_000, 1),
  });
  await page.getByRole("button", { name: /^Download photo\.png/ }).waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: /share/i }).first().click();
  const link = await page.getByTestId("share-link").inputValue();
  assert.ok(link.length < 2_000, `${link.length} characters`);
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByText(/A link cannot hold files\. In the place of photo\.png/).first().waitFor();
}, { query });

journey("a file that is too large is refused in words", async (page) => {
  await store(page);
  await page.getByLabel("Choose a file for assets").evaluate((input) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(65 * 1024 * 1024)], "film.mkv"));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await page.getByText("film.mkv has 65.0 MiB").waitFor();
}, { query });
