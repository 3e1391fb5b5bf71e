"""confluent-kafka (librdkafka): the client of most Python services, and the newest librdkafka at the same time."""

import functools
import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from common import Patience, Record, check, expect, headers_of, main, share, until

LIMIT = 30.0
# A member learns of a rebalance from the answer to its heartbeat.
PROMPT = {"heartbeat.interval.ms": 300}


@functools.cache
def admin(bootstrap):
    """One for all: its answers are lost when it goes before they come."""
    return AdminClient({"bootstrap.servers": bootstrap})


def create(bootstrap, topic, partitions=3, config=None):
    for future in admin(bootstrap).create_topics([NewTopic(topic, partitions, 1, config=config or {})]).values():
        future.result(LIMIT)


def send(producer, topic, lines):
    faults = []
    for line in lines:
        producer.produce(
            topic,
            key=line.key,
            value=line.text.encode(),
            headers=headers_of(line),
            on_delivery=lambda error, _: error and faults.append(error),
        )
        producer.poll(0)
    left = producer.flush(LIMIT)
    expect(left == 0, f"{left} records were not sent in time")
    expect(not faults, f"records were refused: {faults[:3]}")


def produce(bootstrap, topic, lines, **settings):
    send(Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, **settings}), topic, lines)


def record(message):
    return Record(message.partition(), message.offset(), message.key(), message.value(), message.headers() or [])


def consumer(bootstrap, group, **settings):
    defaults = {"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest"}
    return Consumer({**defaults, **settings})


def read(client, count):
    """Polls until `count` records are here."""
    records = []

    def poll():
        for message in client.consume(200, 0.2):
            expect(message.error() is None, f"consume: {message.error()}")
            records.append(record(message))
        return len(records) >= count

    until(f"{count} records", poll)
    return records


def round_trip(bootstrap, topic, lines, **settings):
    create(bootstrap, topic)
    leads(bootstrap, topic, 3)
    produce(bootstrap, topic, lines, **settings)
    client = consumer(bootstrap, topic)
    client.subscribe([topic])
    check(read(client, len(lines)), lines)
    client.close()


def codec(name):
    return lambda bootstrap, lines, topic: round_trip(bootstrap, topic, lines, **{"compression.type": name})


def acks(level):
    return lambda bootstrap, lines, topic: round_trip(bootstrap, topic, lines, acks=level)


def leads(bootstrap, topic, partitions):
    """A record sent without acks is lost, also in Kafka, while its partition has just been made."""
    client = consumer(bootstrap, topic)
    for partition in range(partitions):

        def answers(place=TopicPartition(topic, partition)):
            try:
                return client.get_watermark_offsets(place, LIMIT)
            except KafkaException:
                return None

        until("the partition to have a leader", answers)
    client.close()


def idempotent(bootstrap, lines, topic):
    round_trip(bootstrap, topic, lines, **{"enable.idempotence": True, "batch.num.messages": 7})


class GroupConsumer:
    def __init__(self, client, topic):
        self.client = client
        client.subscribe([topic])

    def poll_records(self):
        messages = self.client.consume(100, 0.1)
        for message in messages:
            expect(message.error() is None, f"consume: {message.error()}")
        return [record(message) for message in messages]

    def partitions(self):
        return {assigned.partition for assigned in self.client.assignment()}

    def close(self):
        self.client.close()


def group(**settings):
    def scenario(bootstrap, lines, topic):
        create(bootstrap, topic, 6)

        def member(number):
            own = {key: value.format(number) if isinstance(value, str) else value for key, value in settings.items()}
            return GroupConsumer(consumer(bootstrap, topic, **own), topic)

        share(member, lambda some: produce(bootstrap, topic, some), lines, 6)

    return scenario


def commit_resume(bootstrap, lines, topic):
    create(bootstrap, topic, 1)
    produce(bootstrap, topic, lines)
    half = len(lines) // 2
    first = consumer(bootstrap, topic, **{"enable.auto.commit": False})
    first.subscribe([topic])
    read(first, half)
    place = TopicPartition(topic, 0, half, "half-way: straße")
    first.commit(offsets=[place], asynchronous=False)
    (found,) = first.committed([TopicPartition(topic, 0)], LIMIT)
    expect((found.offset, found.metadata) == (half, place.metadata), f"committed {found.offset} {found.metadata!r}")
    first.close()
    second = consumer(bootstrap, topic)
    second.subscribe([topic])
    check(read(second, len(lines) - half), lines[half:])
    second.close()


def static_member(bootstrap, lines, topic):
    """A static member that comes back within its session keeps its partitions without a rebalance; a double is fenced."""
    create(bootstrap, topic, 2)
    produce(bootstrap, topic, lines)
    settings = {"group.instance.id": "indexer-1", "enable.auto.commit": False, "session.timeout.ms": 45000}
    first = consumer(bootstrap, topic, **settings)
    first.subscribe([topic])
    read(first, 1)
    member = first.memberid()
    double = consumer(bootstrap, topic, **settings)
    double.subscribe([topic])
    check(read(double, len(lines)), lines)
    expect(double.memberid() != member, "the double has the member id of the first")

    try:
        first.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
        raise AssertionError("the first one may still commit")
    except KafkaException as error:
        code = error.args[0].code()
        expect(code == confluent_kafka.KafkaError.FENCED_INSTANCE_ID, f"the first one's commit fails with {error}")
    double.close()
    first.close()


def by_timestamp(bootstrap, lines, topic):
    create(bootstrap, topic, 1)
    base = int(time.time() * 1000) - 3_600_000
    producer = Producer({"bootstrap.servers": bootstrap})
    for line in lines:
        producer.produce(topic, line.text.encode(), partition=0, timestamp=base + line.seq * 1000)
    expect(producer.flush(LIMIT) == 0, "records were not sent in time")
    client = consumer(bootstrap, topic)
    wanted = len(lines) // 3
    (found,) = client.offsets_for_times([TopicPartition(topic, 0, base + wanted * 1000 - 500)], LIMIT)
    expect(found.offset == wanted, f"the offset for record {wanted} is {found.offset}")
    (late,) = client.offsets_for_times([TopicPartition(topic, 0, base + len(lines) * 2000)], LIMIT)
    expect(late.offset == -1, f"the offset for a time to come is {late.offset}")
    expect(client.get_watermark_offsets(TopicPartition(topic, 0), LIMIT) == (0, len(lines)), "watermarks")
    client.close()
    spec = {TopicPartition(topic, 0): OffsetSpec.max_timestamp()}
    (newest,) = (future.result(LIMIT) for future in admin(bootstrap).list_offsets(spec).values())
    expect(newest.offset == len(lines) - 1, f"the newest timestamp is at {newest.offset}")


def odd_records(bootstrap, lines, topic):
    """No key, no value, empty ones, no headers, and a record nearly as large as the broker takes."""
    create(bootstrap, topic, 1)
    sent = [(None, None), (b"", b""), (b"key", None), (None, b"value"), (b"big", b"x" * 900_000)]
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 2_000_000})
    for key, value in sent:
        producer.produce(topic, value, key, partition=0)
    expect(producer.flush(LIMIT) == 0, "records were not sent in time")
    client = consumer(bootstrap, topic)
    client.subscribe([topic])
    expect([(r.key, r.value) for r in read(client, len(sent))] == sent, "the records changed")
    client.close()
    refused = []
    producer.produce(topic, b"y" * 1_200_000, partition=0, on_delivery=lambda error, _: refused.append(error))
    producer.flush(LIMIT)
    expect(refused[0].code() == confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE, f"a record too large: {refused}")


def auto_create(bootstrap, lines, topic):
    produce(bootstrap, topic, lines)
    client = consumer(bootstrap, topic)
    client.subscribe([topic])
    check(read(client, len(lines)), lines)
    client.close()


def administration(bootstrap, lines, topic):
    client = admin(bootstrap)
    create(bootstrap, topic, 2, {"retention.ms": "86400000"})
    try:
        create(bootstrap, topic, 2)
        raise AssertionError("the same topic twice")
    except KafkaException as error:
        expect(error.args[0].name() == "TOPIC_ALREADY_EXISTS", f"the same topic twice: {error}")
    resource = ConfigResource(ResourceType.TOPIC, topic)

    def config(key):
        (entries,) = (future.result(LIMIT) for future in client.describe_configs([resource]).values())
        return entries[key]

    expect(config("retention.ms").value == "86400000", "retention.ms was not kept")
    expect(config("segment.bytes").value == "1073741824", "segment.bytes has another default")
    expect(config("retention.ms").source == 1 and config("segment.bytes").source == 5, "sources of settings")
    entry = ConfigEntry("max.message.bytes", "500000", incremental_operation=AlterConfigOpType.SET)
    change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in client.incremental_alter_configs([change]).values():
        future.result(LIMIT)
    until("the new setting", lambda: config("max.message.bytes").value == "500000")
    for future in client.create_partitions([NewPartitions(topic, 4)]).values():
        future.result(LIMIT)
    until("four partitions", lambda: len(client.list_topics(topic, LIMIT).topics[topic].partitions) == 4)
    produce(bootstrap, topic, lines, **{"batch.size": 100_000})
    reader = consumer(bootstrap, topic)
    reader.subscribe([topic])
    read(reader, len(lines))
    groups = client.describe_consumer_groups([topic])
    described = groups[topic].result(LIMIT)
    expect(described.state.name == "STABLE" and len(described.members) == 1, f"the group is {described.state}")
    assigned = described.members[0].assignment.topic_partitions
    expect(len(assigned) == 4, f"the member has {len(assigned)} partitions")
    reader.close()
    listed = client.list_consumer_groups().result(LIMIT)
    expect(topic in [found.group_id for found in listed.valid] and not listed.errors, "the group is not listed")
    for future in client.delete_consumer_groups([topic]).values():
        future.result(LIMIT)
    low = {TopicPartition(topic, 0, -1)}
    for future in client.delete_records(list(low)).values():
        future.result(LIMIT)
    reader = consumer(bootstrap, topic)
    start, end = reader.get_watermark_offsets(TopicPartition(topic, 0), LIMIT)
    expect(start == end, f"after DeleteRecords the partition goes from {start} to {end}")
    reader.close()
    for future in client.delete_topics([topic]).values():
        future.result(LIMIT)
    until("the topic to go", lambda: topic not in client.list_topics(timeout=LIMIT).topics)
    expect(client.describe_cluster().result(LIMIT).cluster_id, "the cluster has no id")


def transactions(bootstrap, lines, topic):
    create(bootstrap, topic)
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": topic, "transaction.timeout.ms": 20000})
    producer.init_transactions(Patience.seconds)
    half = len(lines) // 2
    producer.begin_transaction()
    send(producer, topic, lines[:half])
    producer.abort_transaction(LIMIT)
    producer.begin_transaction()
    send(producer, topic, lines[half:])
    producer.commit_transaction(LIMIT)
    client = consumer(bootstrap, topic, **{"isolation.level": "read_committed"})
    client.subscribe([topic])
    check(read(client, len(lines) - half), lines[half:])
    client.close()


main(
    {
        "codec-none": codec("none"),
        "codec-gzip": codec("gzip"),
        "codec-snappy": codec("snappy"),
        "codec-lz4": codec("lz4"),
        "codec-zstd": codec("zstd"),
        "acks-0": acks(0),
        "acks-1": acks(1),
        "idempotent": idempotent,
        "group-eager": group(**{"partition.assignment.strategy": "roundrobin", **PROMPT}),
        "group-cooperative": group(**{"partition.assignment.strategy": "cooperative-sticky", **PROMPT}),
        "group-static": group(**{"group.instance.id": "member-{}", **PROMPT}),
        "group-kip848": group(**{"group.protocol": "consumer"}),
        "static-member": static_member,
        "commit-resume": commit_resume,
        "by-timestamp": by_timestamp,
        "odd-records": odd_records,
        "auto-create": auto_create,
        "admin": administration,
        "transactions": transactions,
    }
)
