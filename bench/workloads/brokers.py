"""The brokers that are compared, each built or installed below cargo's target directory and started on loopback."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

from . import wire

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
KAFKA = "4.3.1"
TICKS = os.sysconf("SC_CLK_TCK")


def run(*command, **options):
    """Runs a command that must succeed; what it says is shown only when it does not."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def load_generator():
    """rdkafka_performance from the crate's sources, configured and made as its makers say."""
    build = TARGET / "bench" / "librdkafka"
    program = build / "examples" / "rdkafka_performance"
    if not program.exists():
        manifest = ROOT / "tests" / "peers" / "rdkafka" / "Cargo.toml"
        packages = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path", manifest))
        found = next(p for p in packages["packages"] if p["name"] == "rdkafka-sys")
        shutil.rmtree(build, ignore_errors=True)
        shutil.copytree(pathlib.Path(found["manifest_path"]).parent / "librdkafka", build)
        off = [f"--disable-{what}" for what in ("ssl", "gssapi", "sasl", "curl", "zstd", "lz4-ext")]
        run("bash", "./configure", *off, cwd=build)
        run("make", "-j2", "libs", cwd=build)
        run("make", "-C", "examples", "rdkafka_performance", cwd=build)
    return program


def kafka_jars():
    """The same directory that the tests install."""
    jars = TARGET / "peers" / "apache-kafka"
    if not any(jars.glob(f"kafka_2.13-{KAFKA}.jar")):
        names = [("org.apache.kafka", "kafka_2.13", KAFKA), ("org.apache.kafka", "kafka-tools", KAFKA)]
        names += [("org.apache.logging.log4j", name, "2.25.4") for name in ("log4j-slf4j-impl", "log4j-core")]
        parts = "".join(
            f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
            for g, a, v in names
        )
        jars.mkdir(parents=True, exist_ok=True)
        (jars / "pom.xml").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>sapwood.bench</groupId><artifactId>kafka</artifactId>"
            f"<version>1</version><dependencies>{parts}</dependencies></project>"
        )
        run("mvn", "-B", "-q", "-f", jars / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
    return jars


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Broker:
    """A broker that can be started and stopped. `sync` and `nosync` are the topic settings with which an ack waits for the disk,
    and does not."""

    sync, nosync = {}, {}
    reads = True

    def __init__(self, directory):
        self.port = free_port()
        self.directory = directory
        self.process = None
        directory.mkdir()
        self.made = self.command()

    def start(self):
        """Starts it, and waits until it answers."""
        self.begin(self.await_answer)
        return self

    def begin(self, wait):
        """Starts it, and says how many seconds `wait` took from then on."""
        started = time.monotonic()
        with (self.directory / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(self.made, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait()
        return time.monotonic() - started

    def await_answer(self):
        end = time.monotonic() + 120
        while not wire.serves(self.port):
            self.check_alive()
            if time.monotonic() > end:
                sys.exit(f"{self.name} does not serve:\n{self.said()}")
            time.sleep(0.1)

    def check_alive(self):
        if self.process.poll() is not None:
            sys.exit(f"{self.name} has ended:\n{self.said()}")

    def said(self):
        return (self.directory / "broker.log").read_text()[-3000:]

    def properties(self):
        controller = free_port()
        path = self.directory / "server.properties"
        path.write_text(
            f"process.roles=broker,controller\nnode.id=1\nlisteners=PLAINTEXT://127.0.0.1:{self.port},"
            f"CONTROLLER://127.0.0.1:{controller}\nadvertised.listeners=PLAINTEXT://127.0.0.1:{self.port}\n"
            f"controller.listener.names=CONTROLLER\ncontroller.quorum.bootstrap.servers=127.0.0.1:{controller}\n"
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
            f"log.dirs={self.directory / 'data'}\noffsets.topic.replication.factor=1\n"
        )
        return path

    def cpu(self):
        """Seconds of processor time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self):
        """Bytes of memory in use."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024

    def size(self):
        """Bytes of the program, where that is one file."""
        return None

    def create(self, topic, settings):
        wire.create_topic(self.port, topic, settings)

    def delete(self, topic):
        wire.delete_topic(self.port, topic)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()


class Sapwood(Broker):
    name = "sapwood"
    sync, nosync = {}, {"write.caching": "true"}

    def command(self):
        run("cargo", "build", "--release", "--locked", "--package", "sapwood", "--bin", "sapwood", cwd=ROOT)
        return [TARGET / "release" / "sapwood", "server", "start", "--config", self.properties()]

    def size(self):
        return (TARGET / "release" / "sapwood").stat().st_size


class Kafka(Broker):
    name = "kafka"
    sync, nosync = {"flush.messages": "1"}, {}

    def command(self):
        java, file = ["java", "-cp", f"{kafka_jars()}/*"], self.properties()
        identity = run(*java, "kafka.tools.StorageTool", "random-uuid").split()[-1]
        run(*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", identity, "-c", file)
        # The heap that Kafka's own start script asks for.
        return ["java", "-Xmx1G", "-Xms1G", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", *java[1:], "kafka.Kafka", file]


class Null(Broker):
    name = "null"
    reads = False

    def command(self):
        run("cargo", "build", "--release", "--locked", "--package", "sapwood-bench", "--example", "null-broker", cwd=ROOT)
        return [TARGET / "release" / "examples" / "null-broker", str(self.port), self.directory / "batches"]

    def create(self, topic, settings):
        pass

    def delete(self, topic):
        os.truncate(self.directory / "batches", 0)


BROKERS = {kind.name: kind for kind in (Sapwood, Kafka, Null)}
