import {
  completions as commandCompletions,
  sessionCommands,
  usage,
} from '../../session/commands/index.js';
import { findCommand } from '../../session/commands/parse.js';
import type { Session } from '../../session/index.js';
import { visibleText } from '../../plots/visible.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, span, wrapText } from '../styled.js';
import type { Completions, Hint, Message, Question } from './protocol.js';
import type { FoundNames } from './typescript/calls.js';
import type { Prompt } from './typescript/prompt.js';

/** The most candidates that are sent: nobody reads more, and TypeScript knows thousands. */
const most = 200;

type Answer = Extract<Message, { type: 'answer' }>['answer'];

/** What the screen asks while a line is typed. Never throws: a half-typed line is no mistake. */
export async function answerTo(
  question: Question,
  { session, prompt, width }: { session: Session; prompt: Prompt; width: number },
): Promise<Answer> {
  const { text } = question;
  try {
    if (question.type === 'whole')
      return isCommand(text) || text.trim() === ''
        ? { whole: true, indent: 0 }
        : await prompt.whole(text);
    const { cursor } = question;
    if (question.type === 'complete')
      return isCommand(text)
        ? await commandCompletions(session, sessionCommands, text, cursor)
        : await names(prompt, text, cursor);
    return isCommand(text) ? commandHint(text, width) : await hint(prompt, text, cursor, width);
  } catch {
    return null;
  }
}

function isCommand(text: string): boolean {
  return text.trimStart().startsWith('/');
}

async function names(prompt: Prompt, text: string, cursor: number): Promise<Completions | null> {
  const live = liveNames(prompt, text, cursor);
  if (live) return live;
  const found = await prompt.complete(text, cursor);
  return found && completionsOf(found, text);
}

function completionsOf({ start, end, names }: FoundNames, text: string): Completions {
  const typed = text.slice(start, end);
  // What holds the text somewhere is worth showing only where nothing begins with it.
  const begin = names.filter(({ name }) => name.startsWith(typed));
  const fitting = begin.length > 0 ? begin : names;
  return {
    start,
    end,
    candidates: fitting.slice(0, most).map(({ name, kind }) => ({ text: name, ...about(kind) })),
  };
}

/** Kinds of TypeScript that say more than «a value». */
const kinds: Record<string, string> = {
  function: 'function',
  method: 'method',
  property: 'property',
  getter: 'property',
  const: 'constant',
  let: 'variable',
  var: 'variable',
  class: 'class',
  interface: 'type',
  type: 'type',
  alias: 'rlsf',
  module: 'module',
  keyword: 'keyword',
  'enum member': 'member',
};

function about(kind: string): { summary?: string } {
  return kind in kinds ? { summary: kinds[kind] } : {};
}

/** Behind `_.` the value itself is asked: its type is not known to TypeScript. */
function liveNames(prompt: Prompt, text: string, cursor: number): Completions | null {
  const found = /(?:^|[^\w$.])_\.([\w$]*)$/.exec(text.slice(0, cursor));
  const value = prompt.locals()['_'];
  if (!found || value === null || value === undefined) return null;
  const known = new Set<string>();
  for (
    let each: unknown = Object(value);
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  )
    for (const name of Object.getOwnPropertyNames(each))
      if (/^[A-Za-z_$][\w$]*$/.test(name) && name !== 'constructor') known.add(name);
  const start = cursor - found[1].length;
  const candidates = [...known]
    .filter((name) => name.startsWith(found[1]))
    .sort()
    .slice(0, most)
    .map((name) => ({ text: name }));
  return { start, end: cursor, candidates };
}

function commandHint(text: string, width: number): Hint | null {
  const name = /^\s*\/(\S+)\s/.exec(text)?.[1];
  if (name === undefined) return null;
  const command = findCommand(name, sessionCommands);
  return {
    lines: cutHint(
      [...wrapped(usage(command), width), ...wrapped(command.summary, width, 'dim')],
      width,
    ),
  };
}

async function hint(
  prompt: Prompt,
  text: string,
  cursor: number,
  width: number,
): Promise<Hint | null> {
  const found = await prompt.hint(text, cursor);
  if (!found) return null;
  const flat = (part: string): string => visibleText(part.replaceAll(/\s+/g, ' '));
  const documentation = found.documentation.split(/\n\s*\n/)[0];
  const signature = [flat(found.before), flat(found.current), flat(found.after)];
  return {
    lines: cutHint(
      [
        line(signature[0], ...marked(signature[1]), signature[2]),
        ...wrapped(flat(documentation), width, 'dim'),
      ],
      width,
    ),
  };
}

/** The argument that is being typed. */
function marked(parameter: string): StyledLine {
  return parameter === '' ? [] : [span(`‹${parameter}›`, 'accent')];
}

function wrapped(text: string, width: number, tone: 'plain' | 'dim' = 'plain'): StyledLine[] {
  return wrapText(text, width).map((row) => line(span(row, tone)));
}

function cutHint(lines: StyledLine[], width: number): StyledLine[] {
  return lines.slice(0, 4).map((each) => fitLine(each, width));
}
