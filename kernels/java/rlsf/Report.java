package rlsf;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stacks for the judge, in Java's own words, each behind a marker on a channel of its own: what ended
 * a thread, where a limit or an exit found the program. Bounded, so that they never reach the limit on
 * output by themselves.
 */
final class Report implements Thread.UncaughtExceptionHandler {
  private static final int MOST_REPORTS = 10;
  private static final int MOST_FRAMES = 60;
  private static PrintStream stops;
  private static int reports;
  /** Let go when the heap is full, so that the rest can be told. */
  private static byte[] reserve = new byte[1 << 20];

  private Report() {}

  static void open(PrintStream stream) {
    stops = stream;
    Thread.setDefaultUncaughtExceptionHandler(new Report());
  }

  @Override
  public void uncaughtException(Thread thread, Throwable thrown) {
    thrown(thread, thrown);
  }

  static synchronized void mark(String word) {
    stops.print(word + "\n");
    stops.flush();
  }

  /** An exception that nobody caught: to the judge, and to stderr as Java does it. */
  static void thrown(Thread thread, Throwable thrown) {
    // Thread.stop: Java says nothing either.
    if (thrown.getClass().getName().equals("java.lang.ThreadDeath")) return;
    if (!tell(thread, thrown)) return;
    System.err.print("Exception in thread \"" + thread.getName() + "\" ");
    thrown.printStackTrace();
  }

  private static synchronized boolean tell(Thread thread, Throwable thrown) {
    reserve = null;
    if (reports++ >= MOST_REPORTS) return false;
    trim(thrown);
    StringBuilder text = new StringBuilder("RLSF-THROWN\nException in thread \"");
    text.append(oneLine(thread.getName())).append("\" ");
    describe(thrown, text, 0);
    mark(text.append("RLSF-END").toString());
    return true;
  }

  /** Where all threads are that run the program's own code, the main one first. */
  static synchronized void stacks(String marker, boolean exitOnly) {
    reserve = null;
    StringBuilder text = new StringBuilder(marker).append('\n');
    Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
    List<Thread> threads = new ArrayList<>(all.keySet());
    threads.sort(Comparator.comparingLong(Thread::getId));
    for (Thread thread : threads) {
      StackTraceElement[] frames = withoutOurs(all.get(thread));
      if (Arrays.stream(frames).noneMatch(Report::isUsers)) continue;
      if (exitOnly && Arrays.stream(frames).noneMatch(Report::isExit)) continue;
      text.append('"').append(oneLine(thread.getName())).append("\"\n");
      frames(frames, text);
    }
    mark(text.append("RLSF-END").toString());
  }

  static boolean isUsers(StackTraceElement frame) {
    return frame.getModuleName() == null && !frame.getClassName().startsWith("rlsf.");
  }

  private static boolean isExit(StackTraceElement frame) {
    return frame.getClassName().equals("java.lang.Runtime") && frame.getMethodName().equals("exit");
  }

  /** Our own frames below the program's do not concern a reader; a loop of calls is told in short. */
  private static void trim(Throwable first) {
    IdentityHashMap<Throwable, Boolean> seen = new IdentityHashMap<>();
    for (Throwable one = first; one != null && seen.put(one, true) == null; one = causeOf(one)) {
      List<StackTraceElement> kept = new ArrayList<>();
      for (StackTraceElement frame : withoutOurs(one.getStackTrace()))
        if (kept.size() < MOST_FRAMES && (kept.size() < MOST_FRAMES / 2 || isUsers(frame))) kept.add(frame);
      one.setStackTrace(kept.toArray(new StackTraceElement[0]));
    }
  }

  private static StackTraceElement[] withoutOurs(StackTraceElement[] frames) {
    int end = frames.length;
    if (end > 0 && frames[end - 1].getClassName().startsWith("rlsf."))
      while (end > 0 && isOurs(frames[end - 1])) end--;
    return Arrays.copyOf(frames, end);
  }

  private static boolean isOurs(StackTraceElement frame) {
    String name = frame.getClassName();
    return name.startsWith("rlsf.") || name.startsWith("jdk.internal.reflect.") || name.equals("java.lang.reflect.Method");
  }

  private static void describe(Throwable thrown, StringBuilder text, int depth) {
    text.append(depth == 0 ? "" : "Caused by: ").append(thrown.getClass().getName());
    String message = messageOf(thrown);
    if (message != null) text.append(": ").append(oneLine(message));
    text.append('\n');
    frames(thrown.getStackTrace(), text);
    Throwable cause = causeOf(thrown);
    if (cause != null && cause != thrown && depth < 8) describe(cause, text, depth + 1);
  }

  private static void frames(StackTraceElement[] frames, StringBuilder text) {
    // Of a deep stack both ends count: where it is, and which loop it came from.
    for (int i = 0; i < frames.length; i++)
      if (i < MOST_FRAMES || i >= frames.length - MOST_FRAMES)
        text.append("\tat ").append(oneLine(frames[i].toString())).append('\n');
  }

  /** Both are the program's own code and may throw. */
  private static String messageOf(Throwable thrown) {
    try {
      String message = thrown.getLocalizedMessage();
      return message == null || message.length() <= 1000 ? message : message.substring(0, 1000);
    } catch (Throwable unusable) {
      return null;
    }
  }

  private static Throwable causeOf(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (Throwable unusable) {
      return null;
    }
  }

  private static String oneLine(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }
}
