import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** What every Java peer shares: the records, the checks on what comes back, and the words that tell the outcome. */
final class Peer {
    record Line(int seq, String key, String text) {}

    interface Scenario {
        void run(String bootstrap, List<Line> lines, String topic) throws Exception;
    }

    private Peer() {}

    static void expect(boolean condition, String message) {
        if (!condition) throw new AssertionError(message);
    }

    static void until(String what, BooleanSupplier probe) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!probe.getAsBoolean()) {
            expect(System.nanoTime() < end, "waited 60 s in vain for " + what);
            Thread.sleep(20);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static int seq(ConsumerRecord<String, String> found) {
        return Integer.parseInt(new String(found.headers().lastHeader("seq").value(), StandardCharsets.UTF_8));
    }

    /** Every line came back once, as it was sent, and in order within its partition. Fed in order of offsets. */
    static void check(Iterable<ConsumerRecord<String, String>> records, List<Line> lines) {
        Map<Integer, Line> sent = new HashMap<>();
        for (Line line : lines) sent.put(line.seq(), line);
        Set<Integer> seen = new HashSet<>();
        Map<Integer, ConsumerRecord<String, String>> last = new HashMap<>();
        for (ConsumerRecord<String, String> found : records) {
            int seq = seq(found);
            Line line = sent.get(seq);
            expect(line != null, "record " + seq + " was never sent to this topic");
            expect(line.key().equals(found.key()), "record " + seq + " has the key " + found.key());
            expect(line.text().equals(found.value()), "record " + seq + " has the value " + found.value());
            Header[] headers = found.headers().toArray();
            expect(headers.length == 3 && Arrays.equals(headers[2].value(), bytes("straße")), "record " + seq + " has other headers");
            expect(seen.add(seq), "record " + seq + " came twice");
            ConsumerRecord<String, String> before = last.put(found.partition(), found);
            if (before != null) {
                expect(before.offset() < found.offset() && seq(before) < seq, "record " + seq + " is out of order");
            }
        }
        expect(seen.size() == lines.size(), seen.size() + " of " + lines.size() + " records came back");
    }

    /** Runs the scenarios that the command line names. */
    static void main(String[] arguments, Map<String, Scenario> scenarios) throws Exception {
        List<Line> lines = Files.readAllLines(Path.of(arguments[1])).stream().map(row -> {
            String[] fields = row.split("\t", 3);
            return new Line(Integer.parseInt(fields[0]), fields[1], fields[2]);
        }).toList();
        for (String name : Arrays.asList(arguments).subList(3, arguments.length)) {
            try {
                scenarios.get(name).run(arguments[0], lines, arguments[2] + name);
                System.out.println("ok " + name);
            } catch (Throwable error) {
                error.printStackTrace();
                System.out.println("fail " + name + " " + error.toString().replace('\n', ' '));
            }
        }
        System.exit(0);
    }
}
