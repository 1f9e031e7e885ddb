/** From corpus to batches: everything follows from the config, so a resumed run sees the same. */
import { createRandom } from '../../algorithms/index.js';
import type { PolicyTokenizer, TokenSequence } from '../../policy/index.js';
import type { CorpusProgram } from '../../tasks/index.js';

/**
 * Token ids of the programs, each closed by the end token. Learning the completion only, the prompt
 * is context; else all tokens but the first are learned.
 */
export function encodeCorpus(
  corpus: readonly CorpusProgram[],
  tokenizer: PolicyTokenizer,
  options: { completionOnly: boolean; onProgress?: (done: number, total: number) => void },
): TokenSequence[] {
  // The corpus repeats prompts many times over.
  const prompts = new Map<string, number[]>();
  return corpus.map(({ prompt, completion }, index) => {
    const promptIds = prompts.get(prompt) ?? tokenizer.encode(prompt);
    prompts.set(prompt, promptIds);
    const completionIds = [...tokenizer.encode(completion), tokenizer.eosTokenId];
    if (index % 256 === 0) options.onProgress?.(index, corpus.length);
    if (options.completionOnly) return { promptIds, completionIds };
    const [first, ...rest] = [...promptIds, ...completionIds];
    return { promptIds: [first], completionIds: rest };
  });
}

/**
 * Batches of one pass: an order drawn from (seed, pass), cut wherever the next sequence would take
 * a batch beyond `tokensPerBatch`.
 * @returns indices into `lengths`
 */
export function batchesOfPass(
  lengths: readonly number[],
  tokensPerBatch: number,
  seed: number,
  pass: number,
): number[][] {
  const order = createRandom(`${seed}/sft/${pass}`).shuffle(lengths.map((_, index) => index));
  const batches: number[][] = [];
  let tokens = Infinity;
  for (const index of order) {
    if (tokens + lengths[index] > tokensPerBatch) {
      batches.push([]);
      tokens = 0;
    }
    batches[batches.length - 1].push(index);
    tokens += lengths[index];
  }
  return batches;
}

/** The batches of a whole training, one an update. A fraction of a pass is its first batches. */
export function planBatches(
  lengths: readonly number[],
  options: { tokensPerBatch: number; seed: number; epochs: number; maxSteps: number | null },
): number[][] {
  const { tokensPerBatch, seed, epochs, maxSteps } = options;
  const plan: number[][] = [];
  for (let pass = 0; maxSteps === null ? pass < epochs : plan.length < maxSteps; pass++) {
    const batches = batchesOfPass(lengths, tokensPerBatch, seed, pass);
    const share = maxSteps === null ? Math.min(1, epochs - pass) : 1;
    plan.push(...batches.slice(0, Math.max(1, Math.round(batches.length * share))));
  }
  return maxSteps === null ? plan : plan.slice(0, maxSteps);
}
