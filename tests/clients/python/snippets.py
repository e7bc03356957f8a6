"""Runs the Python of every lesson's code against a real JetStream cluster.

    snippets.py NATS-SERVER SNIPPETS.json

Each snippet finds what the lesson's world had at that moment: the streams with their messages and consumers. It
runs as it is shown. Afterwards the server must have what the snippet says it makes.
"""
import asyncio
import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time

import nats
import nats.errors
import nats.js.errors


def free_ports(count):
    """Ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Cluster:
    """Three servers, since streams of the lessons have three copies: the hub, or a leaf of it, each its own domain."""

    def __init__(self, program, folder, name, hub=None):
        self.processes = []
        ports, routes, self.leafs = free_ports(3), free_ports(3), free_ports(3)
        self.urls = ["nats://127.0.0.1:%d" % port for port in ports]
        for n in range(3):
            base = os.path.join(folder, "%s-n%d" % (name, n))
            if hub is None:
                leafnodes = 'listen: "127.0.0.1:%d"' % self.leafs[n]
            else:
                leafnodes = 'remotes: [{ url: "nats-leaf://127.0.0.1:%d" }]' % hub.leafs[n]
            with open(base + ".conf", "w") as f:
                f.write("""
                    server_name: %s-n%d
                    listen: "127.0.0.1:%d"
                    jetstream { store_dir: "%s", domain: "%s" }
                    cluster { name: "%s", listen: "127.0.0.1:%d", routes: [%s] }
                    leafnodes { %s }
                """ % (name, n, ports[n], base, name, name, routes[n],
                       ", ".join('"nats://127.0.0.1:%d"' % r for r in routes), leafnodes))
            log = open(base + ".log", "w")
            self.processes.append(subprocess.Popen([program, "-c", base + ".conf"], stdout=log, stderr=log))

    def wait(self):
        """Until every server listens."""
        for url in self.urls:
            port = int(url.rsplit(":", 1)[1])
            for _ in range(600):
                with socket.socket() as s:
                    if s.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def api(nc, subject, body=None):
    """A call of the JetStream API, whatever nats-py knows of it."""
    answer = await nc.request("$JS.API." + subject, json.dumps(body).encode() if body else b"", timeout=10)
    answer = json.loads(answer.data)
    if "error" in answer:
        raise RuntimeError("%s: %s" % (subject, answer["error"]))
    return answer


async def connect(cluster):
    """A connection, once the cluster takes streams of three copies."""
    end = time.monotonic() + 60
    while True:
        try:
            nc = await nats.connect(cluster.urls, allow_reconnect=False, connect_timeout=2)
            config = {"name": "READY", "subjects": ["ready"], "num_replicas": 3}
            await api(nc, "STREAM.CREATE.READY", config)
            await api(nc, "STREAM.DELETE.READY")
            return nc
        except Exception as why:
            if time.monotonic() > end:
                raise RuntimeError("the cluster does not start: %r" % why)
            await asyncio.sleep(0.5)


def cluster_of(snippet, wanted):
    """The cluster that a snippet is about."""
    return wanted[1].get("cluster", snippet["home"])


def bare(config):
    """A configuration without what the server adds by itself."""
    return {k: v for k, v in config.items() if k != "metadata"}


async def clean(nc):
    """No streams are left."""
    # A busy cluster may name a stream once more that is being deleted, or not yet one that was just made.
    quiet = 0
    while quiet < 3:
        names = (await api(nc, "STREAM.NAMES"))["streams"] or []
        quiet = 0 if names else quiet + 1
        for name in names:
            answer = await nc.request("$JS.API.STREAM.DELETE." + name, b"", timeout=10)
            if json.loads(answer.data).get("error", {}).get("code", 404) != 404:
                raise RuntimeError("%s is not deleted: %s" % (name, answer.data))
        await asyncio.sleep(0.05)


async def set_up(nc, js, snippet, wanted):
    """The streams of the lesson's world; of what the snippet itself makes, only what it needs."""
    if wanted[0] in ("Stream", "Bucket", "Store"):
        return
    for stream in snippet["streams"]:
        if stream["cluster"] != cluster_of(snippet, wanted):
            continue
        config = bare(stream["config"])
        await api(nc, "STREAM.CREATE." + config["name"], config)
        for consumer in stream["consumers"] if wanted[0] != "Consumer" else []:
            if not consumer.get("durable_name"):
                continue  # one that a library made for itself
            body = {"stream_name": config["name"], "config": bare(consumer)}
            await api(nc, "CONSUMER.CREATE.%s.%s" % (config["name"], consumer["name"]), body)
        # What a mirror or source brought comes from elsewhere.
        copies = config.get("mirror") or config.get("sources")
        for message in stream["messages"] if not copies else []:
            data = base64.b64decode(message["data"])
            # What was expected of the stream when it was published, it need not be any more.
            headers = {k: v for k, v in message["headers"] if not k.startswith("Nats-Expected-")}
            ack = await js.publish(message["subject"], data, headers=headers or None)
            if "Get" == wanted[0] and ack.seq != message["seq"]:
                raise RuntimeError("the world's messages are not numbered without gaps")
        if wanted[0] == "Work" and config["name"] == wanted[1]["stream"]:
            consumer = next(c for c in stream["consumers"] if c["name"] == wanted[1]["consumer"])
            pattern = consumer.get("filter_subject") or config["subjects"][0]
            await js.publish(pattern.replace(">", "x").replace("*", "x"), b"something to do")


def objects(stream):
    """The objects of a store's stream: what their meta messages say, and their data."""
    found, chunks = {}, {}
    for message in stream["messages"]:
        data, tokens = base64.b64decode(message["data"]), message["subject"].split(".")
        if tokens[2] == "M":
            meta = json.loads(data)
            found[meta["name"]] = (meta, b"".join(chunks.get(meta["nuid"], [])))
        else:
            chunks.setdefault(tokens[3], []).append(data)
    return found


def same(shown, real, keys):
    for key in keys:
        if shown.get(key) != real.get(key):
            raise AssertionError("%s is %r, the lesson has %r" % (key, real.get(key), shown.get(key)))


async def listed(store):
    """The objects of a store that are not deleted."""
    try:
        return await store.list(ignore_deletes=True)
    except nats.js.errors.NotFoundError:
        return []


async def look(nc, snippet, wanted, before):
    """Whether the server has what the snippet makes."""
    kind, names = wanted
    own = [stream for stream in snippet["streams"] if stream["cluster"] == cluster_of(snippet, wanted)]
    streams = {stream["config"]["name"]: stream for stream in own}
    if kind in ("Bucket", "Store"):
        name = "KV_" + names["bucket"] if kind == "Bucket" else "OBJ_" + names["store"]
        real = (await api(nc, "STREAM.INFO." + name))["config"]
        same(streams[name]["config"], real,
             ["name", "subjects", "max_msgs_per_subject", "max_age", "max_bytes", "discard", "storage", "num_replicas",
              "allow_direct", "allow_rollup_hdrs", "subject_delete_marker_ttl"]
             + (["deny_delete", "max_msg_size"] if kind == "Bucket" else []))
    elif kind == "Key":
        info = await api(nc, "STREAM.INFO.KV_" + names["bucket"])
        writes = {"Put": 1, "Update": 1, "Delete": 1, "Purge": 1, "Create": None}.get(names["call"], 0)
        after = info["state"]["last_seq"] - before["KV_" + names["bucket"]]
        if writes is not None and after != writes:
            raise AssertionError("it stores %d messages in the bucket" % after)
    elif kind == "Object":
        store = await nc.jetstream().object_store(names["store"])
        if names["call"] == "Put":
            real, (meta, _) = await store.get_info(names["name"]), objects(streams["OBJ_" + names["store"]])[names["name"]]
            if (real.size, real.chunks, real.digest) != (meta["size"], meta["chunks"], meta["digest"]):
                raise AssertionError("it puts %r, the lesson has %r" % (real, meta))
        elif names["call"] == "Delete":
            if any(info.name == names["name"] for info in await listed(store)):
                raise AssertionError("the object is still there")
    elif kind == "Stream":
        real = (await api(nc, "STREAM.INFO." + names["name"]))["config"]
        same(streams[names["name"]]["config"], real,
             ["name", "subjects", "retention", "max_msgs", "max_bytes", "max_age", "discard", "storage", "num_replicas",
              "mirror", "sources"])
    elif kind == "Consumer":
        real = (await api(nc, "CONSUMER.INFO.%s.%s" % (names["stream"], names["name"])))["config"]
        shown = next(c for c in streams[names["stream"]]["consumers"] if c["name"] == names["name"])
        same(shown, real, ["durable_name", "ack_policy", "ack_wait", "max_deliver", "backoff", "filter_subject",
                           "deliver_policy"])
    elif kind == "Publish":
        after = {name: (await api(nc, "STREAM.INFO." + name))["state"]["last_seq"] for name in streams}
        if sum(after.values()) != sum(before.values()) + 1:
            raise AssertionError("it stores %r after %r" % (after, before))
    elif kind == "Work":
        # An acknowledgement is not answered; the server may need a moment.
        for _ in range(50):
            info = await api(nc, "CONSUMER.INFO.%s.%s" % (names["stream"], names["consumer"]))
            if info["num_ack_pending"] == 0 or names["answer"] == "Nak":
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the message is still out: %r" % info)


def parse(shows):
    """`Stream { cluster: "us-east", name: "TASKS" }` into its kind and its fields."""
    fields = dict(re.findall(r'(\w+): "([^"]*)"', shows))
    fields.update(re.findall(r"(answer|call): (\w+)", shows))
    return shows.split(" ")[0], fields


async def run(nc, everywhere, snippet):
    js = nc.jetstream(timeout=10)
    wanted = parse(snippet["shows"])
    if snippet["python"] is None:
        raise AssertionError("there is nothing to show at this moment")
    for each in everywhere:
        await clean(each)
    await set_up(nc, js, snippet, wanted)
    if wanted[0] == "Object" and wanted[1]["call"] == "Put":
        # The file that the snippet opens, in the folder where it runs.
        store = next(s for s in snippet["streams"] if s["config"]["name"] == "OBJ_" + wanted[1]["store"])
        _, data = objects(store)[wanted[1]["name"]]
        with open(wanted[1]["name"], "wb") as f:
            f.write(data)
    own = [stream for stream in snippet["streams"] if stream["cluster"] == cluster_of(snippet, wanted)]
    names = [stream["config"]["name"] for stream in own] if wanted[0] in ("Publish", "Key") else []
    before = {name: (await api(nc, "STREAM.INFO." + name))["state"]["last_seq"] for name in names}
    body = "async def snippet(nc, js):\n" + textwrap.indent(snippet["python"], "    ")
    scope = {}
    exec(compile(body, snippet["at"], "exec"), scope)
    for left in reversed(range(5)):
        try:
            await asyncio.wait_for(scope["snippet"](nc, js), 20)
            break
        except nats.js.errors.NoKeysError:
            # nats-py takes a bucket for empty if the consumer has sent everything and nothing has come yet; in a
            # cluster its own question is sometimes quicker than the messages. Asked again, it is right.
            if left == 0:
                raise
    await look(nc, snippet, wanted, before)


# What a real cluster answers when a stream's leader changes at just that moment. Nothing is wrong with the snippet then:
# it runs again, from the beginning. One that is wrong fails each time.
TRANSIENT = (nats.errors.TimeoutError, nats.errors.NoRespondersError, nats.js.errors.NoStreamResponseError,
             nats.js.errors.ServiceUnavailableError, asyncio.TimeoutError)


async def run_patiently(nc, everywhere, snippet):
    for left in reversed(range(3)):
        try:
            return await run(nc, everywhere, snippet)
        except TRANSIENT:
            if left == 0:
                raise


async def main():
    program = os.path.abspath(sys.argv[1])
    with open(sys.argv[2]) as f:
        snippets = json.load(f)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        # A hub, and the leaf for what a lesson does in any other region than its first.
        hub = Cluster(program, folder, "us-east")
        clusters = [hub, Cluster(program, folder, "eu-west", hub)]
        try:
            for cluster in clusters:
                cluster.wait()
            home, other = [await connect(cluster) for cluster in clusters]
            for snippet in snippets:
                try:
                    at_home = cluster_of(snippet, parse(snippet["shows"])) == snippet["home"]
                    await run_patiently(home if at_home else other, [home, other], snippet)
                    print("ok     %s %s" % (snippet["at"], snippet["shows"]), flush=True)
                except Exception as why:
                    failed += 1
                    print("WRONG  %s %s: %r\n%s" % (snippet["at"], snippet["shows"], why, snippet["python"]), flush=True)
            await home.close()
            await other.close()
        finally:
            for cluster in clusters:
                cluster.stop()
    print("%d passed, %d failed" % (len(snippets) - failed, failed))
    return failed == 0 and len(snippets) > 0


sys.exit(0 if asyncio.run(main()) else 1)
