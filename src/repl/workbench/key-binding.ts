/** What keys do. A key is named as a person says it: `ctrl-a`, `alt-enter`, `up`, `G`. */
export interface KeyBinding<Act extends string = string> {
  act: Act;
  keys: readonly string[];
  summary: string;
}
