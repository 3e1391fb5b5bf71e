"""kafka-python, from 1.4.7 to the newest: pure Python, and its own choice of old API versions."""

import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata

from common import Record, check, expect, headers_of, main, share, until


def create(bootstrap, topic, partitions=3):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, partitions, 1)])
    admin.close()
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)

    def leads():
        found = consumer.partitions_for_topic(topic)
        return found and len(found) == partitions

    until("the new topic", leads)
    consumer.end_offsets([TopicPartition(topic, partition) for partition in range(partitions)])
    consumer.close()


def produce(bootstrap, topic, lines, **settings):
    # A batch that is so small that its codec gains nothing would be sent without it; the flush ends the lingering.
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=500, **settings)
    sent = [
        producer.send(topic, key=line.key.encode(), value=line.text.encode(), headers=headers_of(line)) for line in lines
    ]
    producer.flush(30)
    for future in sent:
        future.get(30)
    producer.close()


def record(found):
    return Record(found.partition, found.offset, found.key, found.value, list(found.headers))


def consumer(bootstrap, group, **settings):
    return KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest", heartbeat_interval_ms=300, **settings
    )


def poll(client):
    return [record(found) for some in client.poll(timeout_ms=100).values() for found in some]


def read(client, count):
    records = []

    def enough():
        records.extend(poll(client))
        return len(records) >= count

    until(f"{count} records", enough)
    return records


def round_trip(bootstrap, topic, lines, **settings):
    create(bootstrap, topic)
    produce(bootstrap, topic, lines, **settings)
    client = consumer(bootstrap, topic)
    client.subscribe([topic])
    check(read(client, len(lines)), lines)
    client.close()


def codec(name):
    return lambda bootstrap, lines, topic: round_trip(bootstrap, topic, lines, compression_type=name)


def acks(level):
    return lambda bootstrap, lines, topic: round_trip(bootstrap, topic, lines, acks=level)


class GroupConsumer:
    def __init__(self, client, topic):
        self.client = client
        client.subscribe([topic])

    def poll_records(self):
        return poll(self.client)

    def partitions(self):
        return {assigned.partition for assigned in self.client.assignment()}

    def close(self):
        self.client.close()


def group(bootstrap, lines, topic):
    create(bootstrap, topic, 6)
    share(
        lambda _: GroupConsumer(consumer(bootstrap, topic), topic),
        lambda some: produce(bootstrap, topic, some),
        lines,
        6,
    )


def place(offset, metadata):
    """Newer versions know the leader epoch of a committed offset too."""
    fields = {"offset": offset, "metadata": metadata, "leader_epoch": -1}
    return OffsetAndMetadata(*(fields[field] for field in OffsetAndMetadata._fields))


def commit_resume(bootstrap, lines, topic):
    create(bootstrap, topic, 1)
    produce(bootstrap, topic, lines)
    half = len(lines) // 2
    partition = TopicPartition(topic, 0)
    first = consumer(bootstrap, topic, enable_auto_commit=False)
    first.subscribe([topic])
    read(first, half)
    first.commit({partition: place(half, "half-way")})
    expect(first.committed(partition) == half, f"committed {first.committed(partition)}")
    first.close()
    second = consumer(bootstrap, topic)
    second.subscribe([topic])
    check(read(second, len(lines) - half), lines[half:])
    second.close()


def by_timestamp(bootstrap, lines, topic):
    create(bootstrap, topic, 1)
    base = int(time.time() * 1000) - 3_600_000
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for line in lines:
        producer.send(topic, line.text.encode(), partition=0, timestamp_ms=base + line.seq * 1000)
    producer.flush(30)
    producer.close()
    partition = TopicPartition(topic, 0)
    client = KafkaConsumer(bootstrap_servers=bootstrap)
    wanted = len(lines) // 3
    found = client.offsets_for_times({partition: base + wanted * 1000 - 500})[partition]
    expect(found.offset == wanted, f"the offset for record {wanted} is {found.offset}")
    late = client.offsets_for_times({partition: base + len(lines) * 2000})[partition]
    expect(late is None, f"the offset for a time to come is {late}")
    expect(client.beginning_offsets([partition])[partition] == 0, "the beginning")
    expect(client.end_offsets([partition])[partition] == len(lines), "the end")
    client.assign([partition])
    client.seek(partition, wanted)
    expect(read(client, 1)[0].offset == wanted, "after a seek")
    client.close()


def auto_create(bootstrap, lines, topic):
    # Older versions do not try again by themselves when the new partition has no leader yet.
    produce(bootstrap, topic, lines, retries=20)
    client = consumer(bootstrap, topic)
    client.subscribe([topic])
    check(read(client, len(lines)), lines)
    client.close()


main(
    {
        "codec-none": codec(None),
        "codec-gzip": codec("gzip"),
        "codec-snappy": codec("snappy"),
        "codec-lz4": codec("lz4"),
        "codec-zstd": codec("zstd"),
        "acks-0": acks(0),
        "acks-1": acks(1),
        "acks-all": acks("all"),
        "group": group,
        "commit-resume": commit_resume,
        "by-timestamp": by_timestamp,
        "auto-create": auto_create,
    }
)
