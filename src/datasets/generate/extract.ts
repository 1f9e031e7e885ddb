/** The JSON object of an answer, or why there is none. */
export type Extracted =
  | { value: Record<string, unknown> }
  | { reason: 'no_json' | 'truncated_json' | 'invalid_json'; detail: string };

/**
 * Finds the JSON object in what a model wrote: the whole answer, a fenced block, or the first braces
 * that match. What a reasoning model thinks aloud before it (`<think>`) is passed over. Nothing is mended:
 * an object that was cut off, or that does not parse, is told as such.
 */
export function extractJson(answer: string): Extracted {
  const text = answer.replace(/^[\s\S]*<\/think>/, '').trim();
  const whole = parseObject(text);
  if (whole !== null) return { value: whole };
  for (const [, block] of text.matchAll(
    /```(?:json[c5]?)?[ \t]*\r?\n([\s\S]*?)\r?\n?[ \t]*```/gi,
  )) {
    const fenced = parseObject(block.trim());
    if (fenced !== null) return { value: fenced };
  }
  const start = text.indexOf('{');
  if (start < 0) return { reason: 'no_json', detail: `there is no object in ${shown(text)}` };
  const end = endOfObject(text, start);
  if (end < 0) return { reason: 'truncated_json', detail: `it ends in ${shown(text.slice(-60))}` };
  const inside = parseObject(text.slice(start, end));
  if (inside !== null) return { value: inside };
  return { reason: 'invalid_json', detail: whyNot(text.slice(start, end)) };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** One past the brace that closes the one at `start`, those in texts not counted; −1: none does. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inText = false;
  for (let i = start; i < text.length; i++) {
    if (inText && text[i] === '\\') i++;
    else if (text[i] === '"') inText = !inText;
    else if (!inText && text[i] === '{') depth++;
    else if (!inText && text[i] === '}' && --depth === 0) return i + 1;
  }
  return -1;
}

function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return 'it is no object';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
