"""Makes the stream ORDERS and backs it up: make.py URL NAME writes NAME.s2 and NAME.json."""
import asyncio
import json
import sys

import nats


async def main(url, name):
    nc = await nats.connect(url)
    js = nc.jetstream()

    async def api(endpoint, body):
        return json.loads((await nc.request("$JS.API." + endpoint, json.dumps(body).encode())).data)

    await api("STREAM.CREATE.ORDERS", {
        "name": "ORDERS", "subjects": ["orders.>"], "description": "all orders", "allow_msg_ttl": True,
        "allow_direct": True, "metadata": {"who": "test"}})
    for i in range(1, 21):
        headers = {"X-N": str(i)} if i % 3 == 0 else None
        headers = {7: {"Nats-TTL": "2h"}, 8: {"Nats-Msg-Id": "eight"}}.get(i, headers)
        subject = "orders." + ["new", "paid", "sent"][i % 3]
        await js.publish(subject, b"order %d " % i * i, headers=headers)
    for seq in (5, 6, 1, 20):
        await api("STREAM.MSG.DELETE.ORDERS", {"seq": seq})
    for config in (
        {"durable_name": "work", "ack_policy": "explicit", "ack_wait": 3600 * 10**9},
        {"durable_name": "fresh", "ack_policy": "all", "filter_subject": "orders.new"},
        {"durable_name": "push", "ack_policy": "none", "deliver_subject": "some.where"},
    ):
        body = {"stream_name": "ORDERS", "config": config}
        await api("CONSUMER.DURABLE.CREATE.ORDERS." + config["durable_name"], body)
    work = await js.pull_subscribe_bind("work", "ORDERS")
    got = await work.fetch(8)
    for n in (0, 1, 3):
        await got[n].ack_sync()
    await got[4].nak()
    await work.fetch(1)
    await asyncio.sleep(0.5)

    chunks, done = [], asyncio.Event()

    async def chunk(message):
        chunks.append(message.data)
        if message.reply:
            await message.respond(b"")
        if not message.data:
            done.set()

    inbox = nc.new_inbox()
    await nc.subscribe(inbox, cb=chunk)
    answer = await api("STREAM.SNAPSHOT.ORDERS", {"deliver_subject": inbox})
    await asyncio.wait_for(done.wait(), 5)
    with open(name + ".s2", "wb") as file:
        file.write(b"".join(chunks))
    with open(name + ".json", "w", encoding="utf-8") as file:
        json.dump({"config": answer["config"], "state": answer["state"]}, file, indent=2)
        file.write("\n")
    await nc.close()

asyncio.run(main(*sys.argv[1:]))
