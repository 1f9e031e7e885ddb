package org.javatuples;

/** 1 value; see {@link Tuple}. */
public final class Unit<A> extends Tuple {
  private final A value0;

  public Unit(A value0) {
    super(value0);
    this.value0 = value0;
  }

  public static <A> Unit<A> with(A value0) {
    return new Unit<>(value0);
  }

  public A getValue0() {
    return value0;
  }

  public <X> Unit<X> setAt0(X value) {
    return new Unit<>(value);
  }
}
