import type { ChatMessage } from '../records.js';

/** TRL's dataset types, by its names. Each comes in texts (standard) or messages (conversational). */
export const datasetTypes = [
  'language_modeling',
  'prompt_completion',
  'preference',
  'unpaired_preference',
  'prompt_only',
] as const;

export type DatasetType = (typeof datasetTypes)[number];

export type TextOrMessages = string | ChatMessage[];

/** What TRL's columns do not hold stays in a row as it came. */
export interface FreeColumns {
  [column: string]: unknown;
}

/** One of the two. */
export interface LanguageModelingRow extends FreeColumns {
  text?: string;
  messages?: ChatMessage[];
}

export interface PromptCompletionRow extends FreeColumns {
  prompt: TextOrMessages;
  completion: TextOrMessages;
}

export interface PreferenceRow extends FreeColumns {
  prompt: TextOrMessages;
  chosen: TextOrMessages;
  rejected: TextOrMessages;
}

export interface UnpairedPreferenceRow extends FreeColumns {
  prompt: TextOrMessages;
  completion: TextOrMessages;
  label: boolean;
}

export interface PromptOnlyRow extends FreeColumns {
  prompt: TextOrMessages;
}

export interface DatasetRows {
  language_modeling: LanguageModelingRow;
  prompt_completion: PromptCompletionRow;
  preference: PreferenceRow;
  unpaired_preference: UnpairedPreferenceRow;
  prompt_only: PromptOnlyRow;
}

/** A row, or why it cannot be one. */
export type Checked<T> = { row: T } | { reason: string };

/**
 * The type that a row's columns tell; `null` where they tell none. A column that is `null` is absent,
 * as in files whose rows share one schema.
 */
export function recogniseType(row: FreeColumns): DatasetType | null {
  const has = (name: string): boolean => (row[name] ?? null) !== null;
  if (has('chosen') || has('rejected')) return 'preference';
  if (has('completion')) return has('label') ? 'unpaired_preference' : 'prompt_completion';
  if (has('messages') || has('text')) return 'language_modeling';
  return has('prompt') && !has('completions') ? 'prompt_only' : null;
}

/** The row with its columns checked; those that the type does not know are kept. */
export function checkRow(type: DatasetType, row: FreeColumns): Checked<FreeColumns> {
  const needed = columnsOf(type, row);
  const found: FreeColumns = {};
  for (const name of needed) {
    const value = row[name] ?? null;
    if (value === null) return { reason: missing(type, name, row) };
    const checked = name === 'label' ? checkLabel(value) : checkText(name, value);
    if ('reason' in checked) return checked;
    found[name] = checked.row;
  }
  const texts = needed.filter((name) => name !== 'label');
  if (type === 'preference' && !sameForm(texts.map((name) => found[name]))) {
    // A prompt as text beside whole conversations: the prompt is in them too (TRL's rule).
    if (!sameForm([found.chosen, found.rejected])) return { reason: mixedForms(texts) };
    delete found.prompt;
  } else if (!sameForm(texts.map((name) => found[name]))) return { reason: mixedForms(texts) };
  if (type === 'preference' && found.prompt === undefined) {
    const split = extractPrompt(found.chosen as TextOrMessages, found.rejected as TextOrMessages);
    if (split === null) return { reason: 'chosen and rejected are equal, or share no prompt' };
    Object.assign(found, split);
  }
  return { row: { ...row, ...found } };
}

/** Whether the texts of a row are messages. */
export function isConversational(row: FreeColumns): boolean {
  return ['messages', 'prompt', 'completion', 'chosen'].some((name) => Array.isArray(row[name]));
}

/**
 * Splits off what both sides begin with: TRL's `extract_prompt`. Messages are compared whole; of
 * texts, a blank before the first difference goes to the sides. `null`: nothing is left of a side, or
 * nothing is shared.
 */
export function extractPrompt(
  chosen: TextOrMessages,
  rejected: TextOrMessages,
): { prompt: TextOrMessages; chosen: TextOrMessages; rejected: TextOrMessages } | null {
  const limit = Math.min(chosen.length, rejected.length);
  let at = 0;
  while (at < limit && same(chosen[at], rejected[at])) at++;
  if (at === chosen.length && at === rejected.length) return null;
  if (at > 0 && chosen[at - 1] === ' ') at--;
  if (at === 0) return null;
  return { prompt: chosen.slice(0, at), chosen: chosen.slice(at), rejected: rejected.slice(at) };
}

function same(one: string | ChatMessage, other: string | ChatMessage): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.role === other.role && one.content === other.content;
}

function columnsOf(type: DatasetType, row: FreeColumns): string[] {
  const has = (name: string): boolean => (row[name] ?? null) !== null;
  switch (type) {
    case 'language_modeling':
      return [has('messages') ? 'messages' : 'text'];
    case 'prompt_completion':
      return ['prompt', 'completion'];
    case 'preference':
      return has('prompt') ? ['prompt', 'chosen', 'rejected'] : ['chosen', 'rejected'];
    case 'unpaired_preference':
      return ['prompt', 'completion', 'label'];
    case 'prompt_only':
      return ['prompt'];
  }
}

function missing(type: DatasetType, name: string, row: FreeColumns): string {
  const columns = Object.keys(row).filter((key) => (row[key] ?? null) !== null);
  return `column ${name} of a ${type} row is missing; there are ${columns.join(', ') || 'none'}`;
}

function mixedForms(names: readonly string[]): string {
  return `${names.join(', ')} must all be texts or all be messages`;
}

function sameForm(values: readonly unknown[]): boolean {
  return new Set(values.map((value) => typeof value)).size === 1;
}

function checkLabel(value: unknown): Checked<boolean> {
  if (typeof value === 'boolean') return { row: value };
  if (value === 0 || value === 1) return { row: value === 1 };
  // CSV knows texts only.
  if (typeof value === 'string' && /^(true|false)$/i.test(value))
    return { row: value.toLowerCase() === 'true' };
  return { reason: `label must be true or false, is ${shown(value)}` };
}

function checkText(name: string, value: unknown): Checked<TextOrMessages> {
  if (name === 'text' && typeof value !== 'string')
    return { reason: `text must be a text, is ${shown(value)}` };
  if (typeof value === 'string')
    return name === 'messages'
      ? { reason: 'messages must be a list of { role, content }, is a text' }
      : { row: value };
  if (!Array.isArray(value))
    return { reason: `${name} must be a text or a list of messages, is ${shown(value)}` };
  if (value.length === 0) return { reason: `${name} has no message` };
  const messages: ChatMessage[] = [];
  for (const [i, message] of (value as unknown[]).entries()) {
    const reason = messageFault(message);
    if (reason !== null) return { reason: `${name}[${i}]: ${reason}` };
    messages.push(message as ChatMessage);
  }
  return { row: messages };
}

function messageFault(message: unknown): string | null {
  if (typeof message !== 'object' || message === null)
    return `a message must be { role, content }, is ${shown(message)}`;
  const { role, content } = message as Record<string, unknown>;
  if (role !== 'system' && role !== 'user' && role !== 'assistant')
    return `role must be system, user or assistant, is ${shown(role)}`;
  return typeof content === 'string' ? null : `content must be a text, is ${shown(content)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
