/** A C++ integer literal; the smallest int and long long have no literal of their own. */
export function integer(value: number | bigint): string {
  const exact = BigInt(value);
  if (exact === -2147483648n) return '(-2147483647 - 1)';
  if (exact === -9223372036854775808n) return '(-9223372036854775807LL - 1)';
  return exact > 2147483647n || exact < -2147483648n ? `${exact}LL` : String(exact);
}

/** `std::vector<int> v{1, 2};` with exactly that much heap behind it, so that ASan sees its ends. */
export function vectorOf(
  element: string,
  values: readonly (number | bigint | string)[],
  name = 'v',
): string {
  const items = values.map((value) => (typeof value === 'string' ? value : integer(value)));
  // One element in braces is still a list: `std::vector<int> v{3}` holds 3.
  return `std::vector<${element}> ${name}{${items.join(', ')}};`;
}

/** A C++ text or character literal of plain ASCII. */
export function text(value: string): string {
  return JSON.stringify(value);
}

export function character(value: string): string {
  if (value === '\t') return "'\\t'";
  return value === "'" || value === '\\' ? `'\\${value}'` : `'${value}'`;
}

/** Statements that emit all elements of a container as one text, as `listed` writes it. */
export function emitAll(container: string): string {
  return `std::string all = "["; for (auto x : ${container}) all += std::to_string(x) + ","; rlsf_emit(all + "]");`;
}

/** Emits what a call gives for every integer of [from, to], as `listed` writes it. */
export function emitFor(from: number, to: number, call: (variable: string) => string): string {
  return `std::string all = "["; for (int q = ${from}; q <= ${to}; q++) all += std::to_string(${call('q')}) + ","; rlsf_emit(all + "]");`;
}

export function listed(values: readonly (number | bigint)[]): string {
  return `[${values.map((value) => `${value},`).join('')}]`;
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
