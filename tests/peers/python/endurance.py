"""Ships and reads for as long as a test makes the broker's life hard, and then says whether every promise was kept.

`endurance.py ship BOOTSTRAP TOPIC DIR` ships numbered records with an idempotent producer and reads them in a group until DIR/stop
exists; DIR/acked grows by each number that the broker acknowledged. At the end everything must go through.
`endurance.py commits BOOTSTRAP TOPIC DIR` checks that the group's offsets are at least those of DIR/committed.
`endurance.py verify BOOTSTRAP TOPIC DIR` reads the whole topic anew: each acknowledged number is there, none twice, all in order.
"""

import os
import pathlib
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

LIMIT = 120.0
PARTITIONS = 3
# Whether the test cuts the power: records that were read and not yet acknowledged may then be taken back.
POWER_CUTS = "POWER_CUTS" in os.environ
# Give up on nothing, and come back at once.
PATIENT = {
    "reconnect.backoff.ms": 10,
    "reconnect.backoff.max.ms": 50,
    "retry.backoff.ms": 10,
    "retry.backoff.max.ms": 50,
    "topic.metadata.refresh.interval.ms": 1000,
    "log_level": 2,
}


def ship(bootstrap, topic, directory):
    stop = directory / "stop"
    seen = {"read": 0, "dropped": 0, "commits": 0, "faults": []}
    with (directory / "acked").open("a", buffering=1) as acked:
        producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "linger.ms": 1,
                "batch.num.messages": 20,
                "message.timeout.ms": 0,
                **PATIENT,
            }
        )

        def told(error, message):
            if error is None:
                acked.write(f"{message.key().decode()}\n")
            else:
                seen["faults"].append(f"record {message.key()}: {error}")

        reader = threading.Thread(target=read_on, args=(bootstrap, topic, directory, seen), daemon=True)
        reader.start()
        number = 0
        while not stop.exists():
            if len(producer) < 500:
                text = f"{number:08d}"
                producer.produce(topic, text + "x" * 200, text, partition=number % PARTITIONS, on_delivery=told)
                number += 1
            producer.poll(0.001)
        left = producer.flush(LIMIT)
        if left:
            seen["faults"].append(f"{left} records were not sent in the end")
    reader.join(LIMIT)
    (directory / "sent").write_text(str(number))
    print(f"sent {number}, read {seen['read']}, dropped by the client {seen['dropped']}, commits {seen['commits']}", flush=True)
    for fault in seen["faults"][:10]:
        print(f"fault {fault}", flush=True)
    sys.exit(1 if seen["faults"] else 0)


def read_on(bootstrap, topic, directory, seen):
    """A member of a group: what it reads may come again after a crash, but nothing may be left out."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": topic,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            "heartbeat.interval.ms": 300,
            **PATIENT,
        }
    )
    consumer.subscribe([topic])
    stop, log = directory / "stop", (directory / "committed").open("a", buffering=1)
    following, committed, epochs = {}, {}, {}
    while not stop.exists():
        for message in consumer.consume(500, 0.05):
            if message.error() is not None:
                continue
            partition, offset = message.partition(), message.offset()
            # Some of it may come again, from an older commit or a newer one; but nothing unread is passed over. One
            # exception is librdkafka's own: when it learns that a power cut took back the end of the log that it has
            # fetched, it goes to where the old epoch ends now, and what it had queued before that and not handed out is
            # gone. The next record is then the first of the new epoch. `verify` finds everything in the log itself.
            truncated = message.leader_epoch() > epochs.get(partition, message.leader_epoch()) and POWER_CUTS
            epochs[partition] = message.leader_epoch()
            if offset > following.get(partition, 0) and truncated:
                seen["dropped"] += offset - following[partition]
            elif offset > following.get(partition, 0):
                seen["faults"].append(f"partition {partition}: offset {offset} follows {following.get(partition, 0) - 1}")
            following[partition] = max(offset + 1, following.get(partition, 0))
            seen["read"] += 1
        # What is read again after a rebalance is not committed again: commits only grow.
        new = [(partition, offset) for partition, offset in following.items() if offset > committed.get(partition, 0)]
        places = [TopicPartition(topic, partition, offset) for partition, offset in new]
        try:
            for done in consumer.commit(offsets=places, asynchronous=False) if places else []:
                if done.error is None:
                    committed[done.partition] = done.offset
                    log.write(f"{done.partition} {done.offset}\n")
                    seen["commits"] += 1
        except KafkaException:
            continue  # the broker is away, or the group rebalances: the next commit covers this one
    consumer.close()


def commits(bootstrap, topic, directory):
    promised, log = {}, directory / "committed"
    for row in log.read_text().splitlines() if log.exists() else []:
        partition, offset = map(int, row.split())
        promised[partition] = offset
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, **PATIENT})
    for place in consumer.committed([TopicPartition(topic, partition) for partition in promised], LIMIT):
        if place.offset < promised[place.partition]:
            sys.exit(f"partition {place.partition}: {promised[place.partition]} was committed, {place.offset} is there")


def verify(bootstrap, topic, directory):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "verify", "auto.offset.reset": "earliest", **PATIENT})
    acked = {int(row) for row in (directory / "acked").read_text().split()}
    found, faults = set(), []
    for partition in range(PARTITIONS):
        place = TopicPartition(topic, partition, 0)
        _, end = consumer.get_watermark_offsets(place, LIMIT)
        consumer.assign([place])
        offset, before, limit = 0, -1, time.monotonic() + LIMIT
        while offset < end and time.monotonic() < limit:
            for message in consumer.consume(1000, 0.2):
                if message.error() is not None:
                    continue
                number = int(message.key())
                if message.offset() != offset:
                    faults.append(f"partition {partition}: offset {message.offset()} where {offset} should be")
                if number <= before:
                    faults.append(f"partition {partition}: record {number} follows {before}")
                found.add(number)
                offset, before = message.offset() + 1, number
        if offset < end:
            faults.append(f"partition {partition} could be read to {offset} of {end} only")
    missing = acked - found
    if missing:
        faults.append(f"{len(missing)} of {len(acked)} acknowledged records are missing, the first is {min(missing)}")
    if (directory / "sent").exists() and len(found) != int((directory / "sent").read_text()):
        faults.append(f"{len(found)} records are there")
    print(f"acknowledged {len(acked)}, found {len(found)}", flush=True)
    for fault in faults[:10]:
        print(f"fault {fault}", flush=True)
    sys.exit(1 if faults else 0)


def create(bootstrap, topic, directory):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.create_topics([NewTopic(topic, PARTITIONS, 1)]).values():
        future.result(LIMIT)


def many(bootstrap, topic, directory):
    """Twenty topics of a hundred partitions, a record in each."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = [f"{topic}-{number}" for number in range(20)]
    for future in admin.create_topics([NewTopic(name, 100, 1) for name in names], operation_timeout=LIMIT).values():
        future.result(LIMIT)
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5})
    for name in names:
        for partition in range(100):
            producer.produce(name, f"{name} {partition}", partition=partition)
    if producer.flush(LIMIT):
        sys.exit("records were not sent in time")


def many_there(bootstrap, topic, directory):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(f"{topic}-{number}", partition, 0) for number in range(20) for partition in range(100)])
    found, limit = set(), time.monotonic() + LIMIT
    while len(found) < 2000 and time.monotonic() < limit:
        found |= {message.value() for message in consumer.consume(1000, 0.2) if message.error() is None}
    wanted = {f"{topic}-{number} {partition}".encode() for number in range(20) for partition in range(100)}
    if found != wanted:
        sys.exit(f"{len(found)} of 2000 records are there")


def full_disk(bootstrap, topic, directory):
    """The log dir's file system fills up. Only writing stops, with an error that clients retry; room makes it go on."""
    create(bootstrap, topic, directory)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.create_topics([NewTopic(topic + "-old", 1, 1)]).values():
        future.result(LIMIT)
    refused, sent = [], []
    producer = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 5000, "acks": "all", **PATIENT})

    def told(error, message):
        (sent if error is None else refused).append(error)

    while not refused:
        try:
            producer.produce(topic, b"z" * 10_000, partition=0, on_delivery=told)
        except BufferError:
            pass
        producer.poll(0.001)
        if len(sent) > 100_000:
            sys.exit("a gigabyte fitted into the full disk")
    producer.flush(LIMIT)
    # The client went on trying until its own time was over: the broker's error was one to retry.
    names = {error.name() for error in refused}
    if names != {"_MSG_TIMED_OUT"}:
        sys.exit(f"refused with {names}")
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    read, limit = 0, time.monotonic() + LIMIT
    while read < len(sent) and time.monotonic() < limit:
        read += sum(message.error() is None for message in consumer.consume(500, 0.2))
    if read < len(sent):
        sys.exit(f"{read} of {len(sent)} records can be read on a full disk")
    consumer.commit(offsets=[TopicPartition(topic, 0, read)], asynchronous=False)
    consumer.close()
    if topic not in admin.list_topics(timeout=LIMIT).topics:
        sys.exit("the topic is not listed")
    for future in admin.delete_topics([topic + "-old"]).values():
        future.result(LIMIT)
    (directory / "full" / "ballast").unlink()
    producer = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 60000, "acks": "all", **PATIENT})
    refused.clear()
    for _ in range(10):
        producer.produce(topic, b"z" * 10_000, partition=0, on_delivery=told)
    if producer.flush(LIMIT) or refused:
        sys.exit(f"with room again: {refused}")


def refused(bootstrap, topic, directory):
    """The disk fails: from some moment on nothing is acknowledged any more. Tells each number that was."""
    create(bootstrap, topic, directory)
    with (directory / "acked").open("a", buffering=1) as acked:
        failures = []
        producer = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 3000, "acks": "all", **PATIENT})

        def told(error, message):
            if error is None:
                if failures:
                    sys.exit(f"record {message.key()} was acknowledged after the disk had failed")
                acked.write(f"{message.key().decode()}\n")
            else:
                failures.append(error)

        number, limit = 0, time.monotonic() + LIMIT
        while len(failures) < 20 and time.monotonic() < limit:
            if len(producer) < 10:
                text = f"{number:08d}"
                producer.produce(topic, text, text, partition=number % PARTITIONS, on_delivery=told)
                number += 1
            producer.poll(0.01)
        producer.purge()
        if not failures:
            sys.exit("every record was acknowledged although the disk fails")


if __name__ == "__main__":
    what, bootstrap, topic, directory = sys.argv[1:]
    globals()[what](bootstrap, topic, pathlib.Path(directory))
