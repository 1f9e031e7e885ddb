import { httpError } from '../http/index.js';
import type { Problem } from '../../records.js';

/** What ends a response in the families that are trained: no part of what is judged. */
const endTokens = [
  '<|endoftext|>',
  '<|im_end|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<|eom_id|>',
  '<|end|>',
  '<|EOT|>',
  '</s>',
  '<eos>',
  '<end_of_turn>',
  '<｜end▁of▁sentence｜>',
  '<pad>',
];

/**
 * The response in a text that holds prompt and response. The prompt may have gained a BOS in front, so it
 * is looked for; where none is given, it is the problem's own.
 * @throws 400 where the text does not hold the prompt
 */
export function completionOf(
  query: string,
  prompt: string | undefined,
  problem: Problem,
  index: number,
): string {
  const own = typeof problem.prompt === 'string' ? problem.prompt : '';
  const before = prompt ?? (query.includes(own) ? own : '');
  const at = query.indexOf(before);
  if (at < 0 || at > longestBos)
    throw httpError(
      400,
      'bad_request',
      `query[${index}]: expected prompts[${index}] and the response behind it, got a text that does not begin with the prompt.`,
      { where: `query[${index}]` },
    );
  return withoutEndTokens(query.slice(at + before.length));
}

/** A prompt found far inside is another occurrence of its text. */
const longestBos = 64;

function withoutEndTokens(text: string): string {
  let end = text;
  for (;;) {
    const token = endTokens.find((each) => end.endsWith(each));
    if (token === undefined) return end;
    end = end.slice(0, -token.length);
  }
}
