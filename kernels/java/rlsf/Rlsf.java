package rlsf;

import java.io.PrintStream;

/**
 * What a test case may call: {@code Rlsf.emit(value)} passes one value to the judge, which alone
 * knows what was expected.
 */
public final class Rlsf {
  private static PrintStream results;
  private static int current = -1;

  private Rlsf() {}

  public static void emit(boolean value) {
    write('s', String.valueOf(value));
  }

  public static void emit(char value) {
    write('s', String.valueOf(value));
  }

  public static void emit(long value) {
    write('i', String.valueOf(value));
  }

  public static void emit(float value) {
    write('d', String.valueOf(value));
  }

  public static void emit(double value) {
    write('d', String.valueOf(value));
  }

  public static void emit(Object value) {
    write(Rendering.typeOf(value), Rendering.of(value));
  }

  static void open(PrintStream stream) {
    results = stream;
  }

  /** Which case is running: values are its own. */
  static void begin(int index) {
    current = index;
    line(">" + index);
  }

  /** The current case's own assertion does not hold. */
  static void failed(String text) {
    line(current + "\t!" + escape(text));
  }

  static synchronized void line(String text) {
    results.print(text + "\n");
    results.flush();
  }

  private static void write(char type, String text) {
    if (current >= 0) line(current + "\t" + type + escape(text));
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\0", "\\0");
  }
}
