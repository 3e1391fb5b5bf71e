"""Requests by hand, for what no load generator asks: few bytes, oldest versions, one connection each."""

import socket
import struct
import sys
import time

PRODUCE, METADATA, API_VERSIONS, CREATE_TOPICS, DELETE_TOPICS = 0, 3, 18, 19, 20
FIND_COORDINATOR, JOIN_GROUP, HEARTBEAT, SYNC_GROUP = 10, 11, 12, 14


def text(value):
    value = value.encode()
    return struct.pack(">h", len(value)) + value


def data(value):
    return struct.pack(">i", len(value)) + value


def frame(key, version, body):
    head = struct.pack(">hhi", key, version, 7) + text("bench")
    return data(head + body)


def connect(port, timeout=60):
    connection = socket.create_connection(("127.0.0.1", port), timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive(connection):
    """One answer, without its correlation id."""
    answer = b""
    while len(answer) < 4:
        piece = connection.recv(4 - len(answer))
        if not piece:
            raise ConnectionError("the broker closed the connection")
        answer += piece
    size, answer = struct.unpack(">i", answer)[0], b""
    while len(answer) < size:
        piece = connection.recv(size - len(answer))
        if not piece:
            raise ConnectionError("the broker closed the connection")
        answer += piece
    return Reader(answer[4:])


def ask(connection, key, version, body):
    connection.sendall(frame(key, version, body))
    return receive(connection)


class Reader:
    """Reads an answer from its front."""

    def __init__(self, rest):
        self.rest = rest

    def take(self, form):
        size = struct.calcsize(form)
        values, self.rest = struct.unpack(form, self.rest[:size]), self.rest[size:]
        return values[0]

    def int8(self):
        return self.take(">b")

    def int16(self):
        return self.take(">h")

    def int32(self):
        return self.take(">i")

    def bytes(self, size):
        value, self.rest = self.rest[: max(size, 0)], self.rest[max(size, 0) :]
        return value

    def text(self):
        return self.bytes(self.int16()).decode()

    def data(self):
        return self.bytes(self.int32())

    def list(self, read):
        return [read() for _ in range(self.int32())]


def serves(port):
    """Whether the broker answers ApiVersions."""
    try:
        with connect(port, 5) as connection:
            ask(connection, API_VERSIONS, 0, b"")
        return True
    except OSError:
        return False


def leaders(port, timeout=5):
    """How many partitions have a leader and no error, by Metadata version 1; None while nobody answers."""
    try:
        with connect(port, timeout) as connection:
            answer = ask(connection, METADATA, 1, struct.pack(">i", -1))
    except OSError:
        return None
    answer.list(lambda: (answer.int32(), answer.text(), answer.int32(), answer.text()))
    answer.int32()
    well = 0

    def partition():
        nonlocal well
        error, _, leader = answer.int16(), answer.int32(), answer.int32()
        answer.list(answer.int32), answer.list(answer.int32)
        well += error == 0 and leader >= 0

    answer.list(lambda: (answer.int16(), answer.text(), answer.int8(), answer.list(partition)))
    return well


def create_topic(port, topic, settings, partitions=1):
    """CreateTopics, version 2."""
    configs = b"".join(text(key) + text(value) for key, value in settings.items())
    body = struct.pack(">i", 1) + text(topic) + struct.pack(">ihi", partitions, 1, 0)
    body += struct.pack(">i", len(settings)) + configs + struct.pack(">ib", 60_000, 0)
    with connect(port) as connection:
        answer = ask(connection, CREATE_TOPICS, 2, body)
    answer.int32(), answer.int32(), answer.text()
    check(answer.int16(), f"create {topic}")


def delete_topic(port, topic):
    """DeleteTopics, version 1."""
    with connect(port) as connection:
        answer = ask(connection, DELETE_TOPICS, 1, struct.pack(">i", 1) + text(topic) + struct.pack(">i", 30_000))
    answer.int32(), answer.int32(), answer.text()
    check(answer.int16(), f"delete {topic}")


def produce(connection, topic, partitions, batch):
    """The same batch into each of these partitions, by Produce version 3, acknowledged by the leader. A new partition may not be
    open yet, whatever Metadata says; those are written to again."""
    each = b"".join(struct.pack(">i", index) + data(batch) for index in partitions)
    body = struct.pack(">hhii", -1, 1, 60_000, 1) + text(topic) + struct.pack(">i", len(partitions)) + each
    answer = ask(connection, PRODUCE, 3, body)

    def partition():
        index, error = answer.int32(), answer.int16()
        answer.take(">q"), answer.take(">q")
        return index, error

    again = []
    for _, errors in answer.list(lambda: (answer.text(), answer.list(partition))):
        for index, error in errors:
            if error in (3, 5, 6):
                again.append(index)
            else:
                check(error, f"write to {topic}")
    if again:
        time.sleep(0.05)
        produce(connection, topic, again, batch)


def batch(value):
    """A batch of one record without a key."""
    varint = lambda number: _varint(number << 1 if number >= 0 else (-number << 1) - 1)
    record = b"\0" + varint(0) + varint(0) + varint(-1) + varint(len(value)) + value + varint(0)
    record = varint(len(record)) + record
    now = 1_700_000_000_000
    body = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + record
    return struct.pack(">qiibI", 0, len(body) + 9, -1, 2, _crc32c(body)) + body


def _varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _crc32c(bytes_):
    crc = 0xFFFFFFFF
    for byte in bytes_:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def check(error, what):
    if error != 0:
        sys.exit(f"cannot {what}: error {error}")
