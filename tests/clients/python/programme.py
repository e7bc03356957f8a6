"""A programme as a user of nats-py would write it: streams, consumers of every kind, buckets, errors.

    programme.py URL [SECTION...]

It prints what came of everything, without times, names and ids that servers make up, so that what it prints
over the bridge must be what it prints over the real nats-server. Every section cleans up behind itself.
"""
import asyncio
import json
import os
import random
import sys

import nats
from nats.errors import MsgAlreadyAckdError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import api
from nats.js.errors import APIError, NoKeysError
from nats.js.errors import Error as JetStreamError

SECTIONS = []


def section(f):
    SECTIONS.append(f)
    return f


def say(*what):
    print("  " + " ".join(str(w) for w in what), flush=True)


async def attempt(what, awaitable):
    """Says what an error says."""
    try:
        result = await awaitable
        say(what, "->", result)
    except MsgAlreadyAckdError as e:
        say(what, "->", type(e).__name__)
    except APIError as e:
        parts = [getattr(e, part, None) for part in ("code", "err_code", "description")]
        say(what, "->", type(e).__name__, *parts)
    except (NatsTimeout, asyncio.TimeoutError):
        say(what, "-> timeout")
        # The server's own clock for it may have begun a little later.
        await asyncio.sleep(0.05)
    except (nats.errors.Error, JetStreamError) as e:
        say(what, "->", type(e).__name__, e)


def text(m):
    return m.data.decode()


def place(m):
    """Where in its stream and consumer a message is."""
    d = m.metadata
    return "%s/%s stream %d consumer %d delivered %d pending %d" % (
        d.stream, d.consumer, d.sequence.stream, d.sequence.consumer, d.num_delivered, d.num_pending)


def numbers(info):
    """The numbers of a consumer."""
    return "delivered %d/%d floor %d/%d ack_pending %d redelivered %s waiting %d pending %d" % (
        info.delivered.consumer_seq, info.delivered.stream_seq, info.ack_floor.consumer_seq,
        info.ack_floor.stream_seq, info.num_ack_pending, info.num_redelivered, info.num_waiting, info.num_pending)


def state(info):
    s = info.state
    return "messages %d bytes %d first %d last %d consumers %d" % (
        s.messages, s.bytes, s.first_seq, s.last_seq, s.consumer_count)


async def until(what, ready, limit=5.0):
    """Waits for something that the server does in its own time."""
    for _ in range(int(limit / 0.05)):
        if await ready():
            return
        await asyncio.sleep(0.05)
    say("never:", what)


async def all_of(sub, n):
    """All that one request for n messages brings within half a second."""
    try:
        got = await sub.fetch(n, timeout=0.5)
    except NatsTimeout:
        got = []
    # The server's own clock for it may have begun a little later.
    await asyncio.sleep(0.05)
    return got


async def acked(sub, pending=0):
    """Acknowledgements are taken in when the server has time for it."""
    async def ready():
        return (await sub.consumer_info()).num_ack_pending == pending
    await until("%d pending" % pending, ready)


async def patient(look):
    """nats-py takes a bucket for empty if its entries come before it has asked how many there are."""
    for _ in range(20):
        try:
            return await look()
        except NoKeysError:
            await asyncio.sleep(0.05)
    return []


async def filled(js, name, n, **config):
    """A stream with n messages on alternating subjects."""
    for left in reversed(range(20)):
        try:
            await js.add_stream(name=name, subjects=[name.lower() + ".>"], **config)
            break
        except APIError as e:
            # A busy real server may still be removing the folder of a stream of that name that was deleted just now.
            if e.err_code != 10049 or left == 0:
                raise
            await asyncio.sleep(0.1)
    for i in range(1, n + 1):
        await js.publish("%s.%s" % (name.lower(), "odd" if i % 2 else "even"), b"m%d" % i)


@section
async def connection(nc, js):
    say("version", nc.connected_server_version, "max payload", nc.max_payload)
    await nc.flush(timeout=2)
    info = await js.account_info()
    say("account", info.streams, info.consumers, info.limits.max_memory, info.limits.max_storage)
    await attempt("too large", nc.publish("a", b"x" * (nc.max_payload + 1)))


@section
async def core(nc, js):
    sub = await nc.subscribe("core.*.x")
    all_ = await nc.subscribe("core.>")
    await nc.publish("core.a.x", b"1", headers={"A": "b c", "Empty": ""})
    await nc.publish("core.a.y", b"2")
    for s, n in ((sub, 1), (all_, 2)):
        for _ in range(n):
            m = await s.next_msg(timeout=2)
            say(s.subject, m.subject, text(m), m.headers)
    await attempt("nothing more", sub.next_msg(timeout=0.1))

    async def answer(m):
        await m.respond(b"answer to " + m.data)
    service = await nc.subscribe("service", cb=answer)
    m = await nc.request("service", b"question", timeout=2)
    say(text(m))
    await service.unsubscribe()
    await attempt("nobody", nc.request("service", b"question", timeout=2))
    few = await nc.subscribe("few")
    await few.unsubscribe(limit=2)
    for i in range(4):
        await nc.publish("few", b"%d" % i)
    await nc.flush()
    say("few got", [text(await few.next_msg(timeout=1)) for _ in range(2)])
    await sub.unsubscribe()
    await all_.drain()
    await attempt("drained", all_.next_msg(timeout=0.1))


@section
async def queue_group(nc, js):
    got = []

    def member(n):
        async def receive(m):
            got.append((n, text(m)))
        return receive
    subs = [await nc.subscribe("jobs", queue="workers", cb=member(n)) for n in range(3)]
    for i in range(60):
        await nc.publish("jobs", b"%d" % i)
    await nc.flush()

    async def all_there():
        return len(got) >= 60
    await until("60 jobs", all_there)
    say("each job once:", sorted(int(job) for _, job in got) == list(range(60)))
    say("every member had some:", len({n for n, _ in got}) == 3)
    for s in subs:
        await s.unsubscribe()


@section
async def streams(nc, js):
    info = await js.add_stream(name="ORDERS", subjects=["orders.>"], max_msgs=5, description="all orders")
    c = info.config
    say(c.name, c.subjects, c.retention, c.storage, c.discard, c.max_msgs, c.max_bytes, c.max_age, c.num_replicas,
        c.duplicate_window, c.allow_direct, c.description)
    say(state(info))
    for i in range(7):
        ack = await js.publish("orders.new", b"order %d" % i)
        say(ack.stream, ack.seq, ack.duplicate)
    say(state(await js.stream_info("ORDERS")))
    ack = await js.publish("orders.new", b"once", headers={"Nats-Msg-Id": "id-1"})
    again = await js.publish("orders.new", b"once", headers={"Nats-Msg-Id": "id-1"})
    say(ack.seq, ack.duplicate, again.seq, again.duplicate)
    await attempt("wrong sequence", js.publish("orders.new", b"", headers={"Nats-Expected-Last-Sequence": "3"}))
    await attempt("wrong stream", js.publish("orders.new", b"", stream="OTHER"))
    await attempt("no stream", js.publish("nowhere", b"", timeout=0.5))
    m = await js.get_msg("ORDERS", 5)
    say(m.subject, m.seq, m.data)
    m = await js.get_last_msg("ORDERS", "orders.new")
    say(m.subject, m.seq, m.data, m.headers)
    await attempt("no message", js.get_msg("ORDERS", 1))
    say(await js.delete_msg("ORDERS", 6), state(await js.stream_info("ORDERS")))
    await attempt("delete again", js.delete_msg("ORDERS", 6))
    info = await js.update_stream(name="ORDERS", subjects=["orders.>", "more.>"], max_msgs=3, allow_direct=True)
    say(info.config.subjects, info.config.max_msgs, state(info))
    m = await js.get_msg("ORDERS", 8, direct=True)
    say(m.subject, m.seq, m.data)
    say(await js.find_stream_name_by_subject("more.x"))
    say([i.config.name for i in await js.streams_info()])
    await attempt("overlap", js.add_stream(name="TWO", subjects=["orders.new"]))
    await attempt("other config", js.add_stream(name="ORDERS", subjects=["orders.x"]))
    await attempt("storage changed", js.update_stream(name="ORDERS", subjects=["orders.>"], storage="memory"))
    await attempt("bad name", js.add_stream(name="NO", subjects=["a..b"]))
    say(await js.purge_stream("ORDERS"), state(await js.stream_info("ORDERS")))
    say(await js.delete_stream("ORDERS"))
    await attempt("info", js.stream_info("ORDERS"))
    await attempt("delete", js.delete_stream("ORDERS"))


@section
async def publish_async(nc, js):
    await js.add_stream(name="MANY", subjects=["many"])
    futures = [await js.publish_async("many", b"%d" % i) for i in range(200)]
    await js.publish_async_completed()
    say([f.result().seq for f in futures] == list(range(1, 201)), state(await js.stream_info("MANY")))
    await js.delete_stream("MANY")


@section
async def pull(nc, js):
    await filled(js, "PULL", 10)
    sub = await js.pull_subscribe("pull.>", "worker", stream="PULL")
    info = await sub.consumer_info()
    c = info.config
    say(info.name, c.durable_name, c.deliver_policy, c.ack_policy, c.ack_wait, c.max_deliver, c.filter_subject,
        c.replay_policy, c.max_waiting, c.max_ack_pending)
    say(numbers(info))
    msgs = await sub.fetch(4, timeout=2)
    for m in msgs:
        say(m.subject, text(m), place(m))
    await msgs[0].ack()
    await msgs[1].ack_sync(timeout=2)
    await msgs[2].nak()
    await msgs[3].term()
    await acked(sub, 1)
    say(numbers(await sub.consumer_info()))
    for m in await sub.fetch(3, timeout=2):
        say(text(m), place(m))
        await m.in_progress()
        await m.ack_sync(timeout=2)
    await attempt("acked twice", m.ack())
    say(numbers(await js.consumer_info("PULL", "worker")))
    rest = await all_of(sub, 100)
    say([text(m) for m in rest])
    for m in rest:
        await m.ack_sync(timeout=2)
    await attempt("nothing left", sub.fetch(1, timeout=0.3))
    say(numbers(await sub.consumer_info()))
    filtered = await js.pull_subscribe("pull.even", "evens", stream="PULL")
    say([text(m) for m in await all_of(filtered, 10)])
    say([i.name for i in await js.consumers_info("PULL")])
    say(await js.delete_consumer("PULL", "evens"))
    await attempt("no consumer", js.consumer_info("PULL", "evens"))
    await attempt("no stream", js.consumer_info("NONE", "evens"))
    await attempt("fetch of it", filtered.fetch(1, timeout=0.5))
    say(state(await js.stream_info("PULL")))
    await js.delete_stream("PULL")


@section
async def redelivery(nc, js):
    await filled(js, "AGAIN", 2)
    config = api.ConsumerConfig(ack_wait=0.3, max_deliver=3)
    sub = await js.pull_subscribe("again.>", "slow", stream="AGAIN", config=config)
    for _ in range(3):
        for m in await sub.fetch(2, timeout=2):
            say(text(m), place(m))
        await asyncio.sleep(0.45)
    await attempt("given up", sub.fetch(1, timeout=0.5))
    say(numbers(await sub.consumer_info()))
    await js.publish("again.odd", b"delayed")
    m, = await sub.fetch(1, timeout=2)
    await m.nak(delay=0.3)
    await attempt("too early", sub.fetch(1, timeout=0.1))
    m, = await sub.fetch(1, timeout=2)
    say(text(m), m.metadata.num_delivered)
    await m.ack_sync(timeout=2)
    await js.delete_stream("AGAIN")


@section
async def push(nc, js):
    await filled(js, "PUSH", 6)
    sub = await js.subscribe("push.>", durable="pusher", manual_ack=True, stream="PUSH")
    for i in range(6):
        m = await sub.next_msg(timeout=2)
        if i == 0 or i == 5:
            say(m.subject, text(m), place(m))
        await m.ack_sync(timeout=2)
    say(numbers(await sub.consumer_info()))
    await js.publish("push.odd", b"live")
    m = await sub.next_msg(timeout=2)
    say(text(m), place(m))
    await m.ack_sync(timeout=2)
    await attempt("bound twice", js.subscribe("push.>", durable="pusher", manual_ack=True, stream="PUSH"))
    await sub.unsubscribe()
    new = await js.subscribe("push.>", deliver_policy=api.DeliverPolicy.NEW, stream="PUSH")
    last = await js.subscribe("push.odd", deliver_policy=api.DeliverPolicy.LAST, stream="PUSH")
    await js.publish("push.even", b"newest")
    say(text(await new.next_msg(timeout=2)), text(await last.next_msg(timeout=2)))
    got = []

    async def receive(m):
        got.append(text(m))
    heads = await js.subscribe("push.>", cb=receive, idle_heartbeat=0.2, flow_control=True, stream="PUSH",
                               config=api.ConsumerConfig(headers_only=True))

    async def eight():
        return len(got) >= 8
    await until("8 messages", eight)
    say(got)
    for s in (new, last, heads):
        await s.unsubscribe()
    await js.delete_stream("PUSH")


@section
async def ordered(nc, js):
    await filled(js, "ROW", 300)
    sub = await js.subscribe("row.>", ordered_consumer=True, stream="ROW")
    got = [await sub.next_msg(timeout=2) for _ in range(300)]
    say([m.metadata.sequence.stream for m in got] == list(range(1, 301)), text(got[-1]))
    await js.publish("row.odd", b"one more")
    say(text(await sub.next_msg(timeout=2)))
    await sub.unsubscribe()
    await js.delete_stream("ROW")


@section
async def deliver_group(nc, js):
    await js.add_stream(name="TASKS", subjects=["tasks"], retention="workqueue")
    got = []

    def worker(n):
        async def receive(m):
            got.append((n, text(m)))
            await m.ack()
        return receive
    subs = [await js.subscribe("tasks", queue="crew", durable="crew", cb=worker(n), manual_ack=True)
            for n in range(3)]
    for i in range(60):
        await js.publish("tasks", b"%d" % i)

    async def empty():
        return (await js.stream_info("TASKS")).state.messages == 0
    await until("an empty stream", empty)
    say("each task once:", sorted(int(t) for _, t in got) == list(range(60)))
    say("every worker had some:", len({n for n, _ in got}) == 3)
    say(numbers(await js.consumer_info("TASKS", "crew")))
    for s in subs:
        await s.unsubscribe()
    await attempt("second consumer", js.add_consumer("TASKS", durable_name="other", ack_policy="explicit"))
    await js.delete_stream("TASKS")


@section
async def consumers(nc, js):
    await filled(js, "CONS", 4)
    info = await js.add_consumer("CONS", durable_name="a", ack_policy="explicit", deliver_policy="by_start_sequence",
                                 opt_start_seq=3, description="from the third")
    say(info.name, info.config.opt_start_seq, info.config.description, numbers(info))
    await attempt("changed", js.add_consumer("CONS", durable_name="a", ack_policy="none",
                                             deliver_policy="by_start_sequence", opt_start_seq=3))
    await attempt("no such policy", js.add_consumer("CONS", durable_name="b", ack_policy="explicit",
                                                    deliver_policy="by_start_sequence"))
    await attempt("outside", js.add_consumer("CONS", durable_name="c", filter_subjects=["cons.odd", "cons.>"]))
    info = await js.add_consumer("CONS", durable_name="d", ack_policy="all", max_ack_pending=2)
    sub = await js.pull_subscribe_bind("d", "CONS")
    two = await all_of(sub, 4)
    say([text(m) for m in two])
    await two[-1].ack_sync(timeout=2)
    say(numbers(await js.consumer_info("CONS", "d")))
    say([text(m) for m in await all_of(sub, 4)])
    say([i.name for i in await js.consumers_info("CONS")])
    await js.delete_stream("CONS")


@section
async def interest(nc, js):
    await js.add_stream(name="NEWS", subjects=["news"], retention="interest")
    await js.publish("news", b"nobody listens")
    say(state(await js.stream_info("NEWS")))
    a = await js.pull_subscribe("news", "a")
    b = await js.pull_subscribe("news", "b")
    await js.publish("news", b"both listen")
    for sub in (a, b):
        m, = await sub.fetch(1, timeout=2)
        await m.ack_sync(timeout=2)
        say(text(m), state(await js.stream_info("NEWS")))
    await js.delete_stream("NEWS")


@section
async def key_value(nc, js):
    kv = await js.create_key_value(bucket="CONFIG", history=3)
    say(await kv.put("a", b"1"), await kv.put("a", b"2"), await kv.create("b.c", b"x"))
    e = await kv.get("a")
    say(e.key, e.value, e.revision, e.operation)
    say((await kv.get("a", revision=1)).value)
    say(await kv.update("a", b"3", last=2))
    await attempt("stale", kv.update("a", b"4", last=2))
    await attempt("exists", kv.create("a", b"4"))
    await attempt("none", kv.get("nothing"))
    say(sorted(await patient(kv.keys)))
    say([(e.revision, e.value, e.operation) for e in await patient(lambda: kv.history("a"))])
    watcher = await kv.watch("a")
    # The end of what was there, None, may be told before it: nats-py asks the server how much there is.
    seen = [await watcher.updates(timeout=2) for _ in range(2)]
    say([e.value for e in seen if e], None in seen)
    await kv.put("a", b"watched")
    say((await watcher.updates(timeout=2)).value)
    say(await kv.delete("a"))
    e = await watcher.updates(timeout=2)
    say(e.revision, e.operation)
    await watcher.stop()
    await attempt("deleted", kv.get("a"))
    say(await kv.create("a", b"again"))
    say(await kv.purge("a"))
    say([(e.revision, e.operation) for e in await patient(lambda: kv.history("a"))])
    s = await kv.status()
    say(s.bucket, s.values, s.history, s.ttl)
    say(await js.delete_key_value("CONFIG"))
    await attempt("gone", js.key_value("CONFIG"))


@section
async def object_store(nc, js):
    store = await js.create_object_store("FILES")
    data = bytes(i * 7 % 251 for i in range(300_000))
    info = await store.put("big", data)
    say(info.name, info.size, info.chunks, info.digest)
    got = await store.get("big")
    say(got.data == data)
    info = await store.put("big", b"small now", meta=api.ObjectMeta(description="replaced", headers={"K": "v"}))
    say(info.size, info.chunks, (await store.get("big")).data, info.description, info.headers)
    await store.put("other", b"")
    say(sorted((i.name, i.size) for i in await store.list()))
    await store.delete("other")
    await attempt("deleted", store.get("other"))
    await attempt("none", store.get("never"))
    await store.seal()
    await attempt("sealed", store.put("more", b"x"))
    s = (await js.stream_info("OBJ_FILES")).state
    say(s.messages, "messages, last", s.last_seq)
    say(await js.delete_object_store("FILES"))

def entry(e):
    return "%s=%s revision %s delta %s %s" % (e.key, e.value, e.revision, e.delta, e.operation)


async def watched(watcher, n):
    """The next entries of a watch, but for the mark that all there was has been told: it may come early."""
    seen = []
    while len(seen) < n:
        e = await watcher.updates(timeout=2)
        if e:
            seen.append(entry(e))
    return seen


@section
async def key_value_in_full(nc, js):
    kv = await js.create_key_value(bucket="FULL", history=4, description="all of it", max_value_size=100, direct=True)
    info = await js.stream_info("KV_FULL")
    say({k: v for k, v in info.config.as_dict().items() if k != "metadata"})
    for n in range(6):
        await kv.put("db.host", b"%d" % n)
    await kv.put("db.port", b"5432")
    await kv.put("other", b"")
    await kv.delete("other")
    say(sorted(await patient(kv.keys)))
    say([entry(e) for e in await patient(lambda: kv.history("db.host"))])
    for key in ("a key", "", ".a", "a.", "*"):
        await attempt("key %r" % key, kv.put(key, b"x"))
    await attempt("too large", kv.put("a", b"x" * 101))
    await attempt("another key's revision", kv.get("db.port", revision=3))
    await attempt("lost revision", kv.get("db.host", revision=1))
    await attempt("update of nothing", kv.update("new", b"x", last=0))
    await attempt("update of something", kv.update("new", b"y", last=0))
    await attempt("delete of a revision", kv.delete("new", last=1))
    ways = {"all": {}, "history": {"include_history": True}, "no deletes": {"ignore_deletes": True},
            "meta": {"meta_only": True}}
    watches = {name: await kv.watchall(**way) for name, way in ways.items()}
    watches["pattern"] = await kv.watch("db.*")
    await kv.put("db.host", b"later")
    await kv.purge("db.port")
    for name, n in (("all", 6), ("history", 10), ("no deletes", 4), ("meta", 6), ("pattern", 4)):
        say(name, await watched(watches[name], n))
        await watches[name].stop()
    say(await kv.purge_deletes(olderthan=0), sorted(await patient(kv.keys)))
    s = await kv.status()
    say(s.values, s.history, s.ttl, s.bucket)
    wins = await asyncio.gather(*(kv.create("leader", b"%d" % n) for n in range(3)), return_exceptions=True)
    say(sorted(type(w).__name__ for w in wins))
    await js.delete_key_value("FULL")


@section
async def key_value_time_to_live(nc, js):
    kv = await js.create_key_value(bucket="TTL", ttl=1.0, history=2)
    await kv.put("a", b"1")
    say(entry(await kv.get("a")))
    await asyncio.sleep(1.6)
    await attempt("expired", kv.get("a"))
    await js.delete_key_value("TTL")
    kv = await js.create_key_value(bucket="MARK", limit_marker_ttl=2.0)
    say(await kv.create("a", b"1", msg_ttl=1.0), await kv.create("b", b"2"))
    watcher = await kv.watchall()
    say(await watched(watcher, 3))
    await attempt("expired", kv.get("a"))
    say(await kv.purge("b", msg_ttl=1.0))
    say(await watched(watcher, 1))
    await watcher.stop()
    await asyncio.sleep(2.6)
    say(state(await js.stream_info("KV_MARK")))


def told(info):
    """All about an object but its time and its id."""
    return {k: v for k, v in info.as_dict().items() if k not in ("mtime", "nuid")}


@section
async def object_store_in_full(nc, js):
    store = await js.create_object_store("FULL", config=api.ObjectStoreConfig(description="all of it"))
    config = (await js.stream_info("OBJ_FULL")).config.as_dict()
    say({k: v for k, v in config.items() if k != "metadata"})
    watcher = await store.watch()
    data = bytes(i * 11 % 253 for i in range(200_000))
    meta = api.ObjectMeta(description="in small pieces", headers={"K": "v"},
                          options=api.ObjectMetaOptions(max_chunk_size=1000))
    info = await store.put("file", data, meta=meta)
    say(told(info), state(await js.stream_info("OBJ_FULL")))
    say((await store.get("file")).data == data)
    await store.put("empty", b"")
    await attempt("put without a name", store.put("", b"x"))
    say(told(await store.get_info("empty")))
    await store.update_meta("empty", api.ObjectMeta(name="empty", description="nothing in it"))
    say(told(await store.get_info("empty")))
    # nats-py refuses every other name.
    await attempt("other name", store.update_meta("empty", api.ObjectMeta(name="renamed")))
    await attempt("never", store.get_info("never"))
    say(sorted(i.name for i in await store.list()))
    await store.delete("file")
    await attempt("deleted", store.get("file"))
    say(told(await store.get_info("file", show_deleted=True)))
    seen = []
    while len(seen) < 4:
        i = await watcher.updates(timeout=2)
        if i:
            seen.append((i.name, i.size, i.deleted))
    say(seen)
    await watcher.stop()
    s = await store.status()
    say(s.bucket, s.description, s.size, s.sealed, s.storage_type, s.replicas)
    await store.put("again", b"x" * 10)
    say(state(await js.stream_info("OBJ_FULL")))
    # An upload that ends half-way leaves its chunks behind.
    for n in range(3):
        await js.publish("$O.FULL.C.halfway", b"%d" % n)
    say(state(await js.stream_info("OBJ_FULL")), sorted(i.name for i in await store.list()))
    # A digest that is wrong is noticed.
    m = await js.get_last_msg("OBJ_FULL", "$O.FULL.M.YWdhaW4=")
    broken = m.data.replace(b"SHA-256=", b"SHA-256=A")
    await js.publish("$O.FULL.M.YWdhaW4=", broken, headers={"Nats-Rollup": "sub"})
    await attempt("wrong digest", store.get("again"))
    await store.seal()
    say((await store.status()).sealed)
    await js.delete_object_store("FULL")



async def sent(nc, name, **request):
    """A backup of a stream: the answer, the archive, and how it ended."""
    chunks, done, last = [], asyncio.Event(), []

    async def chunk(m):
        chunks.append(m.data)
        if m.reply:
            await m.respond(b"")
        if not m.data:
            last.append(m.headers)
            done.set()

    inbox = nc.new_inbox()
    sub = await nc.subscribe(inbox, cb=chunk)
    request = json.dumps({"deliver_subject": inbox, **request}).encode()
    answer = json.loads((await nc.request("$JS.API.STREAM.SNAPSHOT." + name, request)).data)
    if "error" not in answer:
        await asyncio.wait_for(done.wait(), 10)
    await sub.unsubscribe()
    return answer, b"".join(chunks), last


async def restored(nc, config, state, archive, chunk=512):
    """Restores a backup; what came of it, without times."""
    request = json.dumps({"config": config, "state": state}).encode()
    answer = json.loads((await nc.request("$JS.API.STREAM.RESTORE." + config["name"], request)).data)
    if "error" in answer:
        return answer["error"]
    to = answer["deliver_subject"]
    for at in range(0, len(archive), chunk):
        m = await nc.request(to, archive[at:at + chunk], timeout=2)
        if m.data or m.headers:
            return m.data, m.headers
    done = json.loads((await nc.request(to, b"", timeout=5)).data)
    if "error" in done:
        return done["error"]
    return done["type"], done["config"], done["state"], sorted(done)


async def contents(js, name):
    """All that is in a stream, with the times of its messages, and its consumers."""
    info = await js.stream_info(name)
    say(state(info), "deleted", info.state.num_deleted)
    for seq in range(info.state.first_seq, info.state.last_seq + 1):
        try:
            m = await js.get_msg(name, seq)
            say(m.seq, m.subject, m.time, m.headers, m.data)
        except APIError as e:
            say(seq, e.description)
    for consumer in sorted(await js.consumers_info(name), key=lambda c: c.name):
        say(consumer.name, numbers(consumer), consumer.config.as_dict())


@section
async def backup_of_the_real_server(nc, js):
    folder = os.path.join(os.path.dirname(__file__), "../../backup")
    with open(os.path.join(folder, "orders.json"), encoding="utf-8") as f:
        about = json.load(f)
    for file in ("orders.s2", "ours.s2"):
        with open(os.path.join(folder, file), "rb") as f:
            archive = f.read()
        say(file, await restored(nc, about["config"], about["state"], archive))
        await contents(js, "ORDERS")
        sub = await js.pull_subscribe_bind("work", "ORDERS")
        for m in await all_of(sub, 3):
            say(place(m), text(m))
        await attempt("publish", js.publish("orders.new", b"after"))
        say("again", await restored(nc, about["config"], about["state"], archive))
        await js.delete_stream("ORDERS")
    other = dict(about["config"], max_msgs=5, storage="memory")
    say("other limits", await restored(nc, other, about["state"], archive))
    await js.delete_stream("ORDERS")
    for what, bytes_ in (("cut off", archive[:2000]), ("nothing", b""), ("no archive", b"hello " * 9)):
        say(what, await restored(nc, about["config"], about["state"], bytes_))
    say("wrong name", await restored(nc, dict(about["config"], subjects=["a b"]), {}, archive))


@section
async def backup_and_restore(nc, js):
    for storage in ("file", "memory"):
        await filled(js, "SAVED", 9, storage=storage)
        await js.publish("saved.headers", b"h", headers={"A": "b c"})
        if storage == "file":
            await js.delete_msg("SAVED", 4)
            await js.delete_msg("SAVED", 10)
        sub = await js.pull_subscribe("saved.>", "worker")
        await js.publish("saved.odd", b"one more")
        got = await all_of(sub, 4)
        for m in got[1:2]:
            await m.ack_sync()
        answer, archive, last = await sent(nc, "SAVED", chunk_size=1024 * 1024)
        say(answer["type"], sorted(answer), answer["config"]["metadata"], last)
        before = [(await js.get_msg("SAVED", m.metadata.sequence.stream)).time for m in got]
        await js.delete_stream("SAVED")
        say(*(await restored(nc, answer["config"], answer["state"], archive))[:2])
        after = [(await js.get_msg("SAVED", m.metadata.sequence.stream)).time for m in got]
        say("same times", before == after)
        say(numbers(await js.consumer_info("SAVED", "worker")))
        say(state(await js.stream_info("SAVED")))
        await js.delete_stream("SAVED")
    for what, body in (("empty", b""), ("no subject", b'{"chunk_size":5}'), ("bad", b'{"deliver_subject":"a b"}')):
        say(what, (await nc.request("$JS.API.STREAM.SNAPSHOT.NONE", body)).data.decode())
    await filled(js, "SAVED", 3)
    say((await nc.request("$JS.API.STREAM.SNAPSHOT.SAVED", b'{"deliver_subject":"a b"}')).data.decode())
    answer, archive, last = await sent(nc, "SAVED", no_consumers=True)
    say("small", answer["state"]["messages"], last)
    # Nobody takes what is sent: the transfer ends by itself.
    inbox, ends = nc.new_inbox(), await nc.subscribe("$JS.EVENT.ADVISORY.STREAM.SNAPSHOT_COMPLETE.SAVED")
    body = json.dumps({"deliver_subject": inbox}).encode()
    await nc.request("$JS.API.STREAM.SNAPSHOT.SAVED", body)
    say("nobody", json.loads((await ends.next_msg(timeout=4)).data).get("error"))

@section
async def backup_flow(nc, js):
    """Chunks go out until as many as fit into the window wait for an acknowledgement."""
    await js.add_stream(name="SAVED", subjects=["saved.>"])
    noise = random.Random(7)
    for _ in range(8):
        await js.publish("saved.noise", noise.randbytes(1000))
    ends = await nc.subscribe("$JS.EVENT.ADVISORY.STREAM.SNAPSHOT_COMPLETE.SAVED")

    async def ask(inbox, **request):
        body = json.dumps({"deliver_subject": inbox, **request}).encode()
        answer = json.loads((await nc.request("$JS.API.STREAM.SNAPSHOT.SAVED", body)).data)
        say("asked", request, answer.get("error"), answer["state"]["messages"])

    async def rest(sub, wait):
        got = []
        try:
            while True:
                m = await sub.next_msg(timeout=wait)
                got.append((len(m.data), m.reply.split(".")[-2:] if m.reply else None, m.headers))
                wait = 0.5
        except NatsTimeout:
            return got

    for size, window in ((1024, 3072), (10, 10), (2000, 5000), (2048, 1024)):
        inbox = nc.new_inbox()
        sub = await nc.subscribe(inbox)
        await ask(inbox, chunk_size=size, window_size=window)
        say("at first", await rest(sub, 1))
        await sub.unsubscribe()
        say("ended", json.loads((await ends.next_msg(timeout=8)).data).get("error"))
    inbox = nc.new_inbox()
    sub = await nc.subscribe(inbox)
    await ask(inbox, chunk_size=1024, window_size=2048)
    m = await sub.next_msg(timeout=1)
    await m.respond(b"")
    say("after one acknowledgement", [r[1] for r in await rest(sub, 1)])
    say("never another one", await rest(sub, 7))
    say("ended", json.loads((await ends.next_msg(timeout=8)).data).get("error"))


async def main(url, only):
    for f in SECTIONS:
        if only and f.__name__ not in only:
            continue
        print("section", f.__name__, flush=True)
        nc = await nats.connect(url, allow_reconnect=False)
        try:
            await asyncio.wait_for(f(nc, nc.jetstream(timeout=2)), 30)
        except Exception as e:  # whatever it is, it is what came of this section
            say("ended by", type(e).__name__, e)
        for info in await nc.jetstream(timeout=2).streams_info():
            await nc.jetstream(timeout=2).delete_stream(info.config.name)
        await nc.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
