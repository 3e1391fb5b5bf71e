"""aiokafka: the asynchronous Python client, behind Faust and many web services."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from common import Patience, Record, check, expect, headers_of, main


async def create(bootstrap, topic, partitions=3):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, partitions, 1)])
    await admin.close()


async def produce(bootstrap, topic, lines, **settings):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, **settings) as producer:
        sent = [
            await producer.send(topic, line.text.encode(), line.key.encode(), headers=headers_of(line)) for line in lines
        ]
        await asyncio.gather(*sent)


async def poll(client):
    found = await client.getmany(timeout_ms=100)
    return [Record(r.partition, r.offset, r.key, r.value, list(r.headers)) for some in found.values() for r in some]


def consumer(bootstrap, topic, **settings):
    defaults = {"group_id": topic, "auto_offset_reset": "earliest", "heartbeat_interval_ms": 300}
    return AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, **{**defaults, **settings})


async def read(client, count):
    records = []
    async with asyncio.timeout(Patience.seconds):
        while len(records) < count:
            records.extend(await poll(client))
    return records


async def round_trip(bootstrap, topic, lines, **settings):
    await create(bootstrap, topic)
    await produce(bootstrap, topic, lines, **settings)
    async with consumer(bootstrap, topic) as client:
        check(await read(client, len(lines)), lines)


async def group(bootstrap, lines, topic):
    """Two members share; one leaves; the other one goes on where it stopped."""
    await create(bootstrap, topic, 6)
    half = len(lines) // 2
    first, second = consumer(bootstrap, topic), consumer(bootstrap, topic)
    await asyncio.gather(first.start(), second.start())
    records = []
    async with asyncio.timeout(Patience.seconds):
        while not (first.assignment() and second.assignment() and len(first.assignment() | second.assignment()) == 6):
            for client in (first, second):
                records.extend(await poll(client))
        await produce(bootstrap, topic, lines[:half])
        while len(records) < half:
            for client in (first, second):
                records.extend(await poll(client))
        await first.stop()
        await produce(bootstrap, topic, lines[half:])
        while len(records) < len(lines):
            records.extend(await poll(second))
    expect(len(second.assignment()) == 6, "the one that is left has not all partitions")
    await second.stop()
    check(records, lines)


async def commit_resume(bootstrap, lines, topic):
    await create(bootstrap, topic, 1)
    await produce(bootstrap, topic, lines)
    half, place = len(lines) // 2, TopicPartition(topic, 0)
    async with consumer(bootstrap, topic, enable_auto_commit=False) as client:
        await read(client, half)
        await client.commit({place: (half, "half-way: straße")})
        expect(await client.committed(place) == half, "the committed offset")
    async with consumer(bootstrap, topic) as client:
        check(await read(client, len(lines) - half), lines[half:])


async def by_timestamp(bootstrap, lines, topic):
    await create(bootstrap, topic, 1)
    base, place, wanted = int(time.time() * 1000) - 3_600_000, TopicPartition(topic, 0), len(lines) // 3
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        sent = [
            await producer.send(topic, line.text.encode(), partition=0, timestamp_ms=base + line.seq * 1000)
            for line in lines
        ]
        await asyncio.gather(*sent)
    async with consumer(bootstrap, topic) as client:
        found = await client.offsets_for_times({place: base + wanted * 1000 - 500})
        expect(found[place].offset == wanted, f"the offset for record {wanted} is {found[place]}")
        expect((await client.end_offsets([place]))[place] == len(lines), "the end")


async def transactions(bootstrap, lines, topic):
    await create(bootstrap, topic)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=topic)
    async with asyncio.timeout(Patience.seconds):
        await producer.start()
    async with producer.transaction():
        for line in lines:
            await producer.send(topic, line.text.encode(), line.key.encode(), headers=headers_of(line))
    await producer.stop()
    async with consumer(bootstrap, topic, isolation_level="read_committed") as client:
        check(await read(client, len(lines)), lines)


def codec(name):
    return lambda bootstrap, lines, topic: asyncio.run(round_trip(bootstrap, topic, lines, compression_type=name))


def run(scenario):
    return lambda bootstrap, lines, topic: asyncio.run(scenario(bootstrap, lines, topic))


main(
    {
        "codec-none": codec(None),
        "codec-gzip": codec("gzip"),
        "codec-snappy": codec("snappy"),
        "codec-lz4": codec("lz4"),
        "codec-zstd": codec("zstd"),
        "idempotent": lambda b, lines, topic: asyncio.run(round_trip(b, topic, lines, enable_idempotence=True)),
        "group": run(group),
        "commit-resume": run(commit_resume),
        "by-timestamp": run(by_timestamp),
        "transactions": run(transactions),
    }
)
