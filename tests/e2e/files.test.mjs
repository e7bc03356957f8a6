// A file of one's own: put into an object store of the simulated cluster, and had back, byte for byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before } from "node:test";
import { readFile } from "node:fs/promises";
import { accessibilityFindings } from "./support/browser.mjs";
import { output, stageFor } from "./support/page.mjs";

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
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    transfer.items.add(new File([bytes], "notes.bin"));
    return transfer;
  }, bytes.toString("base64"));
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
