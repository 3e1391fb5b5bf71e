"""What every Python peer shares: the records, the checks on what comes back, and the words that tell the outcome.

A peer is called as `peer.py BOOTSTRAP LINES PREFIX SCENARIO...` and prints `ok NAME` or `fail NAME REASON` for each.
`PEER_IN_VAIN` names those whose API the broker does not announce.
"""

import os
import sys
import threading
import time
import traceback
from collections import namedtuple

Line = namedtuple("Line", "seq key text")
Record = namedtuple("Record", "partition offset key value headers")


class Fault(Exception):
    """The broker did not do what it must."""


def expect(condition, message):
    if not condition:
        raise Fault(message)


def headers_of(line):
    """The headers that each record carries, as any client takes them."""
    return [("seq", str(line.seq).encode()), ("app", b"web"), ("app", "straße".encode())]


def check(records, lines, at_least_once=False):
    """Every line came back, once unless said otherwise, as it was sent, and in order within its partition."""
    sent = {line.seq: line for line in lines}
    seen = set()
    last = {}
    for record in records:
        seq = int(dict(record.headers)["seq"])
        line = sent.get(seq)
        expect(line is not None, f"record {seq} was never sent to this topic")
        expect(record.key == line.key.encode(), f"record {seq} has the key {record.key!r}")
        expect(record.value == line.text.encode(), f"record {seq} has the value {record.value!r}")
        expect(list(record.headers) == headers_of(line), f"record {seq} has the headers {record.headers!r}")
        if seq in seen:
            expect(at_least_once, f"record {seq} came twice")
            continue
        seen.add(seq)
        before = last.get(record.partition, (-1, -1))
        expect(record.offset > before[0], f"offset {record.offset} of partition {record.partition} follows {before[0]}")
        expect(seq > before[1], f"record {seq} of partition {record.partition} follows {before[1]}")
        last[record.partition] = (record.offset, seq)
    expect(len(seen) == len(lines), f"{len(seen)} of {len(lines)} records came back")


class Patience:
    """How long the scenario that runs waits for anything."""

    # What ends a wait is the fact; this only guards.
    ENOUGH = 60.0
    # Nothing can come: some clients say so, some ask for ever.
    IN_VAIN = 3.0

    seconds = ENOUGH


def until(what, probe):
    """Asks until the answer is true."""
    end = time.monotonic() + Patience.seconds
    while time.monotonic() < end:
        answer = probe()
        if answer:
            return answer
        time.sleep(0.02)
    raise Fault(f"waited {Patience.seconds} s in vain for {what}")


class Member(threading.Thread):
    """A consumer in a group, in a thread of its own: polls until told to leave.

    `consumer` needs `poll_records()`, `partitions()` and `close()`.
    """

    def __init__(self, consumer):
        super().__init__(daemon=True)
        self.consumer = consumer
        self.records = []
        self.assigned = set()
        self.error = None
        self.leaving = threading.Event()

    def run(self):
        try:
            while not self.leaving.is_set():
                self.records.extend(self.consumer.poll_records())
                self.assigned = self.consumer.partitions()
            self.consumer.close()
        except Exception as error:  # told by whoever joins the thread
            traceback.print_exc()
            self.error = error

    def leave(self):
        self.leaving.set()
        self.join(60)
        expect(not self.is_alive(), "the consumer does not close")
        expect(self.error is None, f"a member failed: {self.error}")
        self.assigned = set()


def share(make_member, produce, lines, partitions):
    """Three members share `partitions`; one joins late and one leaves while records keep coming."""
    half, quarter = len(lines) // 2, len(lines) // 4
    wanted = set(range(partitions))

    def shared(*members):
        for member in members:
            expect(member.error is None, f"a member failed: {member.error}")
        sets = [member.assigned for member in members]
        return all(sets) and set().union(*sets) == wanted and sum(map(len, sets)) == partitions

    first, second = Member(make_member(1)), Member(make_member(2))
    first.start()
    second.start()
    produce(lines[:quarter])
    until("two members to share", lambda: shared(first, second))
    # Whoever came first may have read all the others by itself.
    produce(lines[quarter:half])
    until("both to read", lambda: first.records and second.records)
    third = Member(make_member(3))
    third.start()
    until("three members to share", lambda: shared(first, second, third))
    first.leave()
    until("the two that are left to share", lambda: shared(second, third))
    produce(lines[half:])
    members = [first, second, third]

    def all_seen():
        expect(not any(member.error for member in members), f"a member failed: {[m.error for m in members]}")
        return {dict(r.headers)["seq"] for m in members for r in m.records} >= {str(line.seq).encode() for line in lines}

    until("all records", all_seen)
    second.leave()
    third.leave()
    for member in members:
        expect(member.records, "a member got nothing")
    by_place = {(r.partition, r.offset): r for m in members for r in m.records}
    check([by_place[place] for place in sorted(by_place)], lines)


def main(scenarios):
    """Runs the scenarios that the command line names; `scenarios` maps a name to a function of (bootstrap, lines, topic)."""
    bootstrap, path, prefix, *names = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        lines = [Line(int(seq), key, text) for seq, key, text in (row.rstrip("\n").split("\t") for row in file)]
    for name in names:
        started = time.monotonic()
        Patience.seconds = Patience.IN_VAIN if name in os.environ.get("PEER_IN_VAIN", "").split() else Patience.ENOUGH
        try:
            scenarios[name](bootstrap, lines, prefix + name)
            print(f"ok {name} {time.monotonic() - started:.1f} s", flush=True)
        except Exception as error:
            traceback.print_exc(limit=8)
            reason = f"{type(error).__name__}: {error}".replace("\n", " ")
            print(f"fail {name} {reason}", flush=True)
