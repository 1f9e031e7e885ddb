import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { inputError } from '../../errors.js';
import type { ChatMessage } from '../../records.js';
import { isObject } from '../folder/files.js';

/**
 * A conversation as text, by the Jinja template of a tokenizer's config (`chat_template`: one text,
 * or a list of named ones of which "default" is taken), opened for the assistant's turn where asked. The
 * template sees `messages`, `add_generation_prompt`, the special tokens by name, and `tools` and
 * `documents` as `none`, as transformers hands them over; no date, so that the same messages give the
 * same text on any day.
 */
export function createChatRenderer(
  template: unknown,
  specialTokens: Readonly<Record<string, string>>,
  where: string,
): (messages: ChatMessage[], options?: { addGenerationPrompt?: boolean }) => string {
  // Compiled when first needed: a template that is never used may be beyond us.
  let compiled: Template | null = null;
  return (messages, { addGenerationPrompt = true } = {}) => {
    const source = chooseTemplate(template, where);
    try {
      compiled ??= new Template(source);
      return rendered(compiled, {
        ...specialTokens,
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: addGenerationPrompt,
        tools: null,
        documents: null,
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw inputError(
        `${where}: the chat template cannot render ${described(messages)}: ${reason}. Change the messages to what the template allows, or the template.`,
        { cause },
      );
    }
  };
}

/** The library's own `render` also hands out today's date. */
function rendered(template: Template, variables: Record<string, unknown>): string {
  const environment = new Environment();
  const globals = { true: true, True: true, false: false, False: false, none: null, None: null };
  for (const [name, value] of Object.entries({
    ...globals,
    range,
    raise_exception,
    ...variables,
  })) {
    environment.set(name, value);
  }
  return String(new Interpreter(environment).run(template.parsed).value);
}

function raise_exception(message: unknown): never {
  throw new Error(String(message));
}

/** Python's. */
function range(first: number, end?: number, step = 1): number[] {
  const [start, stop] = end === undefined ? [0, first] : [first, end];
  if (step === 0) throw new Error('range() must not have a step of 0');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, i) => start + i * step);
}

function chooseTemplate(template: unknown, where: string): string {
  if ((template ?? null) === null) {
    throw inputError(
      `${where}: has no chat template, so messages cannot be rendered. Use text prompts, or add "chat_template" to tokenizer_config.json.`,
    );
  }
  if (typeof template === 'string') return template;
  const named = Array.isArray(template) ? template.filter(isNamed) : [];
  const chosen = named.find(({ name }) => name === 'default');
  if (chosen !== undefined) return chosen.template;
  throw inputError(
    `${where}: expected "chat_template" to be a text or a list of { name, template } with one named "default", got ${
      named.length > 0
        ? `those named ${named.map(({ name }) => name).join(', ')}`
        : JSON.stringify(template)
    }.`,
  );
}

function isNamed(value: unknown): value is { name: string; template: string } {
  return isObject(value) && typeof value.name === 'string' && typeof value.template === 'string';
}

function described(messages: readonly ChatMessage[]): string {
  return messages.length === 0
    ? 'an empty conversation'
    : `messages of ${messages.map(({ role }) => role).join(', ')}`;
}
