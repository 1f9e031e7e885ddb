package org.javatuples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/**
 * A stand-in for the javatuples library, which every Java program of MultiPL-E imports: written for
 * this project after the library's documented behaviour, and only as far as programs use it.
 */
public abstract class Tuple implements Iterable<Object>, Comparable<Tuple> {
  private final Object[] values;

  Tuple(Object... values) {
    this.values = values;
  }

  public final int getSize() {
    return values.length;
  }

  public final Object getValue(int position) {
    if (position < 0 || position >= values.length)
      throw new IllegalArgumentException("Cannot retrieve position " + position + " in " + getClass().getSimpleName() + ". Positions for this class start with 0 and end with " + (values.length - 1));
    return values[position];
  }

  public final boolean contains(Object value) {
    return toList().contains(value);
  }

  public final boolean containsAll(Collection<?> wanted) {
    return toList().containsAll(wanted);
  }

  public final boolean containsAll(Object... wanted) {
    return toList().containsAll(Arrays.asList(wanted));
  }

  public final int indexOf(Object value) {
    return toList().indexOf(value);
  }

  public final int lastIndexOf(Object value) {
    return toList().lastIndexOf(value);
  }

  public final List<Object> toList() {
    return new ArrayList<>(Arrays.asList(values));
  }

  public final Object[] toArray() {
    return values.clone();
  }

  @Override
  public final Iterator<Object> iterator() {
    return toList().iterator();
  }

  @Override
  public final String toString() {
    return toList().toString();
  }

  @Override
  public final int hashCode() {
    return 31 + toList().hashCode();
  }

  @Override
  public final boolean equals(Object other) {
    return other != null && getClass() == other.getClass() && Arrays.equals(values, ((Tuple) other).values);
  }

  @Override
  @SuppressWarnings("unchecked")
  public int compareTo(Tuple other) {
    for (int i = 0; i < Math.min(values.length, other.values.length); i++) {
      int order = ((Comparable<Object>) values[i]).compareTo(other.values[i]);
      if (order != 0) return order;
    }
    return Integer.compare(values.length, other.values.length);
  }
}
