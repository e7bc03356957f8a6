// A programme as a user of NATS's client for JavaScript would write it: buckets and object stores.
//
//     node programme.mjs URL [SECTION...]
//
// It prints what came of everything, without times, names and ids that servers or the client make up, so that
// what it prints over the bridge must be what it prints over the real nats-server. Every section cleans up
// behind itself.

import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { Objm } from "@nats-io/obj";
import { connect, headers } from "@nats-io/transport-node";

const decoder = new TextDecoder();
const sections = {};

function say(...what) {
  const words = what.map((word) => (typeof word === "string" ? word : JSON.stringify(word)));
  console.log("  " + words.join(" "));
}

/** Says what an error says. */
async function attempt(what, act) {
  try {
    say(what, "->", (await act()) ?? null);
  } catch (error) {
    const code = error.api_error?.err_code ?? error.code;
    say(what, "->", error.name, error.message, ...(code ? [code] : []));
  }
}

function entry(found) {
  if (!found) return "none";
  const { key, revision, operation, length, delta } = found;
  return `${key}=${found.string()} revision ${revision} ${operation} length ${length} delta ${delta}`;
}

function change(found) {
  return `${found.isUpdate ? "update" : "initial"} ${entry(found)}`;
}

async function all(iterator) {
  const found = [];
  for await (const one of iterator) found.push(one);
  return found;
}

/** Takes the next few of what never ends; whatever takes longer than two seconds is missed. */
async function take(iterator, count) {
  const found = [];
  const late = setTimeout(() => iterator.stop(), 2000);
  for await (const one of iterator) {
    found.push(one);
    if (found.length === count) break;
  }
  clearTimeout(late);
  return found;
}

const pause = (span) => new Promise((done) => setTimeout(done, span));

async function state(manager, stream) {
  const { state, config } = await manager.streams.info(stream);
  const { messages, bytes, first_seq, last_seq, num_deleted, num_subjects, consumer_count } = state;
  say(stream, { messages, bytes, first_seq, last_seq, num_deleted, num_subjects, consumer_count });
  const { metadata: _, ...told } = config;
  say("config", told);
}

sections.key_value = async ({ kvm, manager }) => {
  const kv = await kvm.create("CONFIG", { history: 3, description: "all there is", maxValueSize: 64 });
  await state(manager, "KV_CONFIG");
  say(await kv.put("a", "1"), await kv.put("a", "2"), await kv.create("b.c", "x"));
  say(entry(await kv.get("a")), "|", entry(await kv.get("a", { revision: 1 })));
  say(await kv.update("a", "3", 2));
  await attempt("stale", () => kv.update("a", "4", 2));
  await attempt("put of a revision", () => kv.put("a", "4", { previousSeq: 2 }));
  await attempt("exists", () => kv.create("a", "4"));
  await attempt("too large", () => kv.put("a", "x".repeat(100)));
  await attempt("no such key", async () => entry(await kv.get("nothing")));
  await attempt("no such revision", async () => entry(await kv.get("a", { revision: 9 })));
  await attempt("revision of another key", async () => entry(await kv.get("a", { revision: 3 })));
  for (const key of ["a key", "", ".a", "a.", "a*", "a>"]) await attempt(`key "${key}"`, () => kv.put(key, "x"));
  say((await all(await kv.keys())).sort(), await all(await kv.keys("b.*")));
  say((await all(await kv.history({ key: "a" }))).map(change));
  await kv.delete("a");
  say(entry(await kv.get("a")), (await all(await kv.keys())).sort());
  await attempt("delete of a revision", () => kv.delete("b.c", { previousSeq: 1 }));
  say(await kv.create("a", "again"));
  await kv.purge("a");
  say((await all(await kv.history({ key: "a" }))).map(change));
  say(await kv.create("a", "and again"), entry(await kv.get("a")));
  const { bucket, values, history, ttl, size, replicas, description } = await kv.status();
  say(bucket, values, history, ttl, size, replicas, description);
  await attempt("other settings", async () => (await (await kvm.create("CONFIG", { history: 5 })).status()).history);
  say(await kv.destroy());
  await attempt("gone", async () => (await (await kvm.open("CONFIG")).status()).values);
  await attempt("too much history", async () => (await (await kvm.create("LONG", { history: 65 })).status()).history);
  await attempt("bad bucket", () => kvm.create("a.b"));
};

sections.key_value_watch = async ({ kvm }) => {
  const kv = await kvm.create("WATCH", { history: 5 });
  await kv.put("db.host", "one");
  await kv.put("db.host", "two");
  await kv.put("db.port", "1");
  await kv.put("other", "x");
  await kv.delete("other");
  const ways = {
    all: {},
    pattern: { key: "db.*" },
    several: { key: ["db.port", "other"] },
    history: { include: "history" },
    updates: { include: "updates" },
    "without deletes": { ignoreDeletes: true },
    "headers only": { headers_only: true, key: "db.>" },
    "from a revision": { resumeFromRevision: 3 },
  };
  const counts = { all: 5, pattern: 4, several: 3, history: 7, updates: 2, "without deletes": 3 };
  const watches = [];
  for (const [name, options] of Object.entries(ways)) watches.push([name, await kv.watch(options)]);
  await pause(100);
  await kv.put("db.host", "three");
  await kv.delete("db.port");
  for (const [name, watch] of watches) {
    const count = counts[name] ?? (name === "headers only" ? 4 : 5);
    say(name, (await take(watch, count)).map(change));
  }
  const fast = await kv.watch({ key: "many" });
  for (let n = 0; n < 50; n += 1) await kv.put("many", String(n));
  say((await take(fast, 50)).map((one) => one.string()).join());
  await kv.destroy();
};

sections.key_value_time_to_live = async ({ kvm, manager }) => {
  const short = await kvm.create("SHORT", { ttl: 1000 });
  await short.put("a", "1");
  say(entry(await short.get("a")));
  await pause(1600);
  say(entry(await short.get("a")), (await short.status()).values);
  await short.destroy();
  const kv = await kvm.create("LIMIT", { markerTTL: 2000, history: 2 });
  await state(manager, "KV_LIMIT");
  say(await kv.create("a", "1", "1s"), await kv.create("b", "2"));
  const watch = await kv.watch();
  await pause(1700);
  say(entry(await kv.get("a")), entry(await kv.get("b")));
  await kv.purge("b", { ttl: "1s" });
  say((await take(watch, 4)).map((one) => `${one.isUpdate} ${one.key} ${one.operation} ${one.revision}`));
  await kv.destroy();
};

sections.key_value_many = async ({ kvm, manager }) => {
  const kv = await kvm.create("MANY", { storage: "memory", metadata: { team: "shop" }, allow_direct: true });
  await Promise.all(Array.from({ length: 100 }, (_, n) => kv.put(`key.${n % 10}`, `value ${n}`)));
  say((await all(await kv.keys())).length);
  const race = await Promise.allSettled([1, 2, 3].map((n) => kv.create("leader", String(n))));
  say(race.map((one) => one.status).sort());
  await kvm.create("OTHER");
  const buckets = (await all(kvm.list())).map((one) => `${one.bucket} ${one.values} ${one.history}`);
  say(buckets.sort());
  await state(manager, "KV_MANY");
};

function object(info) {
  if (!info) return "none";
  const { name, bucket, description, size, chunks, digest, deleted, revision, options, metadata } = info;
  const told = { name, bucket, description, size, chunks, digest, deleted, revision, options, metadata };
  return JSON.stringify({ ...told, headers: info.headers && [...info.headers].flat(2) });
}

const bytes = (size) => Uint8Array.from({ length: size }, (_, n) => (n * 7) % 251);

sections.objects = async ({ objm, manager }) => {
  const store = await objm.create("FILES", { description: "files", storage: "file" });
  await state(manager, "OBJ_FILES");
  const data = bytes(300_000);
  say(object(await store.putBlob({ name: "big" }, data)));
  const read = await store.getBlob("big");
  say("the same", Buffer.compare(read, data) === 0);
  const h = headers();
  h.append("K", "v");
  const meta = { name: "big", description: "replaced", headers: h, options: { max_chunk_size: 4 } };
  say(object(await store.putBlob(meta, new TextEncoder().encode("small now"))));
  say(decoder.decode(await store.getBlob("big")));
  say(object(await store.putBlob({ name: "other", metadata: { a: "b" } }, new Uint8Array(0))));
  await attempt("wrong revision", () => store.putBlob({ name: "other" }, data, { previousRevision: 1 }));
  await state(manager, "OBJ_FILES");
  say((await store.list()).map((info) => info.name).sort());
  await store.update("other", { name: "renamed", description: "another name" });
  say(object(await store.info("renamed")), object(await store.info("other")));
  await attempt("name taken", () => store.update("renamed", { name: "big" }));
  say(await store.delete("renamed"));
  await attempt("deleted", async () => object(await store.info("renamed")));
  await attempt("data of it", async () => store.getBlob("renamed"));
  await attempt("never", async () => object(await store.info("never")));
  const status = await store.status();
  say(status.bucket, status.size, status.storage, status.replicas, status.sealed, status.description);
  say((await store.seal()).sealed);
  await attempt("sealed", () => store.putBlob({ name: "more" }, data));
  await attempt("sealed delete", () => store.delete("big"));
  say(await store.destroy());
  await attempt("gone", async () => (await (await objm.open("FILES")).status()).size);
};

sections.object_links = async ({ objm }) => {
  const a = await objm.create("A");
  const b = await objm.create("B");
  const info = await a.putBlob({ name: "origin" }, new TextEncoder().encode("the data"));
  say(object(await a.link("near", info)), decoder.decode(await a.getBlob("near")));
  say(object(await b.link("far", info)), decoder.decode(await b.getBlob("far")));
  say(object(await b.linkStore("all", a)));
  await attempt("data of a store", () => b.getBlob("all"));
  await attempt("link to a link", async () => a.link("twice", await a.info("near")));
  await attempt("over an object", () => a.link("origin", info));
  await a.delete("origin");
  await attempt("dangling", () => b.getBlob("far"));
  await attempt("link to deleted", async () => a.link("late", { ...info, deleted: true }));
  say((await all(objm.list())).map((one) => `${one.bucket} ${one.streamInfo.state.messages}`).sort());
};

sections.object_watch = async ({ objm }) => {
  const store = await objm.create("SEEN");
  await store.putBlob({ name: "one" }, bytes(10));
  await store.putBlob({ name: "two" }, bytes(20));
  await store.delete("two");
  const told = ({ isUpdate, name, size, deleted }) => `${isUpdate} ${name} ${size} ${deleted}`;
  const plain = await store.watch();
  const past = await store.watch({ includeHistory: true, ignoreDeletes: true });
  await pause(100);
  await store.putBlob({ name: "one" }, bytes(140_000));
  say((await take(plain, 3)).map(told));
  say((await take(past, 2)).map(told));
};

async function clean(manager) {
  for (const { config } of await manager.streams.list().next()) await manager.streams.delete(config.name);
}

const [url, ...only] = process.argv.slice(2);
for (const [name, section] of Object.entries(sections)) {
  if (only.length > 0 && !only.includes(name)) continue;
  console.log(`section ${name}`);
  const nc = await connect({ servers: url, reconnect: false });
  const js = jetstream(nc, { timeout: 2000 });
  const manager = await jetstreamManager(nc, { timeout: 2000 });
  const late = setTimeout(() => {
    console.log("  ended by the clock");
    process.exit(1);
  }, 30_000);
  try {
    await section({ kvm: new Kvm(js), objm: new Objm(js), manager });
  } catch (error) {
    say("ended by", error.name, error.message);
  }
  clearTimeout(late);
  await clean(manager);
  await nc.close();
}
