export interface CodeBlock {
  code: string;
  /** SandboxFusion's word for how it was found. */
  type: 'fenced' | 'incomplete_fenced' | 'heuristic' | 'empty';
}

const aliases: Record<string, readonly string[]> = {
  python: ['python', 'py', 'python3'],
  cpp: ['cpp', 'c++', 'cc'],
  java: ['java'],
};

/**
 * The program in an answer: its first fenced block in the language, else its first one without a
 * language, else one that was never closed, else the whole text.
 */
export function codeBlockOf(completion: string, language: string): CodeBlock {
  const names = aliases[language] ?? [language];
  const closed = [...completion.matchAll(/```([^\n]*)\n([\s\S]*?)\n?[ \t]*```/g)];
  const named = closed.find(([, name]) => names.includes(name.trim().toLowerCase()));
  const found = named ?? closed.find(([, name]) => name.trim() === '');
  if (found) return { code: found[2], type: 'fenced' };
  const opened = /```([^\n]*)\n([\s\S]*)$/.exec(completion);
  if (opened && closed.length === 0) return { code: opened[2], type: 'incomplete_fenced' };
  if (completion.trim() === '') return { code: '', type: 'empty' };
  return { code: completion, type: 'heuristic' };
}
