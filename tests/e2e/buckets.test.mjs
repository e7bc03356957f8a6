// Buckets and object stores on the page: as what they are used, and as the streams they are.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { accessibilityFindings } from "./support/browser.mjs";
import { button, caption, enter, inspector, rest, run, select, stageFor, stepUntil, tab, type } from "./support/page.mjs";

const journey = stageFor({ before, after });
const bucket = { query: "?scene=config-bucket", reducedMotion: "reduce" };
const store = { query: "?scene=object-store", reducedMotion: "reduce" };

/** What is written on the cells of the stage of a kind. */
const written = (page, kind) => page.locator(`.cell.${kind}`).allTextContents();
const leave = (page) => page.locator("#console-input").press("Escape");

/** Steps forward until something is to be seen. */
async function hopUntil(page, seen) {
  for (let n = 0; n < 80 && !(await seen()); n += 1) {
    await button(page, "One hop forward").click();
    await rest(page);
  }
}

async function enterAndLeave(page, line) {
  await enter(page, line);
  await leave(page);
}

journey("a key gets a revision; the history stays as a row of cells", async (page) => {
  await page.getByTestId("publish").click();
  await run(page);
  const row = (await page.locator(".tape").first().textContent());
  assert.match(row, /db\.host/);
  assert.equal(await page.locator(".cell.live").count(), 3, "one value a key");
  assert.equal(await page.locator(".cell.old").count(), 2, "db.host was something before");
  assert.match(await page.locator(".tape__row").getAttribute("aria-label"), /db\.host: db-\d+\.internal/);
  assert.deepEqual(await accessibilityFindings(page), []);
}, bucket);

journey("the switch shows the same bucket as a stream, by keyboard as well", async (page) => {
  const toStream = page.getByRole("button", { name: "KV_config: show the plain stream" });
  await toStream.focus();
  await page.keyboard.press("Enter");
  const toBucket = page.getByRole("button", { name: "KV_config: show the bucket" });
  await toBucket.waitFor();
  assert.equal(await page.locator(".cell.live").count(), 4, "a cell for each message");
  await select(page, ".tape__row", "KV_config");
  assert.match(await inspector(page).getByRole("tabpanel").innerText(), /\$KV\.config\.db\.port/);
  const shown = inspector(page).getByRole("group", { name: "Shown as" });
  assert.equal(await shown.getByRole("button", { name: "Stream" }).getAttribute("aria-pressed"), "true");
  await shown.getByRole("button", { name: "Bucket" }).press("Enter");
  await toStream.waitFor();
  await inspector(page).getByTestId("holdings").waitFor();
  assert.equal(await page.locator(".cell.live").count(), 3);
  assert.deepEqual(await accessibilityFindings(page), []);
}, bucket);

journey("deleting leaves a marker and the history, purging leaves a marker only", async (page) => {
  await enterAndLeave(page, "kv del config db.host -f");
  assert.match((await written(page, "tombstone"))[0], /DEL/);
  assert.equal(await page.locator(".cell.old").count(), 2);
  await enterAndLeave(page, "kv purge config db.host -f");
  assert.match((await written(page, "tombstone"))[0], /PURGE/);
  assert.equal(await page.locator(".cell.old").count(), 0);
  await select(page, ".tape__row", "config");
  const keys = await tab(page, "Keys");
  assert.match(keys, /db\.host\s+purged/);
  assert.match(keys, /PURGE 6/);
  await inspector(page).getByRole("button", { name: /^db\.host: PURGE 6/ }).click();
  await inspector(page).locator("h2", { hasText: "KV_config 6" }).waitFor();
  const told = await inspector(page).getByRole("tabpanel").innerText();
  assert.match(told, /key\s+db\.host[\s\S]*as revision\s+purged/);
}, bucket);

journey("who is late with an update loses, and is named", async (page) => {
  await type(page, "kv update config db.host mine 1");
  await leave(page);
  const said = await stepUntil(page, /cli loses/);
  const wanted = /it wanted to update config\/db\.host after revision 1, but its last revision is 3/;
  assert.match(said.at(-1), wanted);
  assert.match(said.at(-1), /wrong last sequence: 3 \(error 10071\)/);
  await page.locator(".lost").waitFor();
  await select(page, ".tape__row", "config");
  assert.match(await tab(page, "Keys"), /cli\s+db\.host\s+1\s+3/);
  await run(page);
  await enterAndLeave(page, "kv put config db.host db-2.internal");
  assert.equal(await page.locator(".lost").count(), 0, "the key has changed since");
}, bucket);

journey("what runs out has a bar, then a marker with its word", async (page) => {
  await enterAndLeave(page, "kv create config lease me --ttl 8s");
  await page.locator(".expiry").waitFor();
  await select(page, ".tape__row", "config");
  assert.match(await tab(page, "Keys"), /lease[\s\S]*of 8 s left/);
  await stepUntil(page, /lease has run out/);
  assert.match((await written(page, "tombstone"))[0], /TTL/);
}, bucket);

journey("who watches a bucket is seen below it and in the inspector", async (page) => {
  assert.match(await page.locator(".consumer text").first().textContent(), /api watches db\.>/);
  await select(page, ".tape__row", "config");
  assert.match(await tab(page, "Keys"), /api\s+db\.>/);
}, bucket);

journey("objects are rows of chunks; what belongs to none is marked", async (page) => {
  assert.equal(await page.locator(".cell.live").count(), 4, "three chunks and one");
  assert.equal(await page.locator(".cell.orphan").count(), 2);
  await select(page, ".tape__row", "assets");
  const objects = await tab(page, "Objects");
  assert.match(objects, /logo\.svg[\s\S]*n1\s+4 of 4/);
  assert.match(objects, /SHA-256=/);
  assert.match(objects, /of no object/);
  assert.deepEqual(await accessibilityFindings(page), []);
  await button(page, "OBJ_assets: show the plain stream").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "OBJ_assets: show the object store" }).waitFor();
  assert.equal(await page.locator(".cell.live").count(), 8);
}, store);

journey("a server that was away lacks chunks until it has caught up", async (page) => {
  await page.getByRole("button", { name: "Pause n2" }).waitFor();
  await select(page, '.server [aria-label*="server n3"]');
  await button(page, "Kill n3").click();
  await rest(page);
  await type(page, "pub '$O.assets.C.Zz9' more");
  await leave(page);
  await run(page);
  await select(page, ".tape__row", "assets");
  assert.match(await tab(page, "Objects"), /n3\s+0 of 1/);
  assert.ok((await caption(page)).length > 0);
}, store);

journey("an application that watches knows what it has read", async (page) => {
  await type(page, "kv put config db.host db-9.internal");
  await leave(page);
  await hopUntil(page, () => page.locator(".app", { hasText: "db.host = db-9" }).count());
  await select(page, '.app [aria-label*="application api"]', "api");
  assert.match(await tab(page, "Now"), /db\.host\s+db-9\.internal/);
  assert.match(await inspector(page).getByTestId("knobs").innerText(), /Watches/);
}, bucket);

journey("who is elected wears a crown, and the other does not", async (page) => {
  for (let n = 0; n < 2; n += 1) {
    await button(page, "Add an elector").click();
  }
  await hopUntil(page, () => page.locator(".app.leads").count());
  assert.equal(await page.locator(".app.leads").count(), 1);
  assert.deepEqual(await accessibilityFindings(page), []);
}, bucket);

journey("a phone shows the same card, and its switch", async (page) => {
  await page.getByRole("button", { name: "KV_config: show the plain stream" }).waitFor();
  assert.equal(await page.locator(".cell.live").count(), 3);
  assert.deepEqual(await accessibilityFindings(page), []);
}, { ...bucket, viewport: { width: 390, height: 844 } });
