import { httpError } from '../http/index.js';
import type { PolicyTokenizer } from '../../policy/index.js';
import type { Item } from './item-schema.js';

export interface CompletionTokens {
  completion: string;
  completionIds: number[];
  byteOffsets: number[];
  completionMask: number[];
}

/**
 * The text of an item and where its tokens start. Tokens behind the text's end (the end token, which
 * spells nothing of it) start there. Without ids and offsets there are no tokens.
 * @throws 400 where text, ids, offsets and mask do not belong together
 */
export function tokensOf(
  item: Item,
  place: string,
  tokenizer: PolicyTokenizer | null,
): CompletionTokens {
  const { completionIds = [], byteOffsets } = item;
  const refuse = (where: string, expected: string, got: string): Error =>
    httpError(400, 'bad_request', `${place}.${where}: expected ${expected}, got ${got}.`, {
      where: `${place}.${where}`,
      expected,
      got,
    });
  if (item.completionIds !== undefined && byteOffsets === undefined && tokenizer === null)
    throw refuse(
      'completionIds',
      'byteOffsets beside them, or a tokenizer that the server was started with (--tokenizer)',
      'neither',
    );
  const highest = completionIds.reduce((most, id) => Math.max(most, id), 0);
  if (tokenizer !== null && completionIds.length > 0 && highest >= tokenizer.vocabSize)
    throw refuse('completionIds', `ids below ${tokenizer.vocabSize}`, `${highest}`);
  const spelled =
    tokenizer === null || item.completionIds === undefined
      ? null
      : tokenizer.decode(withoutEnd(completionIds, tokenizer));
  const completion = item.completion ?? spelled;
  if (completion === null) throw refuse('completion', 'a text, or completionIds', 'neither');
  if (spelled !== null && byteOffsets === undefined && !spelled.startsWith(completion))
    throw refuse('completion', 'the beginning of what completionIds spell', 'another text');
  const length = Buffer.byteLength(completion);
  const offsets = byteOffsets ?? tokenizer?.byteOffsets(completionIds) ?? [0];
  checkOffsets(offsets, length, byteOffsets !== undefined, refuse);
  const tokens = offsets.length - 1;
  if (item.completionIds !== undefined && completionIds.length !== tokens)
    throw refuse(
      'byteOffsets',
      `${completionIds.length + 1} offsets for ${completionIds.length} ids`,
      `${offsets.length}`,
    );
  const mask = item.completionMask ?? new Array<number>(tokens).fill(1);
  if (mask.length !== tokens)
    throw refuse('completionMask', `one entry for each of ${tokens} tokens`, `${mask.length}`);
  return {
    completion,
    completionIds,
    byteOffsets: offsets.map((offset) => Math.min(offset, length)),
    completionMask: mask,
  };
}

function checkOffsets(
  offsets: readonly number[],
  length: number,
  given: boolean,
  refuse: (where: string, expected: string, got: string) => Error,
): void {
  if (!given) return;
  if (offsets.length === 0 || offsets[0] !== 0)
    throw refuse('byteOffsets', '0 first', offsets.length === 0 ? 'nothing' : `${offsets[0]}`);
  const falls = offsets.findIndex((offset, i) => i > 0 && offset < offsets[i - 1]);
  if (falls >= 0)
    throw refuse(`byteOffsets[${falls}]`, `at least ${offsets[falls - 1]}`, `${offsets[falls]}`);
  const last = offsets[offsets.length - 1];
  if (last !== length && offsets.length > 1)
    throw refuse('byteOffsets', `the completion's ${length} bytes last`, `${last}`);
}

/** The end token spells its own name, which is no part of the text. */
function withoutEnd(ids: readonly number[], { eosTokenId }: PolicyTokenizer): readonly number[] {
  return ids.at(-1) === eosTokenId ? ids.slice(0, -1) : ids;
}
