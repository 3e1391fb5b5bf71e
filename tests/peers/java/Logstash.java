import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * What Logstash's Kafka plugin does, with the settings that it hands to the Java client: its output sends a batch and waits for
 * each record; its input is a few consumers, each in a thread, in one group.
 */
public final class Logstash {
    /** The output's batch: what a pipeline worker collects. */
    private static final int BATCH = 125;

    private final String bootstrap;

    private Logstash(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** The output plugin's settings when its user names only the servers and the topic. */
    private Properties output() {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "1");
        settings.put("batch.size", "16384");
        settings.put("buffer.memory", "33554432");
        settings.put("client.dns.lookup", "use_all_dns_ips");
        settings.put("client.id", "logstash");
        settings.put("compression.type", "none");
        settings.put("connections.max.idle.ms", "540000");
        settings.put("linger.ms", "5");
        settings.put("max.request.size", "1048576");
        settings.put("metadata.max.age.ms", "300000");
        settings.put("receive.buffer.bytes", "32768");
        settings.put("reconnect.backoff.ms", "50");
        settings.put("request.timeout.ms", "40000");
        settings.put("retry.backoff.ms", "100");
        settings.put("send.buffer.bytes", "131072");
        settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        return settings;
    }

    /** The input plugin's settings when its user names only the servers, the topic and the group. */
    private Properties input(String group, int thread) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("allow.auto.create.topics", "true");
        settings.put("auto.commit.interval.ms", "5000");
        settings.put("auto.offset.reset", "earliest");
        settings.put("check.crcs", "true");
        settings.put("client.dns.lookup", "use_all_dns_ips");
        settings.put("client.id", "logstash-" + thread);
        settings.put("connections.max.idle.ms", "540000");
        settings.put("enable.auto.commit", "true");
        settings.put("fetch.max.bytes", "52428800");
        settings.put("fetch.max.wait.ms", "500");
        settings.put("group.id", group);
        settings.put("heartbeat.interval.ms", "3000");
        settings.put("isolation.level", "read_uncommitted");
        settings.put("max.partition.fetch.bytes", "1048576");
        settings.put("max.poll.interval.ms", "300000");
        settings.put("max.poll.records", "500");
        settings.put("metadata.max.age.ms", "300000");
        settings.put("receive.buffer.bytes", "32768");
        settings.put("reconnect.backoff.ms", "50");
        settings.put("request.timeout.ms", "40000");
        settings.put("retry.backoff.ms", "100");
        settings.put("send.buffer.bytes", "131072");
        settings.put("session.timeout.ms", "10000");
        settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        settings.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        return settings;
    }

    /** The output's loop: the whole batch is sent, then each record is waited for. */
    private void ship(Properties settings, String topic, List<Peer.Line> lines) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            for (int start = 0; start < lines.size(); start += BATCH) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (Peer.Line line : lines.subList(start, Math.min(start + BATCH, lines.size()))) {
                    sent.add(producer.send(toRecord(topic, line)));
                }
                for (Future<RecordMetadata> one : sent) one.get();
            }
        }
    }

    private static ProducerRecord<String, String> toRecord(String topic, Peer.Line line) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, line.key(), line.text());
        record.headers().add("seq", Peer.bytes(Integer.toString(line.seq()))).add("app", Peer.bytes("web"));
        record.headers().add("app", Peer.bytes("straße"));
        return record;
    }

    private void create(String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.of((short) 1)))).all().get();
        }
    }

    /** One consumer thread of the input. */
    private static final class Indexer extends Thread {
        final KafkaConsumer<String, String> consumer;
        final ConcurrentLinkedQueue<ConsumerRecord<String, String>> records = new ConcurrentLinkedQueue<>();
        final boolean commits;
        volatile Set<TopicPartition> assigned = Set.of();
        volatile Throwable error;

        Indexer(Properties settings, Pattern topics) {
            consumer = new KafkaConsumer<>(settings);
            commits = settings.get("enable.auto.commit").equals("false");
            consumer.subscribe(topics);
            start();
        }

        Indexer(Properties settings, String topic) {
            consumer = new KafkaConsumer<>(settings);
            commits = settings.get("enable.auto.commit").equals("false");
            consumer.subscribe(List.of(topic));
            start();
        }

        @Override
        public void run() {
            try {
                while (true) {
                    int before = records.size();
                    for (ConsumerRecord<String, String> found : consumer.poll(Duration.ofMillis(100))) records.add(found);
                    assigned = new HashSet<>(consumer.assignment());
                    if (commits && records.size() > before) consumer.commitSync();
                }
            } catch (WakeupException told) {
                // The pipeline stops: leave the group.
            } catch (Throwable problem) {
                error = problem;
            } finally {
                consumer.close();
                assigned = Set.of();
            }
        }

        void leave() throws InterruptedException {
            consumer.wakeup();
            join(60_000);
            Peer.expect(!isAlive(), "a consumer does not close");
            Peer.expect(error == null, "a consumer failed: " + error);
        }
    }

    private static boolean share(int partitions, Indexer... indexers) {
        Set<TopicPartition> all = new HashSet<>();
        int count = 0;
        for (Indexer indexer : indexers) {
            if (indexer.error != null) throw new AssertionError("a consumer failed", indexer.error);
            if (indexer.assigned.isEmpty()) return false;
            all.addAll(indexer.assigned);
            count += indexer.assigned.size();
        }
        return count == partitions && all.size() == partitions;
    }

    private static List<ConsumerRecord<String, String>> ordered(Indexer... indexers) {
        Map<String, ConsumerRecord<String, String>> byPlace = new TreeMap<>();
        for (Indexer indexer : indexers) {
            for (ConsumerRecord<String, String> found : indexer.records) {
                byPlace.put(String.format("%s %05d %012d", found.topic(), found.partition(), found.offset()), found);
            }
        }
        return new ArrayList<>(byPlace.values());
    }

    /** Three consumer threads share eight partitions; one stops and its partitions go to the others; nothing is left out. */
    private void threads(String topic, List<Peer.Line> lines, Map<String, String> changes, boolean instances) throws Exception {
        create(topic, 8);
        Indexer[] indexers = new Indexer[3];
        for (int thread = 0; thread < 3; thread++) {
            Properties settings = input(topic, thread);
            settings.putAll(changes);
            if (instances) settings.put("group.instance.id", "logstash-" + thread + "-i");
            indexers[thread] = new Indexer(settings, topic);
        }
        ship(output(), topic, lines.subList(0, lines.size() / 2));
        Peer.until("three threads to share", () -> share(8, indexers));
        Indexer[] left = {indexers[1], indexers[2]};
        indexers[0].leave();
        if (!instances) Peer.until("the two that are left to share", () -> share(8, left));
        else indexers[0] = again(topic, changes, indexers[0]);
        ship(output(), topic, lines.subList(lines.size() / 2, lines.size()));
        Peer.until("all records", () -> ordered(indexers).size() >= lines.size());
        for (Indexer indexer : indexers) indexer.leave();
        Peer.check(ordered(indexers), lines);
    }

    /** A static member that comes back takes up its own partitions, and the others keep theirs. */
    private Indexer again(String topic, Map<String, String> changes, Indexer before) throws Exception {
        Properties settings = input(topic, 0);
        settings.putAll(changes);
        settings.put("group.instance.id", "logstash-0-i");
        Indexer after = new Indexer(settings, topic);
        after.records.addAll(before.records);
        Peer.until("the member to be back", () -> !after.assigned.isEmpty());
        return after;
    }

    private static Peer.Scenario assignor(String simpleName) {
        String name = "org.apache.kafka.clients.consumer." + simpleName;
        Map<String, String> changes = Map.of("partition.assignment.strategy", name, "heartbeat.interval.ms", "300");
        return (bootstrap, lines, topic) -> new Logstash(bootstrap).threads(topic, lines, changes, false);
    }

    private static Peer.Scenario codec(String name) {
        return (bootstrap, lines, topic) -> {
            Logstash logstash = new Logstash(bootstrap);
            Properties settings = logstash.output();
            settings.put("compression.type", name);
            logstash.create(topic, 3);
            logstash.ship(settings, topic, lines);
            logstash.readAll(topic, lines);
        };
    }

    private void readAll(String topic, List<Peer.Line> lines) throws Exception {
        Indexer indexer = new Indexer(input(topic, 0), topic);
        Peer.until("all records", () -> indexer.error != null || indexer.records.size() >= lines.size());
        indexer.leave();
        Peer.check(ordered(indexer), lines);
    }

    /** acks=all makes the client idempotent by itself. */
    private static void acksAll(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        Properties settings = logstash.output();
        settings.put("acks", "all");
        logstash.ship(settings, topic, lines);
        logstash.readAll(topic, lines);
    }

    /** Nobody made the topic: the output's first Metadata request does, and the input waits for it. */
    private static void autoCreate(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        Properties settings = logstash.input(topic, 0);
        settings.put("metadata.max.age.ms", "500");
        Indexer indexer = new Indexer(settings, topic);
        logstash.ship(logstash.output(), topic, lines);
        Peer.until("all records", () -> indexer.error != null || indexer.records.size() >= lines.size());
        indexer.leave();
        Peer.check(ordered(indexer), lines);
    }

    /** topics_pattern: topics that match are read, also one made later, and no other. */
    private static void pattern(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        logstash.create(topic + ".one", 2);
        logstash.create("other-" + topic, 2);
        Properties settings = logstash.input(topic, 0);
        settings.put("metadata.max.age.ms", "500");
        Indexer indexer = new Indexer(settings, Pattern.compile(Pattern.quote(topic) + "\\..*"));
        int half = lines.size() / 2;
        logstash.ship(logstash.output(), topic + ".one", lines.subList(0, half));
        logstash.ship(logstash.output(), "other-" + topic, lines);
        Peer.until("the topic that was there", () -> indexer.records.size() >= half);
        logstash.create(topic + ".two", 2);
        logstash.ship(logstash.output(), topic + ".two", lines.subList(half, lines.size()));
        Peer.until("the topic that came later", () -> indexer.records.size() >= lines.size());
        indexer.leave();
        Map<String, List<ConsumerRecord<String, String>>> byTopic = new LinkedHashMap<>();
        for (ConsumerRecord<String, String> found : ordered(indexer)) {
            byTopic.computeIfAbsent(found.topic(), name -> new ArrayList<>()).add(found);
        }
        Peer.expect(byTopic.keySet().equals(Set.of(topic + ".one", topic + ".two")), "topics read: " + byTopic.keySet());
        Peer.check(byTopic.get(topic + ".one"), lines.subList(0, half));
        Peer.check(byTopic.get(topic + ".two"), lines.subList(half, lines.size()));
    }

    /** enable_auto_commit off: the input commits after each batch; who comes next starts where it stopped. */
    private static void manualCommit(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        logstash.create(topic, 3);
        Properties settings = logstash.input(topic, 0);
        settings.put("enable.auto.commit", "false");
        int half = lines.size() / 2;
        logstash.ship(logstash.output(), topic, lines.subList(0, half));
        Indexer first = new Indexer(settings, topic);
        Peer.until("the first half", () -> first.records.size() >= half);
        first.leave();
        logstash.ship(logstash.output(), topic, lines.subList(half, lines.size()));
        Indexer second = new Indexer(settings, topic);
        Peer.until("the second half", () -> second.records.size() >= lines.size() - half);
        second.leave();
        Peer.check(ordered(first), lines.subList(0, half));
        Peer.check(ordered(second), lines.subList(half, lines.size()));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(topic).partitionsToOffsetAndMetadata().get();
            long sum = committed.values().stream().mapToLong(OffsetAndMetadata::offset).sum();
            Peer.expect(sum == lines.size(), "committed in all: " + sum);
        }
    }

    /** Two pipelines with the same group_instance_id: the older one is fenced and says so. */
    private static void fenced(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        logstash.create(topic, 2);
        Properties settings = logstash.input(topic, 0);
        settings.put("group.instance.id", "same-i");
        settings.put("heartbeat.interval.ms", "300");
        Indexer first = new Indexer(settings, topic);
        Peer.until("the first one's partitions", () -> first.assigned.size() == 2);
        Indexer second = new Indexer(settings, topic);
        Peer.until("the first one to be fenced", () -> first.error instanceof FencedInstanceIdException);
        Peer.until("the second one's partitions", () -> second.assigned.size() == 2);
        second.leave();
    }

    /** A record larger than the broker takes is refused by name, and the next one is taken. */
    private static void tooLarge(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        logstash.create(topic, 1);
        Properties settings = logstash.output();
        settings.put("max.request.size", "4000000");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            String large = "x".repeat(2_000_000);
            try {
                producer.send(new ProducerRecord<>(topic, large)).get();
                throw new AssertionError("a record of 2 MB was taken");
            } catch (ExecutionException error) {
                String name = error.getCause().getClass().getSimpleName();
                Peer.expect(name.equals("RecordTooLargeException"), "refused with " + name);
            }
            RecordMetadata place = producer.send(new ProducerRecord<>(topic, "small")).get();
            Peer.expect(place.offset() == 0, "the first record lies at " + place.offset());
        }
    }

    private static void transactions(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        logstash.create(topic, 3);
        Properties settings = logstash.output();
        settings.put("acks", "all");
        settings.put("transactional.id", topic);
        settings.put("max.block.ms", "10000");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Peer.Line line : lines) producer.send(toRecord(topic, line));
            producer.commitTransaction();
        }
        logstash.readAll(topic, lines);
    }

    private static void kip848(String bootstrap, List<Peer.Line> lines, String topic) throws Exception {
        Logstash logstash = new Logstash(bootstrap);
        logstash.create(topic, 3);
        logstash.ship(logstash.output(), topic, lines);
        Properties settings = logstash.input(topic, 0);
        settings.put("group.protocol", "consumer");
        settings.remove("heartbeat.interval.ms");
        settings.remove("session.timeout.ms");
        Indexer indexer = new Indexer(settings, topic);
        Peer.until("all records", () -> indexer.error != null || indexer.records.size() >= lines.size());
        indexer.leave();
        Peer.check(ordered(indexer), lines);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, Peer.Scenario> scenarios = new LinkedHashMap<>();
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) scenarios.put("codec-" + codec, codec(codec));
        scenarios.put("threads-range", assignor("RangeAssignor"));
        scenarios.put("threads-round-robin", assignor("RoundRobinAssignor"));
        scenarios.put("threads-sticky", assignor("StickyAssignor"));
        scenarios.put("threads-cooperative-sticky", assignor("CooperativeStickyAssignor"));
        scenarios.put("threads-static", (bootstrap, lines, topic) ->
            new Logstash(bootstrap).threads(topic, lines, Map.of("heartbeat.interval.ms", "300"), true));
        scenarios.put("acks-all", Logstash::acksAll);
        scenarios.put("auto-create", Logstash::autoCreate);
        scenarios.put("topics-pattern", Logstash::pattern);
        scenarios.put("manual-commit", Logstash::manualCommit);
        scenarios.put("fenced", Logstash::fenced);
        scenarios.put("too-large", Logstash::tooLarge);
        scenarios.put("transactions", Logstash::transactions);
        scenarios.put("group-kip848", Logstash::kip848);
        Peer.main(arguments, scenarios);
    }
}
