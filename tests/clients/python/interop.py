"""The engine's own client and nats-py on the same key-value buckets and object stores, over the bridge.

    interop.py BRIDGE

Each writes what the other reads: values, histories, markers, watches; objects, with their digests. A simulated application types command
lines ('app> nats kv …', see 'bridge type'): it speaks as nats-py; 'cli' speaks as Go's client, of which the CLI is
made. Everything is checked here; the first thing that is wrong ends the programme.
"""
import asyncio
import base64
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile

import nats
from nats.js.api import ObjectMeta
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError, ObjectNotFoundError


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Bridge:
    """A bridge of three servers, and lines typed in it."""

    def __init__(self, program, folder):
        self.program = program
        self.topology = os.path.join(folder, "topology.json")
        servers = [{"name": "n%d" % n, "host": "127.0.0.1", "port": free_port()} for n in (1, 2, 3)]
        with open(self.topology, "w") as f:
            json.dump({"clusters": [{"name": "c1", "servers": servers}]}, f)
        self.url = "nats://127.0.0.1:%d" % servers[0]["port"]
        self.process = subprocess.Popen([program, "--topology", self.topology], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.strip() == "READY":
                break

    async def types(self, line):
        child = await asyncio.create_subprocess_exec(
            self.program, "type", self.topology, line, stdout=asyncio.subprocess.PIPE)
        out, _ = await child.communicate()
        assert child.returncode == 0, line
        return out.decode().rstrip("\n")

    def end(self):
        self.process.kill()
        self.process.wait()


def equal(what, found, expected):
    if found != expected:
        sys.exit("%s:\n  found    %r\n  expected %r" % (what, found, expected))
    print("  " + what, flush=True)


def entry(e):
    return (e.key, (e.value or b"").decode(), e.revision, e.operation)


async def snapshot(watcher):
    """What a watch has to begin with."""
    found = []
    async for e in watcher:
        if e is None:
            return found
        found.append(entry(e))


async def engine_writes(bridge, js, who, bucket):
    """The engine's client makes a bucket and writes; nats-py reads, history and watch included."""
    print("section %s writes, nats-py reads" % who, flush=True)
    made = await bridge.types("%s nats kv add %s --history 5 --replicas 3" % (who, bucket))
    equal("a bucket is made", "History Kept: 5" in made, True)
    kv = await js.key_value(bucket)
    status = await kv.status()
    equal("nats-py binds it", (status.history, status.stream_info.config.num_replicas), (5, 3))
    live = await kv.watchall()
    equal("nothing is in it", await snapshot(live), [])
    for line in ("put %s db.host localhost", "create %s db.port 5432", "update %s db.host db1 1", "del %s db.port -f",
                 "put %s mail 'a b'", "purge %s mail -f", "create %s mail again"):
        await bridge.types("%s nats kv %s" % (who, line % bucket))
    found = [entry(await asyncio.wait_for(live.__anext__(), 5)) for _ in range(7)]
    equal("nats-py's watch sees all of it", found, [
        ("db.host", "localhost", 1, None), ("db.port", "5432", 2, None), ("db.host", "db1", 3, None),
        ("db.port", "", 4, "DEL"), ("mail", "a b", 5, None), ("mail", "", 6, "PURGE"), ("mail", "again", 7, None)])
    await live.stop()
    got = await kv.get("db.host")
    equal("nats-py gets a value", (got.value, got.revision), (b"db1", 3))
    old = await kv.get("db.host", revision=1)
    equal("nats-py gets an old one", old.value, b"localhost")
    try:
        await kv.get("db.port")
        sys.exit("a deleted key has a value")
    except KeyNotFoundError:
        equal("nats-py finds no deleted key", True, True)
    equal("nats-py reads a history", [entry(e) for e in await kv.history("db.port")],
          [("db.port", "5432", 2, None), ("db.port", "", 4, "DEL")])
    equal("nats-py reads a purged one", [entry(e) for e in await kv.history("mail")],
          [("mail", "", 6, "PURGE"), ("mail", "again", 7, None)])
    equal("nats-py lists the keys", await kv.keys(), ["db.host", "mail"])
    try:
        await kv.update("db.host", b"late", last=1)
        sys.exit("an update with an old revision is taken")
    except KeyWrongLastSequenceError as e:
        equal("nats-py loses against the engine", str(e), "nats: wrong last sequence: 3")


async def python_writes(bridge, js, who, bucket):
    """nats-py makes a bucket and writes; the engine's client reads."""
    print("section nats-py writes, %s reads" % who, flush=True)
    kv = await js.create_key_value(bucket=bucket, history=5)
    watching = asyncio.ensure_future(bridge.types("%s nats kv watch %s" % (who, bucket)))
    for _ in range(100):
        if (await js.stream_info("KV_" + bucket)).state.consumer_count:
            break
        await asyncio.sleep(0.02)
    await kv.put("db.host", b"localhost")
    await kv.create("db.port", b"5432")
    await kv.update("db.host", b"db1", last=1)
    await kv.delete("db.port")
    await kv.put("mail", b"m1")
    await kv.purge("mail")
    lines = [line.split("] ", 1)[-1] for line in (await watching).split("\n")]
    equal("its watch sees all of it", lines, [what % bucket for what in (
        "PUT %s > db.host: localhost", "PUT %s > db.port: 5432", "PUT %s > db.host: db1", "DELETE %s > db.port",
        "PUT %s > mail: m1", "PURGE %s > mail")])

    async def says(line):
        return await bridge.types("%s nats kv %s" % (who, line))

    equal("it gets a value", await says("get %s db.host --raw" % bucket), "db1")
    equal("it gets an old one", await says("get %s db.host --revision 1 --raw" % bucket), "localhost")
    equal("it finds no deleted key", await says("get %s db.port" % bucket), "nats: error: nats: key not found")
    equal("it lists the keys", await says("ls %s" % bucket), "db.host")
    history = [line.split("│")[1:4] for line in (await says("history %s db.port" % bucket)).split("\n") if "db.port │" in line]
    equal("it reads a history", [[cell.strip() for cell in row] for row in history],
          [["db.port", "2", "PUT"], ["db.port", "4", "DELETE"]])
    equal("it creates over nats-py's marker", await says("create %s db.port 6543" % bucket), "6543")
    got = await kv.get("db.port")
    equal("nats-py reads that", (got.value, got.revision), (b"6543", 7))
    late = await says("update %s db.host late 1" % bucket)
    equal("it loses against nats-py", "wrong last sequence: 3" in late, True)


def digest_of(data):
    """A digest as a meta has it, and as the CLI prints it."""
    sha = hashlib.sha256(data)
    return "SHA-256=" + base64.urlsafe_b64encode(sha.digest()).decode(), sha.hexdigest()


async def engine_puts(bridge, js, who, bucket):
    """The engine's client makes a store and puts objects; nats-py gets them."""
    print("section %s puts objects, nats-py gets them" % who, flush=True)
    made = await bridge.types("%s nats object add %s --replicas 3" % (who, bucket))
    equal("a store is made", "JetStream Stream: OBJ_%s" % bucket in made, True)
    store = await js.object_store(bucket)
    live = await store.watch()
    equal("nothing is in it", await asyncio.wait_for(live.updates(), 5), None)
    await bridge.types("%s nats object put %s hello.txt --text hello --description 'A greeting' -H 'A: b'" % (who, bucket))
    got = await store.get("hello.txt")
    equal("nats-py gets a text", (got.data, got.info.description, got.info.headers), (b"hello", "A greeting", {"A": ["b"]}))
    equal("its digest", got.info.digest, digest_of(b"hello")[0])
    said = await bridge.types("%s nats object put %s blob.bin --size 300000" % (who, bucket))
    got = await store.get("blob.bin")
    equal("nats-py gets three chunks", (len(got.data), got.info.chunks, got.info.size), (300000, 3, 300000))
    stored, printed = digest_of(got.data)
    equal("their digest is the one of the meta, and the one printed", (got.info.digest, printed in said), (stored, True))
    await bridge.types("%s nats object put %s blob.bin --size 1000 --seed 9 --chunk-size 300 -f" % (who, bucket))
    got = await store.get("blob.bin")
    equal("nats-py gets what replaced it", (len(got.data), got.info.chunks), (1000, 4))
    await bridge.types("%s nats object rm %s hello.txt -f" % (who, bucket))
    try:
        await store.get("hello.txt")
        sys.exit("a deleted object is got")
    except ObjectNotFoundError:
        equal("nats-py gets no deleted object", True, True)
    listed = [(info.name, info.deleted) for info in await store.list()]
    equal("nats-py lists them", listed, [("blob.bin", False), ("hello.txt", True)])
    seen = [await asyncio.wait_for(live.updates(), 5) for _ in range(4)]
    equal("nats-py's watch sees all of it", [(info.name, info.size, info.deleted) for info in seen], [
        ("hello.txt", 5, False), ("blob.bin", 300000, False), ("blob.bin", 1000, False), ("hello.txt", 0, True)])
    equal("with the digests", [info.digest for info in seen[:2]], [digest_of(b"hello")[0], stored])
    await live.stop()
    state = (await js.stream_info("OBJ_" + bucket)).state
    equal("nothing else is left", state.messages, 6)


async def python_puts(bridge, js, who, bucket):
    """nats-py makes a store and puts objects; the engine's client gets them."""
    print("section nats-py puts objects, %s gets them" % who, flush=True)
    store = await js.create_object_store(bucket)

    async def says(line):
        return await bridge.types("%s nats object %s" % (who, line))

    watching = asyncio.ensure_future(says("watch %s" % bucket))
    for _ in range(100):
        if (await js.stream_info("OBJ_" + bucket)).state.consumer_count:
            break
        await asyncio.sleep(0.02)
    await store.put("small", b"x")
    lines = [line.split("] ", 1)[-1] for line in (await watching).split("\n")]
    equal("its watch sees what comes", lines, ["PUT %s > small: 1 B bytes in 1 chunks" % bucket])
    await store.delete("small")
    data = bytes(n * 7 % 251 for n in range(300000))
    await store.put("blob.bin", data, meta=ObjectMeta(description="Bytes", headers={"A": ["b"]}))
    equal("it gets three chunks", (await says("get %s blob.bin" % bucket)).startswith("Wrote: 293 KiB to blob.bin in "), True)
    said = await says("info %s blob.bin" % bucket)
    told = [what in said for what in ("Description: Bytes", "Chunks: 3", digest_of(data)[1], "Headers: A: b")]
    equal("it reads the meta, digest included", told, [True] * 4)
    equal("it lists it", (await says("ls %s -n" % bucket)).split("\n")[-1], "blob.bin")
    chunk = (await js.get_last_msg("OBJ_" + bucket, "$O.%s.C.>" % bucket)).seq
    await js.delete_msg("OBJ_" + bucket, chunk)
    equal("it finds that a chunk is missing", "digests do not match" in await says("get %s blob.bin" % bucket), True)
    await store.put("blob.bin", b"")
    equal("it gets an empty object", (await says("get %s blob.bin" % bucket)).startswith("Wrote: 0 B to"), True)
    await store.delete("blob.bin")
    equal("it gets no deleted object", (await says("get %s blob.bin" % bucket)).split("\n")[0],
          "nats: error: nats: object not found" if who == "app>"
          else "nats: error: nats: object-store meta information invalid")


async def main(program):
    with tempfile.TemporaryDirectory() as folder:
        bridge = Bridge(program, folder)
        try:
            nc = await nats.connect(bridge.url)
            js = nc.jetstream()
            for n, who in enumerate(("app>", "cli>")):
                await engine_writes(bridge, js, who, "config-%d" % n)
                await python_writes(bridge, js, who, "services-%d" % n)
                await engine_puts(bridge, js, who, "files-%d" % n)
                await python_puts(bridge, js, who, "assets-%d" % n)
            await nc.close()
        finally:
            bridge.end()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
