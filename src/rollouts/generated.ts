import { environmentError, inputError } from '../errors.js';
import type { Generation, Policy, Sample, TextGenerator } from '../policy/index.js';
import type { SamplingSettings } from '../records.js';

/** A completion of a server in the ids of our tokenizer. */
export interface GeneratedSample extends Omit<Sample, 'plainLogprobs'> {
  /**
   * Whether ids and log-probabilities belong together one by one. Where not, the text has other tokens
   * here than at the server: the ids are ours, the log-probabilities 0, and nothing is learned from it.
   */
  isAligned: boolean;
}

export interface GeneratedOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onSample?: (sample: GeneratedSample) => void;
  readonly onNote?: (message: string) => void;
}

/**
 * Completions of a generator as samples of this policy's tokenizer: ids as the server drew them where it
 * tells, else of the text; log-probabilities always the server's. Prompts go out as ids.
 * @throws where the server gives no log-probabilities, has another tokenizer, or none of its completions
 *   has the tokens here that it has there
 */
export async function sampleByGenerator(
  generator: TextGenerator,
  policy: Policy,
  requests: readonly { prompt: string; n: number; seed: number | string }[],
  settings: SamplingSettings,
  options: GeneratedOptions = {},
): Promise<GeneratedSample[]> {
  const { signal, onProgress, onSample, onNote } = options;
  const promptIds = requests.map(({ prompt }) => policy.tokenizer.encode(prompt));
  const longest = Math.max(0, ...promptIds.map(({ length }) => length));
  if (longest + settings.maxNewTokens > policy.config.maxPositions) {
    throw inputError(
      `sampleByGenerator: a prompt of ${longest} tokens and a completion of ${settings.maxNewTokens} exceed the policy's context of ${policy.config.maxPositions}. Lower max_completion_length, or leave long prompts out.`,
    );
  }
  const made = new Map<Generation, GeneratedSample>();
  const take = (generation: Generation): GeneratedSample => {
    const sample =
      made.get(generation) ??
      sampleOf(generation, promptIds[generation.request], policy, generator.name);
    made.set(generation, sample);
    return sample;
  };
  const generations = await generator.generate(
    requests.map((request, index) => ({ ...request, promptIds: promptIds[index] })),
    settings,
    { signal, onProgress, onGeneration: (generation) => onSample?.(take(generation)) },
  );
  if (signal?.aborted) return [];
  const samples = generations.map(take);
  const strange = samples.filter(({ isAligned }) => !isAligned).length;
  if (strange > 0) {
    const what = `Of ${samples.length} completions by ${generator.name}, ${strange} have other tokens here than at the server, which does not tell its token ids`;
    if (strange === samples.length) {
      throw environmentError(
        `${what}. Use a server that does (vLLM with return_token_ids, rlsf serve completions).`,
      );
    }
    onNote?.(`${what}: nothing is learned from them.`);
  }
  return samples;
}

function sampleOf(
  generation: Generation,
  promptIds: number[],
  policy: Policy,
  name: string,
): GeneratedSample {
  const { request, sample, completion, finishReason, logprobs } = generation;
  if (logprobs === null && finishReason !== 'cancelled') {
    throw environmentError(
      `sampleByGenerator: ${name} gave a completion without the log-probabilities of its sampling, which training compares with its own. Start the server so that it gives them (vLLM: temperature 1 and nothing cut off, or --logprobs-mode processed_logprobs with grpo.vllm_logprobs_mode: processed).`,
    );
  }
  const own = { request, sample, completion, finishReason, promptIds };
  requireSameTokens(generation, promptIds, policy, name);
  const { completionIds } = generation;
  if (completionIds !== null && logprobs !== null && generation.byteOffsets !== null) {
    const { byteOffsets } = generation;
    return { ...own, completionIds, logprobs, byteOffsets, isAligned: true };
  }
  return { ...own, ...fromText(generation, policy) };
}

/** Ids of the text; one more where the server counted its end token. */
function fromText(
  { completion, finishReason, logprobs, completionIds: given }: Generation,
  { tokenizer }: Policy,
): Pick<GeneratedSample, 'completionIds' | 'logprobs' | 'byteOffsets' | 'isAligned'> {
  const ids = tokenizer.encode(completion, { addSpecialTokens: false });
  const ended = finishReason === 'stop' && tokenizer.eosTokenId >= 0;
  const spellings = [ids, ...(ended ? [[...ids, tokenizer.eosTokenId]] : [])];
  const isSameText = tokenizer.decode(ids) === completion;
  // Ids that the server told and that do not spell its text fit nothing.
  const fitting =
    given === null && isSameText
      ? spellings.find(({ length }) => length === logprobs?.length)
      : undefined;
  const completionIds = fitting ?? ids;
  return {
    completionIds,
    logprobs: fitting === undefined ? ids.map(() => 0) : (logprobs ?? []),
    byteOffsets: tokenizer.byteOffsets(completionIds),
    isAligned: fitting !== undefined,
  };
}

/** What the server tells of its ids must be possible here. */
function requireSameTokens(
  { promptIds: theirs, completionIds }: Generation,
  ours: readonly number[],
  { config }: Policy,
  name: string,
): void {
  const differs =
    theirs !== null &&
    (theirs.length !== ours.length || theirs.some((id, place) => id !== ours[place]));
  if (!differs && !completionIds?.some((id) => id >= config.vocabSize)) return;
  throw inputError(
    `sampleByGenerator: ${name} reads the prompt as other tokens than this policy (${theirs?.length ?? '?'} there, ${ours.length} here), or draws ids beyond its ${config.vocabSize}. The server must serve the policy that is trained: policy.model_name_or_path.`,
  );
}
