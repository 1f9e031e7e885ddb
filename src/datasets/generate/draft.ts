import { z } from 'zod';
import { lex } from '../../tasks/cpp/lexer.js';
import { difficulties } from './topics.js';

/** A problem as a model gave it, its form checked; no program was run yet. */
export type Draft = z.infer<typeof draftSchema>;

const draftSchema = z.object({
  name: z.string(),
  statement: z.string(),
  declarations: z.string(),
  signature: z.string(),
  tests: z.array(z.string()),
  chosen: z.string(),
  rejected: z.string(),
  fault: z.string(),
  difficulty: z.enum(difficulties),
});

/** Fewer tests prove little, more than these are a flood. */
const fewestTests = 3;
const mostTests = 40;
const longestText = 20_000;

/**
 * For `response_format`, in the part of JSON Schema that servers with structured output share: objects
 * that are closed, every key required, no limits. What it cannot say `readDraft` checks.
 */
export function responseFormat(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(draftSchema.strict()) as Record<string, unknown>;
  return {
    type: 'json_schema',
    json_schema: { name: 'cpp_problem', strict: true, schema },
  };
}

/** The draft of an answer, or everything that is wrong with it. Keys that nobody asked for are let go. */
export function readDraft(
  value: Record<string, unknown>,
): { draft: Draft } | { reason: 'schema' | 'contents'; detail: string } {
  const parsed = draftSchema.safeParse(value);
  if (!parsed.success)
    return {
      reason: 'schema',
      detail: parsed.error.issues
        .map(({ path, message }) => `${path.join('.') || 'the object'}: ${message}`)
        .join('; '),
    };
  const draft: Draft = {
    ...parsed.data,
    name: parsed.data.name.trim(),
    statement: parsed.data.statement.trim(),
    declarations: unfenced(parsed.data.declarations).trim(),
    signature: parsed.data.signature.trim().replace(/[\s{;]+$/, ''),
    tests: parsed.data.tests.map((test) => unfenced(test).trim()),
    chosen: bodyOf(parsed.data.chosen, parsed.data.name.trim()),
    rejected: bodyOf(parsed.data.rejected, parsed.data.name.trim()),
    fault: parsed.data.fault.trim(),
  };
  const wrong = wrongContents(draft);
  return wrong.length === 0 ? { draft } : { reason: 'contents', detail: wrong.join('; ') };
}

function wrongContents(draft: Draft): string[] {
  const { name, statement, declarations, signature, tests, chosen, rejected } = draft;
  const words = statement.split(/\s+/).filter(Boolean).length;
  const withoutCall = tests.findIndex((test) => !calls(test, name));
  const withoutAssert = tests.findIndex((test) => !calls(test, 'assert'));
  const code = { declarations, signature, chosen, rejected, tests: tests.join('\n') };
  const codes = Object.entries(code);
  const found: [boolean, string][] = [
    [!/^[a-z_][a-z0-9_]{1,59}$/.test(name), `name: expected lower snake_case, got ${quoted(name)}`],
    [name === 'main', 'name: main is the tests’ own'],
    [words < 6 || words > 600, `statement: expected six to 600 words, got ${words}`],
    [!calls(signature, name), `signature: expected a head of ${name}(…), got ${quoted(signature)}`],
    [/[{};]/.test(signature), `signature: expected a head alone, got ${quoted(signature)}`],
    [
      tests.length < fewestTests || tests.length > mostTests,
      `tests: expected ${fewestTests} to ${mostTests}, got ${tests.length}`,
    ],
    [withoutCall >= 0, `tests.${withoutCall}: it does not call ${name}`],
    [withoutAssert >= 0, `tests.${withoutAssert}: it has no assert`],
    [chosen.trim() === '', 'chosen: it is empty'],
    [rejected.trim() === '', 'rejected: it is empty'],
    ...codes.map(([key, text]): [boolean, string] => [
      text.length > longestText,
      `${key}: expected at most ${longestText} characters, got ${text.length}`,
    ]),
    ...codes.map(([key, text]): [boolean, string] => [
      /^[ \t]*#/m.test(text),
      `${key}: it has a preprocessor line`,
    ]),
    // A body that closes the function could bring what it likes behind it.
    ...codes.map(([key, text]): [boolean, string] => [
      !isBalanced(text),
      `${key}: its braces do not match`,
    ]),
  ];
  return found.flatMap(([isWrong, text]) => (isWrong ? [text] : []));
}

/** What stands between the braces: fence, outer braces or the whole function around it are taken off. */
function bodyOf(given: string, name: string): string {
  const text = unfenced(given)
    .replaceAll('\r\n', '\n')
    .replace(/^\n+|\s+$/g, '');
  const open = text.indexOf('{');
  const before = text.slice(0, Math.max(0, open));
  const isWhole = text.endsWith('}') && (before.trim() === '' || isHead(before, name));
  const inside = open >= 0 && isWhole ? text.slice(open + 1, -1) : text;
  const body = (isBalanced(inside) ? inside : text).replace(/^\n+|\s+$/g, '');
  if (body.trim() === '') return '';
  // A line at the margin that closes a brace is where sampling stops.
  const isAtMargin = body.split('\n').some((line) => /^\S/.test(line));
  const lines = body.split('\n').map((line) => (isAtMargin && line !== '' ? `    ${line}` : line));
  return `${lines.join('\n')}\n`;
}

function isHead(text: string, name: string): boolean {
  return new RegExp(`^[^;{}]*\\b${escaped(name)}\\s*\\([^;{}]*$`).test(text);
}

/** Every brace is closed in its own text, none before it was opened. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const token of lex(text)) {
    if (token.text === '{') depth++;
    if (token.text === '}' && --depth < 0) return false;
  }
  return depth === 0;
}

function calls(code: string, name: string): boolean {
  return new RegExp(`\\b${escaped(name)}\\s*\\(`).test(code);
}

function unfenced(text: string): string {
  return /^\s*```[^\n]*\n([\s\S]*?)\n?[ \t]*```\s*$/.exec(text)?.[1] ?? text;
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w]/g, '\\$&');
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
