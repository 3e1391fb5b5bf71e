// KafkaJS: the client of most Node services. Its codecs other than gzip come from packages that its users add.
"use strict";

const fs = require("fs");
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = require("kafkajs");
const snappy = require("kafkajs-snappy");
const lz4 = require("lz4-napi");
const { ZstdCodec } = require("zstd-codec");

CompressionCodecs[CompressionTypes.Snappy] = snappy;
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async (encoder) => lz4.compressFrame(encoder.buffer),
  decompress: async (buffer) => lz4.decompressFrame(buffer),
});
const zstd = new Promise((resolve) => ZstdCodec.run((loaded) => resolve(new loaded.Simple())));
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from((await zstd).compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from((await zstd).decompress(buffer)),
});

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

async function until(what, probe) {
  const end = Date.now() + 60_000;
  while (!(await probe())) {
    expect(Date.now() < end, `waited 60 s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Every line came back, as it was sent, and in order within its partition.
function check(records, lines) {
  const sent = new Map(lines.map((line) => [line.seq, line]));
  const byPlace = new Map(records.map((record) => [`${record.partition} ${record.offset}`, record]));
  const ordered = [...byPlace.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  const last = new Map();
  for (const record of ordered) {
    const seq = Number(record.headers.seq);
    const line = sent.get(seq);
    expect(line, `record ${seq} was never sent to this topic`);
    expect(record.key.toString() === line.key, `record ${seq} has the key ${record.key}`);
    expect(record.value.toString() === line.text, `record ${seq} has the value ${record.value}`);
    expect(record.headers.app.map(String).join() === "web,straße", `record ${seq} has the headers ${record.headers.app}`);
    expect(seq > (last.get(record.partition) ?? -1), `record ${seq} is out of order`);
    last.set(record.partition, seq);
    sent.delete(seq);
  }
  expect(sent.size === 0 && ordered.length === lines.length, `${ordered.length} of ${lines.length} records came back`);
}

class Session {
  constructor(bootstrap) {
    this.kafka = new Kafka({ clientId: "web", brokers: [bootstrap], logLevel: logLevel.NOTHING });
  }

  async admin(work) {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  create(topic, numPartitions = 3) {
    return this.admin((admin) => admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }));
  }

  async produce(topic, lines, { idempotent = false, ...options } = {}) {
    const producer = this.kafka.producer({ idempotent });
    await producer.connect();
    for (let start = 0; start < lines.length; start += 100) {
      const messages = lines.slice(start, start + 100).map((line) => ({
        key: line.key,
        value: line.text,
        headers: { seq: String(line.seq), app: ["web", "straße"] },
      }));
      await producer.send({ topic, messages, ...options });
    }
    await producer.disconnect();
  }

  async member(topic) {
    // It ends the fetch that is under way before it joins again or leaves: with its usual 5 s all that is done here is waiting.
    const prompt = { heartbeatInterval: 300, maxWaitTimeInMs: 300 };
    const consumer = this.kafka.consumer({ groupId: topic, rebalanceTimeout: 10_000, ...prompt });
    const member = { consumer, records: [], partitions: [] };
    consumer.on(consumer.events.GROUP_JOIN, (event) => {
      member.partitions = event.payload.memberAssignment[topic] ?? [];
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        member.records.push({ partition, offset: Number(message.offset), ...message, offset: Number(message.offset) });
      },
    });
    return member;
  }

  async readAll(topic, lines) {
    const member = await this.member(topic);
    await until("all records", () => member.records.length >= lines.length);
    await member.consumer.disconnect();
    check(member.records, lines);
  }
}

const codec = (compression) => async (session, lines, topic) => {
  await session.create(topic);
  await session.produce(topic, lines, { compression });
  await session.readAll(topic, lines);
};

async function acks(session, lines, topic) {
  await session.create(topic);
  const third = Math.floor(lines.length / 3);
  await session.produce(topic, lines.slice(0, third), { acks: -1 });
  await session.produce(topic, lines.slice(third, 2 * third), { acks: 1 });
  await session.produce(topic, lines.slice(2 * third), { acks: 0 });
  await session.readAll(topic, lines);
}

async function idempotent(session, lines, topic) {
  await session.create(topic);
  await session.produce(topic, lines, { idempotent: true });
  await session.readAll(topic, lines);
}

async function autoCreate(session, lines, topic) {
  await session.produce(topic, lines);
  await session.readAll(topic, lines);
}

async function group(session, lines, topic) {
  await session.create(topic, 6);
  const half = lines.length / 2;
  const shared = (...members) =>
    members.every((member) => member.partitions.length > 0) &&
    new Set(members.flatMap((member) => member.partitions)).size === 6 &&
    members.reduce((sum, member) => sum + member.partitions.length, 0) === 6;
  const members = [await session.member(topic), await session.member(topic)];
  await session.produce(topic, lines.slice(0, half));
  await until("two members to share", () => shared(...members));
  members.push(await session.member(topic));
  await until("three members to share", () => shared(...members));
  await members[0].consumer.disconnect();
  await until("the two that are left to share", () => shared(members[1], members[2]));
  await session.produce(topic, lines.slice(half));
  const seen = () => new Set(members.flatMap((member) => member.records.map((record) => Number(record.headers.seq)))).size;
  await until("all records", () => seen() === lines.length);
  await members[1].consumer.disconnect();
  await members[2].consumer.disconnect();
  check(members.flatMap((member) => member.records), lines);
}

async function commitResume(session, lines, topic) {
  await session.create(topic, 1);
  await session.produce(topic, lines);
  const half = lines.length / 2;
  await session.admin(async (admin) => {
    const partitions = [{ partition: 0, offset: String(half), metadata: "half-way: straße" }];
    await admin.setOffsets({ groupId: topic, topic, partitions });
    const [fetched] = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
    expect(Number(fetched.partitions[0].offset) === half, `committed ${fetched.partitions[0].offset}`);
  });
  await session.readAll(topic, lines.slice(half));
}

async function administration(session, lines, topic) {
  await session.create(topic, 2);
  await session.produce(topic, lines);
  await session.admin(async (admin) => {
    await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] });
    await until("four partitions", async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0].partitions.length === 4;
    });
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: "retention.ms", value: "3600000" }] }],
    });
    await until("the new setting", async () => {
      const { resources } = await admin.describeConfigs({ includeSynonyms: true, resources: [resource] });
      return resources[0].configEntries.some(({ configName, configValue }) => configName === "retention.ms" && configValue === "3600000");
    });
    const offsets = await admin.fetchTopicOffsets(topic);
    const written = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    expect(written === lines.length, `the offsets add up to ${written}`);
    const { brokers, clusterId } = await admin.describeCluster();
    expect(brokers.length === 1 && clusterId, "the cluster");
    const member = await session.member(topic);
    await until("all records", () => member.records.length >= lines.length);
    const { groups } = await admin.describeGroups([topic]);
    expect(groups[0].state === "Stable" && groups[0].members.length === 1, `the group is ${groups[0].state}`);
    await member.consumer.disconnect();
    const listed = await admin.listGroups();
    expect(listed.groups.some(({ groupId }) => groupId === topic), "the group is not listed");
    await admin.deleteGroups([topic]);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "-1" }] });
    const [first] = (await admin.fetchTopicOffsets(topic)).filter(({ partition }) => partition === 0);
    expect(first.low === first.high, `after DeleteRecords: ${first.low} to ${first.high}`);
    await admin.deleteTopics({ topics: [topic] });
    await until("the topic to go", async () => !(await admin.listTopics()).includes(topic));
  });
}

async function transactions(session, lines, topic) {
  await session.create(topic);
  const producer = session.kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1, retry: { retries: 2 } });
  await producer.connect();
  const transaction = await producer.transaction();
  const messages = lines.map((line) => ({ key: line.key, value: line.text, headers: { seq: String(line.seq), app: ["web", "straße"] } }));
  await transaction.send({ topic, messages });
  await transaction.commit();
  await producer.disconnect();
  await session.readAll(topic, lines);
}

const scenarios = {
  "codec-none": codec(CompressionTypes.None),
  "codec-gzip": codec(CompressionTypes.GZIP),
  "codec-snappy": codec(CompressionTypes.Snappy),
  "codec-lz4": codec(CompressionTypes.LZ4),
  "codec-zstd": codec(CompressionTypes.ZSTD),
  acks,
  idempotent,
  "auto-create": autoCreate,
  group,
  "commit-resume": commitResume,
  admin: administration,
  transactions,
};

async function main() {
  const [bootstrap, path, prefix, ...names] = process.argv.slice(2);
  const rows = fs.readFileSync(path, "utf8").trimEnd().split("\n");
  const lines = rows.map((row) => row.split("\t")).map(([seq, key, text]) => ({ seq: Number(seq), key, text }));
  for (const name of names) {
    try {
      await scenarios[name](new Session(bootstrap), lines, prefix + name);
      console.log(`ok ${name}`);
    } catch (error) {
      console.error(error);
      console.log(`fail ${name} ${String(error).replaceAll("\n", " ")}`);
    }
  }
  process.exit(0);
}

main();
