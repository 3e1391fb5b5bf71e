import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's own command line tools, one after the other, in one virtual machine.
 *
 * <p>Each line on standard input is a command: a class and its arguments, separated by U+0001. For each there is one line
 * on standard output: the exit code, and what the tool printed to standard output and to standard error, both in Base64.
 */
public final class KafkaTools {
    /** Thrown where a tool would have ended the process. */
    private static final class Ended extends RuntimeException {}

    private static final class Capture {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private Integer code;
        private byte[] outAtEnd;
        private byte[] errAtEnd;

        /** Only the first end counts: a tool may catch ours and go on. */
        synchronized void end(int code) {
            if (this.code == null) {
                System.out.flush();
                System.err.flush();
                this.code = code;
                outAtEnd = out.toByteArray();
                errAtEnd = err.toByteArray();
            }
        }

        synchronized String told() {
            Base64.Encoder base64 = Base64.getEncoder();
            return code + " " + base64.encodeToString(outAtEnd) + " " + base64.encodeToString(errAtEnd);
        }
    }

    /** The tool that runs now; none between two commands. */
    private static Capture running;

    /**
     * Some tools leave their end to a library, which knows nothing of Kafka's procedures. Only a security manager hears of
     * that, for as long as Java still has one.
     */
    @SuppressWarnings("removal")
    private static void hearOfExits() {
        java.security.Policy.setPolicy(
                new java.security.Policy() {
                    @Override
                    public boolean implies(
                            java.security.ProtectionDomain domain, java.security.Permission permission) {
                        return true;
                    }
                });
        System.setSecurityManager(
                new SecurityManager() {
                    @Override
                    public void checkExit(int code) {
                        if (running != null) {
                            running.end(code);
                            throw new Ended();
                        }
                    }

                    @Override
                    public void checkPermission(java.security.Permission permission) {}
                });
    }

    public static void main(String[] args) throws Exception {
        hearOfExits();
        PrintStream answers = System.out;
        BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        // The commands are not for the tools to read.
        System.setIn(java.io.InputStream.nullInputStream());
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(run(line.split("\u0001", -1)));
            answers.flush();
        }
        System.exit(0);
    }

    /** What a tool leaves for the end of the process is done when it has come to the end of its own. */
    @SuppressWarnings("unchecked")
    private static void runShutdownHooks() throws ReflectiveOperationException {
        Field field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        field.setAccessible(true);
        Map<Thread, Thread> hooks = (Map<Thread, Thread>) field.get(null);
        for (Thread hook : List.copyOf(hooks.keySet())) {
            Runtime.getRuntime().removeShutdownHook(hook);
            hook.run();
        }
    }

    private static String run(String[] words) {
        Capture capture = new Capture();
        running = capture;
        PrintStream out = System.out;
        PrintStream err = System.err;
        System.setOut(new PrintStream(capture.out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(capture.err, true, StandardCharsets.UTF_8));
        Exit.Procedure end = (code, message) -> {
            capture.end(code);
            throw new Ended();
        };
        Exit.setExitProcedure(end);
        Exit.setHaltProcedure(end);
        try {
            Class.forName(words[0])
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) Arrays.copyOfRange(words, 1, words.length));
            runShutdownHooks();
            capture.end(0);
        } catch (InvocationTargetException thrown) {
            // Where the tool's own code ends the process, this is our own exception and the end is known.
            System.err.print("Exception in thread \"main\" ");
            thrown.getCause().printStackTrace();
            capture.end(1);
        } catch (ReflectiveOperationException missing) {
            missing.printStackTrace();
            capture.end(1);
        } finally {
            running = null;
            System.setOut(out);
            System.setErr(err);
        }
        return capture.told();
    }
}
