package rlsf;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;

/**
 * Watches the process's own clocks: before a limit is reached the stacks are told, and a program that
 * has used up its CPU time is ended here. What the program does to this thread it does to itself: the
 * supervisor's limits stand behind it.
 */
final class Watchdog implements Runnable {
  private static final int TICKS_PER_SECOND = 100;
  /** Stacks must be told before the supervisor ends the program. */
  private static final long WALL_MARGIN_MS = 250;

  private final RandomAccessFile stat;
  private final long cpuMs;
  private final long wallMs;

  private Watchdog(RandomAccessFile stat, long cpuMs, long wallMs) {
    this.stat = stat;
    this.cpuMs = cpuMs;
    this.wallMs = wallMs;
  }

  static void start(long cpuMs, long wallMs) throws IOException {
    Watchdog watchdog = new Watchdog(new RandomAccessFile("/proc/self/stat", "r"), cpuMs, wallMs);
    // In the system's group: `while (Thread.activeCount() > 1)` waits for the program's own threads.
    Thread thread = new Thread(Thread.currentThread().getThreadGroup().getParent(), watchdog, "rlsf-watchdog");
    thread.setDaemon(true);
    thread.setPriority(Thread.MAX_PRIORITY);
    thread.start();
  }

  @Override
  public void run() {
    long begun = 0;
    boolean isNear = false;
    boolean isTold = false;
    for (; ; ) {
      try {
        if (begun == 0) begun = System.nanoTime() - sinceStart() * 1_000_000L;
        Thread.sleep(20);
        long cpu = cpu();
        long wall = (System.nanoTime() - begun) / 1_000_000L;
        // At its limit a program may have no memory left to tell where it is: then this counts.
        if (!isNear && (cpu > cpuMs * 6 / 10 || wall > wallMs * 6 / 10)) {
          isNear = true;
          Report.stacks("RLSF-STOP near", false);
        }
        if (cpu >= cpuMs) {
          Report.stacks("RLSF-STOP cpu", false);
          Runtime.getRuntime().halt(124);
        }
        if (!isTold && wall > wallMs - WALL_MARGIN_MS) {
          isTold = true;
          Report.stacks("RLSF-STOP wall", false);
        }
      } catch (Throwable again) {
        // A full heap, an interrupt by the program: the next round may do better.
      }
    }
  }

  /** User and system time of the process, all threads together. */
  private long cpu() throws IOException {
    String[] fields = fields();
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1000 / TICKS_PER_SECOND;
  }

  /** How long the process has been there already. */
  private long sinceStart() throws IOException {
    long begun = Long.parseLong(fields()[19]) * 1000 / TICKS_PER_SECOND;
    try (RandomAccessFile uptime = new RandomAccessFile("/proc/uptime", "r")) {
      double seconds = Double.parseDouble(uptime.readLine().split(" ")[0]);
      return Math.max(0, Math.min(10_000, (long) (seconds * 1000) - begun));
    }
  }

  /** The fields behind the program's name; the first is the state. */
  private String[] fields() throws IOException {
    byte[] bytes = new byte[1024];
    stat.seek(0);
    int size = stat.read(bytes);
    String line = new String(bytes, 0, size, StandardCharsets.ISO_8859_1);
    return line.substring(line.lastIndexOf(')') + 2).split(" ");
  }
}
