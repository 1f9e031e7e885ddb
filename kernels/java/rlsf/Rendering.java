package rlsf;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Values as text: {@code toString()}, and {@code [a, b]} for arrays as for collections, {@code {k=v}}
 * for maps, all the way down. What has no order of its own (HashSet, Map.of) is sorted: numbers by
 * value, all else by its text.
 */
final class Rendering {
  private static final int DEEPEST = 50;

  private Rendering() {}

  static char typeOf(Object value) {
    if (value instanceof Float || value instanceof Double || value instanceof BigDecimal) return 'd';
    return value instanceof Number && (value instanceof BigInteger || isWhole(value)) ? 'i' : 's';
  }

  static String of(Object value) {
    return render(value, 0);
  }

  private static boolean isWhole(Object value) {
    return value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte;
  }

  private static String render(Object value, int depth) {
    if (value == null) return "null";
    if (depth > DEEPEST) return "…";
    if (value.getClass().isArray()) {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < Array.getLength(value); i++) parts.add(render(Array.get(value, i), depth + 1));
      return parts.toString();
    }
    if (value instanceof Map) return map((Map<?, ?>) value, depth);
    if (value instanceof Collection) return collection((Collection<?>) value, depth);
    if (value instanceof Optional && ((Optional<?>) value).isPresent())
      return "Optional[" + render(((Optional<?>) value).get(), depth + 1) + "]";
    return String.valueOf(value);
  }

  private static String collection(Collection<?> values, int depth) {
    List<Object> items = new ArrayList<>(values);
    boolean ordered = !(values instanceof Set) || values instanceof SortedSet || values instanceof LinkedHashSet;
    if (!ordered) items.sort(BY_VALUE);
    List<String> parts = new ArrayList<>();
    for (Object item : items) parts.add(render(item, depth + 1));
    return parts.toString();
  }

  private static String map(Map<?, ?> values, int depth) {
    List<Object> keys = new ArrayList<>(values.keySet());
    if (!(values instanceof SortedMap) && !(values instanceof LinkedHashMap)) keys.sort(BY_VALUE);
    List<String> parts = new ArrayList<>();
    for (Object key : keys) parts.add(render(key, depth + 1) + "=" + render(values.get(key), depth + 1));
    return "{" + String.join(", ", parts) + "}";
  }

  private static final Comparator<Object> BY_VALUE =
      (a, b) ->
          a instanceof Number && b instanceof Number
              ? Double.compare(((Number) a).doubleValue(), ((Number) b).doubleValue())
              : render(a, 0).compareTo(render(b, 0));
}
