import path from 'node:path';
import PQueue from 'p-queue';
import type { JudgePool } from '../../sandbox/index.js';
import { readAgainst } from './against.js';
import { createAsker, type Asker } from './ask.js';
import { createGate, spentOf } from './budget.js';
import { checkGeneration, completeOptions, requestSettings } from './options.js';
import type { CompleteOptions, GenerateProblemsOptions } from './options.js';
import { readAnswer } from './read-answer.js';
import { createDuplicateIndex, fingerprint, type DuplicateIndex } from './duplicates.js';
import { writeGenerated, type Accepted, type Derived, type GenerationEnd, type GenerationManifest, type RejectedAnswer } from './files.js'; // prettier-ignore
import { openRequestLog, type AnswerEntry, type FailedEntry, type RequestLog } from './log.js';
import { generatedPair } from './problem.js';
import { slotOf } from './prompts.js';
import { proveProblems } from './prove.js';

/** Problems of a folder, and what became of every answer. */
export interface GeneratedSet {
  folder: string;
  manifest: GenerationManifest;
  accepted: Accepted[];
  rejected: RejectedAnswer[];
}

/**
 * Asks a large model for C++ problems until `n` of them are proven by the judge, or the budget is used.
 * All that was asked and answered lies in `requests.jsonl`, which is appended to before anything is made
 * of it; the other files follow from it and are written anew as problems come in. Called again on the
 * same folder it asks for what is missing only, and ends with the files of a call that was never stopped.
 * The first `n` accepted answers in the order of their slots are taken, whatever order they came in.
 */
export async function generateProblems(
  judge: JudgePool,
  options: GenerateProblemsOptions,
): Promise<GeneratedSet> {
  const given = completeOptions(options);
  const { folder, n, signal } = given;
  const log = openRequestLog(path.join(folder, 'requests.jsonl'));
  try {
    const request = requestSettings(given);
    checkGeneration(log, request);
    const index = createDuplicateIndex(given.duplicateThreshold);
    for (const source of given.against)
      for (const print of await readAgainst(source, signal)) index.add(print);
    const asker = createAsker(given, log, createGate(log, given, signal));
    const accepted: Accepted[] = [];
    const rejected: RejectedAnswer[] = [];
    const write = (ended: GenerationEnd): GenerationManifest => {
      const derived: Derived = {
        accepted,
        rejected,
        wanted: n,
        ended,
        spent: spentOf(log.entries),
        request,
        settings: reported(given),
        formats: given.formats,
      };
      return writeGenerated(folder, derived);
    };
    const ended = await work(judge, given, { log, asker, index, accepted, rejected, write });
    return { folder, manifest: write(ended), accepted, rejected };
  } finally {
    log.close();
  }
}

interface Work {
  log: RequestLog;
  asker: Asker;
  index: DuplicateIndex;
  accepted: Accepted[];
  rejected: RejectedAnswer[];
  write(ended: GenerationEnd): GenerationManifest;
}

/**
 * Chunk by chunk of slots: while one is judged the next is asked for, never for more than could still
 * be needed if all that is under way were good.
 */
async function work(judge: JudgePool, given: CompleteOptions, parts: Work): Promise<GenerationEnd> {
  const { n, signal, topics, seed, concurrency } = given;
  const chunk = Math.max(8, 2 * concurrency);
  let next = 0;
  let isUsed = false;
  let waiting: Answered[] = [];
  for (;;) {
    const missing = isUsed ? 0 : n - parts.accepted.length - waiting.length;
    const slots = Array.from({ length: Math.min(chunk, missing) }, (_, i) =>
      slotOf(next + i, seed, topics),
    );
    next += slots.length;
    const judged = waiting;
    const asking = askAll(slots, parts.asker, { concurrency, signal });
    const results = await Promise.allSettled([asking, settle(judge, judged, given, parts)]);
    const [asked, settled] = results;
    if (settled.status === 'rejected') throw settled.reason;
    if (asked.status === 'rejected') {
      signal?.throwIfAborted();
      // What came before the server went away is judged and written all the same.
      const found = slots.flatMap((slot) => recordedIn(parts.log, slot));
      await settle(judge, found, given, parts);
      parts.write('unfinished');
      throw asked.reason;
    }
    waiting = asked.value;
    if (asked.value.length < slots.length) isUsed = true;
    if (judged.length > 0) parts.write('unfinished');
    given.onProgress?.({
      problems: parts.accepted.length,
      wanted: n,
      answers: parts.accepted.length + parts.rejected.length,
      spent: spentOf(parts.log.entries),
    });
    if (waiting.length === 0 && (isUsed || parts.accepted.length >= n)) break;
  }
  if (parts.accepted.length >= n) return 'complete';
  const { requests } = spentOf(parts.log.entries);
  return requests >= given.maxRequests ? 'budget of requests' : 'budget of tokens';
}

interface Answered {
  slot: ReturnType<typeof slotOf>;
  entry: AnswerEntry | FailedEntry;
}

/** What came, in the order of the slots; less than was asked for where the budget ended. */
async function askAll(
  slots: readonly Answered['slot'][],
  asker: Asker,
  { concurrency, signal }: { concurrency: number; signal?: AbortSignal },
): Promise<Answered[]> {
  const failing = new AbortController();
  const ending = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal;
  const queue = new PQueue({ concurrency });
  const asked = await Promise.allSettled(
    slots.map((slot) =>
      queue.add(async (): Promise<Answered[]> => {
        ending.throwIfAborted();
        try {
          const entry = await asker.ask(slot, ending);
          return entry === null ? [] : [{ slot, entry }];
        } catch (error) {
          failing.abort(error);
          throw error;
        }
      }),
    ),
  );
  ending.throwIfAborted();
  return asked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

function recordedIn({ entries }: RequestLog, slot: Answered['slot']): Answered[] {
  const entry = entries.find(
    (each): each is AnswerEntry | FailedEntry =>
      (each.kind === 'answer' || each.kind === 'failed') && each.slot === slot.slot,
  );
  return entry === undefined ? [] : [{ slot, entry }];
}

/** Reads, compares and proves answers; each ends among the accepted or among the rejected. */
async function settle(
  judge: JudgePool,
  answered: readonly Answered[],
  given: CompleteOptions,
  { index, accepted, rejected }: Work,
): Promise<void> {
  const refuse = ({ slot, entry }: Answered, reason: string, detail: string): void => {
    const answer = entry.kind === 'answer' ? entry.text : '';
    rejected.push({ slot: slot.slot, reason, detail, answer });
  };
  const read = answered.map((one) => {
    const result = readAnswer(one.slot, one.entry, given);
    if ('reason' in result) return { one, result, print: null };
    return { one, result, print: fingerprint(result.problem) };
  });
  // A repetition of what is there needs no judge.
  const toProve = read.flatMap(({ result, print }) =>
    print === null || index.find(print) !== null || 'reason' in result ? [] : [result],
  );
  const proofs = await proveProblems(judge, toProve, given);
  const proofOf = new Map(toProve.map((candidate, i) => [candidate, proofs[i]]));
  for (const { one, result, print } of read) {
    if ('reason' in result || print === null) {
      if ('reason' in result) refuse(one, result.reason, result.detail);
      continue;
    }
    const proof = proofOf.get(result);
    // Only what was taken counts as there: of two alike, one refused, the other may be good.
    const twin = index.find(print);
    if (twin !== null)
      refuse(
        one,
        'duplicate',
        `like ${twin.id} by its ${twin.by}, similarity ${twin.similarity.toFixed(2)}`,
      );
    else if (proof?.isProven === false) refuse(one, proof.reason, proof.detail);
    else if (proof !== undefined) {
      index.add(print);
      const { mutation, pairDropped } = proof;
      const verdicts = { chosen: proof.reference, rejected: proof.rejected };
      const { problem, rejected: fault } = result;
      Object.assign(problem.columns, {
        mutation_score: mutation.score,
        mutants: mutation.compiled,
        mutants_survived: mutation.survivors,
        rejected_outcome: proof.rejected.outcome,
        pair_dropped: pairDropped,
      });
      const pair = pairDropped === null ? generatedPair(problem, fault, verdicts) : null;
      accepted.push({ problem, pair, pairDropped, mutation });
    }
  }
}

function reported(given: CompleteOptions): Record<string, unknown> {
  return {
    base_url: given.baseUrl,
    max_requests: given.maxRequests,
    max_tokens_total: Number.isFinite(given.maxTokensTotal) ? given.maxTokensTotal : null,
    mutants: given.mutants,
    min_mutation_score: given.minMutationScore,
    duplicate_threshold: given.duplicateThreshold,
    against: given.against.map((source) => path.basename(source)),
  };
}
