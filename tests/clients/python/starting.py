"""Starts a server program in every way the bridge knows, and prints what came of it.

    starting.py PROGRAM

PROGRAM is the real nats-server or the bridge: what is printed must be the same, without ports, times and names
that servers make up.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])
LINE = re.compile(r"^\[\d+\] \d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{6} \[(INF|WRN|ERR|FTL|DBG|TRC)\] ?(.*)$")
CONNECT = b'CONNECT {"verbose":false,"headers":true,"no_responders":true,"protocol":1}\r\n'


def say(*what):
    print("  " + " ".join(str(w) for w in what), flush=True)


class Server:
    """A server process with a folder of its own."""

    def __init__(self, *flags, config=None):
        self.dir = tempfile.mkdtemp(prefix="starting-")
        flags = [f.replace("DIR", self.dir) for f in flags]
        if config:
            with open(self.path("server.conf"), "w") as f:
                f.write(config.replace("DIR", self.dir))
            flags += ["-c", self.path("server.conf")]
        self.err = open(self.path("stderr"), "w")
        self.process = subprocess.Popen([PROGRAM, *flags], stdout=self.err, stderr=self.err, cwd=self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def read(self, name):
        try:
            with open(self.path(name)) as f:
                return f.read()
        except OSError:
            return ""

    def lines(self, name="stderr"):
        found = [LINE.match(line) for line in self.read(name).splitlines()]
        return [m.groups() for m in found if m]

    def ready(self, name="stderr"):
        """Where clients find it, as the log says."""
        end = time.monotonic() + 10
        while time.monotonic() < end and self.process.poll() is None:
            texts = [text for _, text in self.lines(name)]
            if "Server is ready" in texts:
                at = [t for t in texts if t.startswith("Listening for client connections on ")][0]
                host, port = at.split(" on ")[1].rsplit(":", 1)
                return host, int(port)
            time.sleep(0.02)
        raise SystemExit("not ready: " + self.read(name) + self.read("stderr"))

    def monitor(self):
        at = [t for _, t in self.lines() if t.startswith("Starting http monitor on ")][0]
        host, port = at.split(" on ")[1].rsplit(":", 1)
        return "http://%s:%s" % (host.replace("0.0.0.0", "127.0.0.1"), port)

    def end(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        begun = time.monotonic()
        code = self.process.wait(10)
        return code, time.monotonic() - begun < 2

    def gone(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.err.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gone()


class Client:
    def __init__(self, address):
        self.socket = socket.create_connection((address[0].replace("0.0.0.0", "127.0.0.1"), address[1]), timeout=5)
        self.file = self.socket.makefile("rb")
        self.info = json.loads(self.file.readline().split(b" ", 1)[1])
        self.n = 0

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        while True:
            line = self.file.readline().decode().rstrip("\r\n")
            if not line.startswith("INFO "):
                return line

    def request(self, subject, body=b""):
        """The answer: headers, and a body read as JSON."""
        self.n += 1
        inbox = b"in.%d" % self.n
        self.send(CONNECT + b"SUB %s %d\r\nPUB %s %s %d\r\n%s\r\n" % (
            inbox, self.n, subject.encode(), inbox, len(body), body))
        words = self.line().split()
        sizes = [int(w) for w in words[3:]] if words[0] == "HMSG" else [0, int(words[3])]
        data = self.file.read(sizes[-1] + 2)[:-2]
        head, body = data[:sizes[0]], data[sizes[0]:]
        return head.decode().replace("\r\n", "|"), json.loads(body) if body else None

    def close(self):
        self.file.close()
        self.socket.close()


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as r:
            return r.status, r.headers["Content-Type"], r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.headers["Content-Type"], e.read().decode()


def some(document, *names):
    return {n: document.get(n, "(absent)") for n in names}


def flags():
    with Server("-p", "-1", "-a", "127.0.0.1", "-n", "bob", "-P", "DIR/pid", "-l", "DIR/log",
                "--ports_file_dir", "DIR") as s:
        host, port = s.ready("log")
        c = Client((host, port))
        say(host, c.info["host"], c.info["port"] == port, c.info["server_name"], c.info.get("jetstream"))
        say(some(c.info, "version", "proto", "headers", "max_payload", "client_ip", "tls_required", "auth_required"))
        say("pid", s.read("pid") == str(s.process.pid))
        name = "nats-server_%d.ports" % s.process.pid
        say("ports", json.loads(s.read(name)) == {"nats": ["nats://127.0.0.1:%d" % port]})
        say("log form", all(LINE.match(line) for line in s.read("log").splitlines()), s.read("stderr") == "")
        say("first line", s.lines("log")[0])
        say(c.request("$JS.API.INFO"))
        say("ends", s.end(), "ports file left", os.path.exists(s.path(name)))
        say("last lines", [t for _, t in s.lines("log")[-1:]])
        say("connection closed", c.file.read(1) == b"")
        c.close()


def other_ways_of_writing():
    for words in (["--port=-1", "--addr=127.0.0.1", "--jetstream", "-sd=DIR/js", "--server_name", "x"],
                  ["-port", "-1", "-net", "127.0.0.1", "-js=true", "--store_dir", "DIR/js", "-name=x"],
                  ["-p=-1", "-a=127.0.0.1", "-js", "--js=false", "-n", "x", "-DV"]):
        with Server(*words) as s:
            c = Client(s.ready())
            say(c.info["server_name"], c.info.get("jetstream"))
            c.close()
            say("ends", s.end(signal.SIGINT))


def monitoring():
    with Server("-p", "-1", "-m", "-1", "-js", "-sd", "DIR/js", "-n", "watched") as s:
        host, port = s.ready()
        url = s.monitor()
        c = Client((host, port))
        c.request("$JS.API.STREAM.CREATE.A", b'{"name":"A","subjects":["a"]}')
        c.request("a", b"hello")
        say(get(url + "/healthz"))
        say(get(url + "/nothing")[:2])
        status, kind, body = get(url + "/varz")
        varz = json.loads(body)
        say(status, kind, some(varz, "server_name", "version", "host", "max_payload", "max_connections", "connections",
                               "ping_interval", "ping_max", "max_control_line", "max_pending", "system_account"))
        say(varz["port"] == port, sorted(varz["jetstream"]), some(varz["jetstream"]["stats"], "storage", "memory"))
        say(varz["jetstream"]["config"]["store_dir"] == s.path("js/jetstream"))
        jsz = json.loads(get(url + "/jsz")[2])
        say(some(jsz, "streams", "consumers", "messages", "bytes", "memory", "storage", "disabled"))
        connz = json.loads(get(url + "/connz?x=1")[2])
        say(some(connz, "num_connections", "total", "offset", "limit"), len(connz["connections"]))
        c.close()
        connections(host, port, url)
    with Server("-p", "-1", "-m", "-1") as s:
        s.ready()
        say(some(json.loads(get(s.monitor() + "/jsz")[2]), "disabled", "streams"))


def connections(host, port, url):
    """Who is connected, and the traffic of each."""
    c = Client((host, port))
    c.send(b'CONNECT {"verbose":false,"pedantic":false,"name":"me","lang":"py","version":"1.2","headers":true,'
           b'"no_responders":true,"protocol":1}\r\nSUB talk 1\r\nSUB more some 2\r\nUNSUB 2 4\r\nPUB talk 5\r\nhello\r\n'
           b"HPUB more 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPUB nobody talk 2\r\nhi\r\nPING\r\n")
    while c.line() != "PONG":
        pass
    for query in ("cid=%d", "cid=%d&subs=1&sort=msgs_to", "cid=%d&subs=detail", "limit=1&sort=msgs_from"):
        connz = json.loads(get(url + "/connz?" + query.replace("%d", str(c.info["client_id"])))[2])
        one = connz["connections"][0]
        # The real server lists them in any order.
        one.get("subscriptions_list", []).sort()
        say(some(connz, "limit", "offset"))
        say(sorted(set(one) - {"rtt"}))
        say(some(one, "kind", "type", "ip", "in_msgs", "out_msgs", "in_bytes", "out_bytes", "subscriptions", "name",
                 "lang", "version", "pending_bytes", "idle", "subscriptions_list"))
        say(one["port"] == c.socket.getsockname()[1], one["cid"] == c.info["client_id"])
        for sub in sorted(one.get("subscriptions_list_detail", []), key=lambda sub: sub["sid"]):
            say(some(sub, "subject", "qgroup", "sid", "msgs", "max"))
    say(json.loads(get(url + "/connz?offset=7")[2])["num_connections"])
    for wrong in ("limit=x", "subs=maybe", "sort=size", "offset=1.5"):
        say(get(url + "/connz?" + wrong))
    c.close()


CONFIG = """
# A server as a test would configure it.
host: 127.0.0.1
port: -1              // any
http: "127.0.0.1:-1"
server_name = configured
max_payload: 128KB
ping_interval: "150ms"
ping_max: 2
server_tags: ["zone:a", fast]
ports_file_dir: "DIR"
jetstream: {
  store_dir: "DIR/js"
  max_mem_store: 3MiB,
  max_file_store: 500MB
  domain: hub
  strict: true
}
leafnodes { listen: "127.0.0.1:-1" }
websocket { port: -1, no_tls: true }
trace: false
debug: false
"""


def configuration():
    with Server(config=CONFIG) as s:
        c = Client(s.ready())
        say(some(c.info, "server_name", "host", "max_payload", "domain", "jetstream"))
        c.send(CONNECT)
        say("pings", [c.line() for _ in range(3)], c.file.read(1) == b"")
        c.close()
        varz = json.loads(get(s.monitor() + "/varz")[2])
        say(some(varz, "ping_interval", "ping_max", "max_payload", "tags"))
        say(some(varz["jetstream"]["config"], "max_memory", "max_storage", "domain", "strict"))
        ports = json.loads(s.read("nats-server_%d.ports" % s.process.pid))
        say("ports", [len(ports[k]) for k in ("nats", "monitoring")])
        c = Client(s.ready())
        say(c.request("$JS.hub.API.INFO")[1]["domain"], c.request("$JS.API.INFO")[1]["type"])
        say(c.request("$JS.other.API.INFO"))
        for storage, size in (("memory", 3 << 20), ("memory", (3 << 20) + 1), ("file", 501 << 20)):
            body = {"name": "S", "subjects": ["s"], "storage": storage, "max_bytes": size}
            say(storage, size, c.request("$JS.API.STREAM.CREATE.S", json.dumps(body).encode())[1].get("error"))
            c.request("$JS.API.STREAM.DELETE.S")
        body = b'{"name":"S","subjects":["s"],"surplus":1}'
        say("strict", c.request("$JS.API.STREAM.CREATE.S", body)[1].get("error", {}).get("err_code"))
        c.send(b"PUB s 131073\r\n")
        say(c.line())
        c.close()
    with Server("-p", "-1", "-n", "flag", "-a", "127.0.0.1", config="port: 4222\nserver_name: file\njetstream: enabled\n"
                "max_payload: 1k\njetstream { strict: false, store_dir: 'DIR/js' }") as s:
        c = Client(s.ready())
        say(some(c.info, "server_name", "host", "max_payload", "jetstream"), c.info["port"] != 4222)
        c.close()


def refusals():
    def refused(what, *words, config=None, must_say=()):
        with Server(*words, config=config) as s:
            code = s.process.wait(10)
            told = s.read("stderr")
            say(what, "refused", [w in told for w in must_say])
            return code
    refused("unknown flag", "--no_such_flag", must_say=["flag provided but not defined: -no_such_flag"])
    refused("flag without value", "-p", must_say=["flag needs an argument: -p"])
    refused("value of the wrong kind", "-p", "many", must_say=['invalid value "many" for flag -p'])
    refused("a word", "start", must_say=['unrecognized command: "start"'])
    refused("missing file", "-c", "DIR/none.conf", must_say=["none.conf"])
    refused("unknown key", config="port: -1\nno_such_key: 1\n", must_say=['server.conf:2:1: unknown field "no_such_key"'])
    refused("unknown key in jetstream", config="jetstream { no_such_key: 1 }\n", must_say=['unknown field "no_such_key"'])
    refused("unclosed block", config="jetstream {\n", must_say=[])
    busy = socket.socket()
    busy.bind(("127.0.0.1", 0))
    busy.listen(1)
    refused("busy port", "-a", "127.0.0.1", "-p", str(busy.getsockname()[1]), must_say=["[FTL]", "Error listening on port"])
    busy.close()


for part in (flags, other_ways_of_writing, monitoring, configuration, refusals):
    print("section", part.__name__, flush=True)
    part()
