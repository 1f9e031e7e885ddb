import { inputError } from '../errors.js';
import type { ChatMessage, Language, Problem } from '../records.js';
import { nearMiss } from './closest.js';

const placeholders = ['prompt', 'language', 'id'] as const;

const languageNames: Readonly<Record<Language, string>> = {
  cpp: 'C++',
  python: 'Python',
  java: 'Java',
  text: 'text',
};

/**
 * The problems with their prompts put into a template: `{prompt}`, `{language}` (C++, Python, Java) and
 * `{id}` stand for those of the problem; all other braces are text. A template without `{prompt}` comes
 * before the prompt, so that an empty one changes nothing. Behind `{prompt}`, the line feed that ends
 * the file is left out: a completion goes on where the prompt ends. Of a conversation, the last message
 * is put in. What is judged stays the same.
 * @param where the template's file, for messages
 */
export function applyPromptTemplate(
  problems: readonly Problem[],
  template: string,
  where: string,
): Problem[] {
  checkPlaceholders(template, where);
  const hasPrompt = template.includes('{prompt}');
  const whole = hasPrompt ? template.replace(/\r?\n$/, '') : `${template}{prompt}`;
  const filled = (prompt: string, { language, id }: Problem): string => {
    const values = { prompt, language: languageNames[language], id };
    return whole.replaceAll(
      /\{(prompt|language|id)\}/g,
      (_, name: keyof typeof values) => values[name],
    );
  };
  return problems.map((problem) => {
    const { prompt } = problem;
    if (typeof prompt === 'string') return { ...problem, prompt: filled(prompt, problem) };
    const last = prompt.length - 1;
    const messages = prompt.map((message, i): ChatMessage =>
      i === last ? { ...message, content: filled(message.content, problem) } : message,
    );
    return { ...problem, prompt: messages };
  });
}

/** Code in a template has braces of its own; what is nearly one of ours is a slip. */
function checkPlaceholders(template: string, where: string): void {
  for (const [, name] of template.matchAll(/\{([A-Za-z_]+)\}/g)) {
    if ((placeholders as readonly string[]).includes(name)) continue;
    const meant = nearMiss(name, placeholders);
    if (meant === null) continue;
    const line = template.slice(0, template.indexOf(`{${name}}`)).split('\n').length;
    throw inputError(
      `${where}:${line}: expected the placeholders ${placeholders.map((one) => `{${one}}`).join(', ')}, got {${name}}. Did you mean {${meant}}?`,
    );
  }
}
