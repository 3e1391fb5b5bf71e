"""W1 to W5: what a fixed load costs, sent by librdkafka's rdkafka_performance."""

import os
import re
import tempfile
import time

from .brokers import run

GB = 1e9


class Load:
    """Runs rdkafka_performance against one broker and says what it cost."""

    def __init__(self, program, broker, scale):
        self.program, self.broker, self.scale = program, broker, scale
        self.topics = 0

    def topic(self, settings):
        os.sync()  # What an earlier workload, or another broker, has left to write would be paid for by this one.
        self.topics += 1
        name = f"bench-{os.getpid()}-{self.topics}"
        self.broker.create(name, settings)
        return name

    def perform(self, *arguments, **options):
        before, started = self.broker.cpu(), time.monotonic()
        said = run(self.program, "-b", f"127.0.0.1:{self.broker.port}", "-q", *map(str, arguments), **options)
        return self.broker.cpu() - before, time.monotonic() - started, said

    def produce(self, topic, size, count, acks, *settings):
        extra = [word for setting in settings for word in ("-X", setting)]
        command = ["-P", "-t", topic, "-p", 0, "-s", size, "-c", count, "-a", acks, *extra]
        cpu, seconds, said = self.perform(*command)
        # Its own clock starts with the first record, ours with the process.
        found = re.findall(r"(\d+) messages produced \(\d+ bytes\).*?(\d+) ms", said.replace("\n", " "))
        rate = re.findall(r"in (\d+)ms", said)
        if rate:
            seconds = max(int(rate[-1]), 1) / 1000
        elif found:
            seconds = max(int(found[-1][1]), 1) / 1000
        return cpu, seconds

    def counted(self, count):
        return max(int(count * self.scale), 1000)

    def w1(self):
        topic, count = self.topic(self.broker.nosync), self.counted(5_000_000)
        settings = ["linger.ms=5", "queue.buffering.max.messages=1000000", "batch.num.messages=10000"]
        cpu, seconds = self.produce(topic, 100, count, 1, *settings)
        self.broker.delete(topic)
        return {"W1 CPU-s/GB": cpu / (count * 100 / GB), "W1 records/s": count / seconds}

    def w2(self):
        """Leaves its topic for W4 to read."""
        figures, count = {}, self.counted(600_000)
        for label, config in (("", self.broker.sync), (" unsynced", self.broker.nosync)):
            if label and config == self.broker.sync:
                continue
            topic = self.topic(config)
            settings = ["linger.ms=5", "queue.buffering.max.messages=100000"]
            cpu, seconds = self.produce(topic, 1000, count, -1, *settings)
            figures[f"W2{label} CPU-s/GB"] = cpu / (count * 1000 / GB)
            figures[f"W2{label} MB/s"] = count * 1000 / 1e6 / seconds
            if label or not self.broker.nosync or not self.broker.reads:
                figures.update(self.w4(topic, count))
            self.broker.delete(topic)
        return figures

    def w3(self):
        figures = {}
        for flight, count in ((5, 100_000), (1, 50_000)):
            topic, count = self.topic(self.broker.nosync), self.counted(count)
            settings = ["linger.ms=0", "batch.num.messages=1", f"max.in.flight.requests.per.connection={flight}"]
            cpu, seconds = self.produce(topic, 100, count, 1, *settings)
            figures[f"W3 {flight} in flight CPU us/request"] = cpu * 1e6 / count
            figures[f"W3 {flight} in flight requests/s"] = count / seconds
            self.broker.delete(topic)
        return figures

    def w4(self, topic, count):
        """A catch-up read of what W2 has just written: it lies in the page cache."""
        if not self.broker.reads:
            return {}
        cpu, seconds, _ = self.perform("-C", "-t", topic, "-p", 0, "-o", "beginning", "-c", count)
        return {"W4 CPU-s/GB": cpu / (count * 1000 / GB), "W4 MB/s": count * 1000 / 1e6 / seconds}

    def w5(self):
        figures, count = {}, self.counted(20_000)
        for label, config in (("synced", self.broker.sync), ("unsynced", self.broker.nosync)):
            if label == "synced" and config == self.broker.nosync:
                continue
            topic = self.topic(config)
            with tempfile.NamedTemporaryFile("r", suffix=".latencies") as file:
                command = ["-P", "-t", topic, "-p", 0, "-s", 1000, "-c", count, "-a", -1, "-r", 1000, "-l", "-A", file.name]
                cpu, _, _ = self.perform(*command, "-X", "linger.ms=0")
                took = sorted(float(row) for row in re.findall(r"^([\d.]+)", file.read(), re.M))
            place = lambda share: took[min(int(len(took) * share), len(took) - 1)]
            figures[f"W5 {label} p50 us"] = place(0.50)
            figures[f"W5 {label} p99 us"] = place(0.99)
            figures[f"W5 {label} CPU us/record"] = cpu * 1e6 / count
            self.broker.delete(topic)
        return figures


WORKLOADS = {"W1": Load.w1, "W2": Load.w2, "W3": Load.w3, "W5": Load.w5}
