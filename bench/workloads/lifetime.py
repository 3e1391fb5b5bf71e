"""W6 and W11: how long a start takes, and what a broker costs that does nothing."""

import time

from . import wire

PARTITIONS = 2000


def wait_for(broker, count):
    """Seconds until so many partitions have a leader, looked at every millisecond."""
    while (known := wire.leaders(broker.port)) is None or known < count:
        broker.check_alive()
        time.sleep(0.001)


def w6(broker, scale):
    """Start on an empty directory until the first Metadata answer; start after kill -9 with partitions of 5 KB each."""
    count = max(int(PARTITIONS * scale), 10)
    figures = {"W6 empty start ms": broker.begin(lambda: wait_for(broker, 0)) * 1000}
    wire.create_topic(broker.port, "many", {}, count)
    wait_for(broker, count)
    batch = wire.batch(b"x" * 5000)
    with wire.connect(broker.port) as connection:
        for first in range(0, count, 50):
            wire.produce(connection, "many", range(first, min(first + 50, count)), batch)
    broker.kill()
    figures[f"W6 start after kill -9, {count} partitions, ms"] = broker.begin(lambda: wait_for(broker, count)) * 1000
    return figures


def w11(broker, scale):
    """A broker that nobody asks anything: memory, and its share of one CPU over a minute."""
    broker.begin(lambda: wait_for(broker, 0))
    time.sleep(10)
    before, seconds = broker.cpu(), max(60 * scale, 5)
    time.sleep(seconds)
    figures = {
        "W11 idle RSS MB": broker.resident() / 1e6,
        "W11 idle CPU % of a core": (broker.cpu() - before) / seconds * 100,
    }
    if size := broker.size():
        figures["W11 program MB"] = size / 1e6
    return figures
