package rlsf;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Runs one judged program: {@code java rlsf.Driver main|cases cpuMs wallMs Class count arguments...}
 *
 * <p>The secret is read before any line of the program runs and lives in a local variable only, where
 * reflection does not reach. What stays possible: a program that loads native code of the JDK under
 * false names can search the memory for it. Assertions, unlike values, are evaluated in the program's
 * own process and are only as strong as that: it may switch them off in classes that are not yet in
 * use (those of its own class and of the cases are).
 */
final class Driver implements Runnable {
  private static boolean finished;

  private Driver() {}

  public static void main(String[] args) throws Throwable {
    Channels channels = Channels.open();
    byte[] secret = channels.secret();
    channels.seal();
    Rlsf.open(channels.results);
    Report.open(channels.stops);
    Watchdog.start(Long.parseLong(args[1]), Long.parseLong(args[2]));
    Thread atExit = new Thread(Thread.currentThread().getThreadGroup().getParent(), new Driver(), "rlsf-exit");
    Runtime.getRuntime().addShutdownHook(atExit);
    Report.mark("RLSF-READY");
    boolean isMain = args[0].equals("main");
    if (isMain) runMain(args[3], Arrays.copyOfRange(args, 5, args.length));
    else runCases(args[3], Integer.parseInt(args[4]), secret);
    finished = true;
    Rlsf.line(new String(secret, StandardCharsets.ISO_8859_1) + "!");
    // Threads that a test case leaves behind end with it; a program's own main is waited for as ever.
    if (!isMain) Runtime.getRuntime().exit(0);
  }

  private static void runMain(String name, String[] arguments) throws Throwable {
    Method main = Class.forName(name).getMethod("main", String[].class);
    main.setAccessible(true);
    try {
      main.invoke(null, (Object) arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  /** Each case has a result of its own, also behind one that failed. */
  private static void runCases(String name, int count, byte[] secret) throws Throwable {
    Method run = Class.forName(name).getDeclaredMethod("run", int.class);
    run.setAccessible(true);
    for (int i = 0; i < count; i++) {
      Rlsf.begin(i);
      try {
        run.invoke(null, i);
        Rlsf.line(new String(secret, StandardCharsets.ISO_8859_1) + "=" + i);
      } catch (InvocationTargetException wrapped) {
        Throwable thrown = wrapped.getCause();
        StackTraceElement[] frames = thrown.getStackTrace();
        // The judge knows the text of the line.
        if (thrown instanceof AssertionError && frames.length > 0 && frames[0].getClassName().equals(name))
          Rlsf.failed(String.valueOf(frames[0].getLineNumber()));
        else Report.thrown(Thread.currentThread(), thrown);
      }
    }
  }

  /** At the end: whoever called System.exit still stands in it. */
  @Override
  public void run() {
    if (!finished) Report.stacks("RLSF-EXIT", true);
  }
}
