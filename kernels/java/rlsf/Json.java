package rlsf;

/** Strings as JSON has them. */
final class Json {
  private Json() {}

  static String text(String value) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char unit = value.charAt(i);
      if (unit == '"' || unit == '\\') json.append('\\').append(unit);
      else if (unit < ' ' || unit > '~') json.append(String.format("\\u%04x", (int) unit));
      else json.append(unit);
    }
    return json.append('"').toString();
  }
}
