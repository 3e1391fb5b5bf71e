"""W7 and W8: very many connections, and a group of very many members."""

import selectors
import socket
import struct
import time

from . import wire
from .lifetime import wait_for

CONNECTIONS = 9000
MEMBERS, PARTITIONS = 500, 1000
SESSION_MS, REBALANCE_MS = 10_000, 60_000


def w7(broker, scale):
    """Connections that say nothing: what each costs to accept, and to keep."""
    broker.begin(lambda: wait_for(broker, 0))
    time.sleep(2)
    count = max(int(CONNECTIONS * scale), 100)
    cpu, memory = broker.cpu(), broker.resident()
    connections = []
    try:
        for _ in range(count):
            connections.append(socket.create_connection(("127.0.0.1", broker.port), 60))
        time.sleep(2)
        return {
            "W7 CPU us to accept": (broker.cpu() - cpu) * 1e6 / count,
            "W7 KB each": max(broker.resident() - memory, 0) / 1e3 / count,
        }
    finally:
        for connection in connections:
            connection.close()


class Member:
    """One of a group: what it asks, and which answer it waits for. Classic protocol, versions 1 and 0."""

    def __init__(self, port, group):
        self.group = group
        self.connection = wire.connect(port)
        self.connection.setblocking(True)
        self.id, self.generation, self.state, self.beat = "", -1, "", 0.0

    def join(self):
        protocols = struct.pack(">i", 1) + wire.text("range") + wire.data(b"\0\1\0\0\0\1" + wire.text("crowd") + b"\xff\xff\xff\xff")
        body = wire.text(self.group) + struct.pack(">ii", SESSION_MS, REBALANCE_MS)
        body += wire.text(self.id) + wire.text("consumer") + protocols
        self.send(wire.JOIN_GROUP, 1, body, "joining")

    def sync(self, shares):
        each = b"".join(wire.text(member) + wire.data(share) for member, share in shares)
        body = wire.text(self.group) + struct.pack(">i", self.generation) + wire.text(self.id)
        self.send(wire.SYNC_GROUP, 0, body + struct.pack(">i", len(shares)) + each, "syncing")

    def heartbeat(self):
        self.beat = time.monotonic()
        body = wire.text(self.group) + struct.pack(">i", self.generation) + wire.text(self.id)
        self.send(wire.HEARTBEAT, 0, body, "beating")

    def send(self, key, version, body, state):
        self.state = state
        self.connection.sendall(wire.frame(key, version, body))

    def hear(self):
        """One answer, and what follows from it."""
        answer = wire.receive(self.connection)
        if self.state == "joining":
            error, self.generation = answer.int16(), answer.int32()
            wire.check(error, "join")
            answer.text()
            leader, self.id = answer.text(), answer.text()
            members = answer.list(lambda: (answer.text(), answer.data())[0])
            self.sync(shared(members) if leader == self.id else [])
        elif self.state == "syncing":
            error = answer.int16()
            self.join() if error == 27 else self.settle(error)
        else:
            error = answer.int16()
            self.join() if error in (22, 27) else self.settle(error)

    def settle(self, error):
        wire.check(error, self.state)
        self.state = "settled"


def shared(members):
    """Every partition to a member in turn, as an assignment of a consumer."""
    shares = []
    for place, member in enumerate(members):
        own = range(place, PARTITIONS, len(members))
        share = struct.pack(">hi", 0, 1) + wire.text("crowd") + struct.pack(">i", len(own))
        shares.append((member, share + b"".join(struct.pack(">i", index) for index in own) + b"\xff\xff\xff\xff"))
    return shares


def settle(members, generation):
    """Serves all members until each has its share of a generation beyond `generation`."""
    with selectors.DefaultSelector() as selector:
        for member in members:
            selector.register(member.connection, selectors.EVENT_READ, member)
        while not all(member.state == "settled" and member.generation > generation for member in members):
            for key, _ in selector.select(0.05):
                key.data.hear()
            for member in members:
                if member.state == "settled" and time.monotonic() - member.beat > 1:
                    member.heartbeat()


def w8(broker, scale):
    """A classic group: from the last join until all have their share, and from the death of one until all have theirs again."""
    broker.begin(lambda: wait_for(broker, 0))
    wire.create_topic(broker.port, "crowd", {}, PARTITIONS)
    wait_for(broker, PARTITIONS)
    await_coordinator(broker, "crowd")
    members = [Member(broker.port, "crowd") for _ in range(max(int(MEMBERS * scale), 10))]
    for member in members:
        member.join()
    started = time.monotonic()
    settle(members, -1)
    figures = {"W8 all assigned after the last join s": time.monotonic() - started}
    generation = max(member.generation for member in members)
    gone = members.pop()
    gone.connection.close()
    started = time.monotonic()
    settle(members, generation)
    figures["W8 all assigned after a death s"] = time.monotonic() - started
    for member in members:
        member.connection.close()
    return figures


def await_coordinator(broker, group):
    """The first question makes the broker create the topic of the offsets."""
    while True:
        with wire.connect(broker.port) as connection:
            if wire.ask(connection, wire.FIND_COORDINATOR, 0, wire.text(group)).int16() == 0:
                break
        time.sleep(0.05)
    # A coordinator that still loads says so to the first join.
    with wire.connect(broker.port) as connection:
        body = wire.text(group) + struct.pack(">i", -1) + wire.text("nobody")
        while wire.ask(connection, wire.HEARTBEAT, 0, body).int16() in (14, 15, 16):
            time.sleep(0.05)
