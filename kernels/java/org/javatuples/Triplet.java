package org.javatuples;

/** 3 values; see {@link Tuple}. */
public final class Triplet<A, B, C> extends Tuple {
  private final A value0;
  private final B value1;
  private final C value2;

  public Triplet(A value0, B value1, C value2) {
    super(value0, value1, value2);
    this.value0 = value0;
    this.value1 = value1;
    this.value2 = value2;
  }

  public static <A, B, C> Triplet<A, B, C> with(A value0, B value1, C value2) {
    return new Triplet<>(value0, value1, value2);
  }

  public A getValue0() {
    return value0;
  }

  public B getValue1() {
    return value1;
  }

  public C getValue2() {
    return value2;
  }

  public <X> Triplet<X, B, C> setAt0(X value) {
    return new Triplet<>(value, value1, value2);
  }

  public <X> Triplet<A, X, C> setAt1(X value) {
    return new Triplet<>(value0, value, value2);
  }

  public <X> Triplet<A, B, X> setAt2(X value) {
    return new Triplet<>(value0, value1, value);
  }
}
