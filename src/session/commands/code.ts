/** How an input is written as TypeScript, for a notebook. */

/** `await sample(session, { n: 4 });`: what is undefined is left out, and so is an empty object. */
export function callCode(name: string, ...values: unknown[]): string {
  const given = values.map(withoutUndefined);
  while (given.length > 0 && isEmpty(given[given.length - 1])) given.pop();
  return `await ${name}(${['session', ...given.map(literal)].join(', ')});`;
}

/** A value as a TypeScript literal, with the project's quotes. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return textLiteral(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `${keyText(key)}: ${literal(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function textLiteral(text: string): string {
  const json = JSON.stringify(text);
  return text.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : textLiteral(key);
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    (typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length === 0)
  );
}
