package rlsf;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sun.misc.Unsafe;

/**
 * The supervisor's channels (kernels/launcher/supervise.h): results go to 3, stacks to 4, 5 holds the
 * run's secret. Java opens files by path only, and no path may be opened for writing, so the
 * descriptors are made with Unsafe; which is then taken out of service, since with it a program could
 * search the memory for the secret or switch off the assertions of its tests.
 */
final class Channels {
  final PrintStream results;
  final PrintStream stops;
  private final Unsafe unsafe;

  private Channels() throws ReflectiveOperationException {
    Field field = Unsafe.class.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    unsafe = (Unsafe) field.get(null);
    results = writer(3);
    stops = writer(4);
  }

  static Channels open() throws ReflectiveOperationException {
    return new Channels();
  }

  /** Empties the pipe: nobody after us reads it again. */
  byte[] secret() throws ReflectiveOperationException, IOException {
    byte[] bytes = new byte[64];
    int size = 0;
    // Not readAllBytes: it looks for the pipe's length.
    try (FileInputStream pipe = new FileInputStream(descriptor(5))) {
      for (int n = 0; n >= 0 && size < bytes.length; n = pipe.read(bytes, size, bytes.length - size)) size += n;
    }
    return Arrays.copyOf(bytes, size);
  }

  /** Also an instance made by reflection, and one that was fetched before, is of no use from here on. */
  void seal() throws ReflectiveOperationException {
    Field inner = Unsafe.class.getDeclaredField("theInternalUnsafe");
    unsafe.putObject(unsafe.staticFieldBase(inner), unsafe.staticFieldOffset(inner), null);
  }

  /** A PrintStream hides the descriptor: the fields of java.io are closed to reflection. */
  private PrintStream writer(int number) throws ReflectiveOperationException {
    OutputStream stream = new FileOutputStream(descriptor(number));
    return new PrintStream(new BufferedOutputStream(stream, 4096), false, StandardCharsets.UTF_8);
  }

  private FileDescriptor descriptor(int number) throws ReflectiveOperationException {
    FileDescriptor descriptor = new FileDescriptor();
    unsafe.putInt(descriptor, unsafe.objectFieldOffset(FileDescriptor.class.getDeclaredField("fd")), number);
    return descriptor;
  }
}
