import { readDraft } from './draft.js';
import { extractJson } from './extract.js';
import type { AnswerEntry, FailedEntry } from './log.js';
import { problemOf, type GeneratedProblem } from './problem.js';
import type { Slot } from './prompts.js';

export type ReadAnswer =
  { problem: GeneratedProblem; rejected: string } | { reason: string; detail: string };

/** The problem of an answer, not proven yet, or why there is none. */
export function readAnswer(
  slot: Slot,
  entry: AnswerEntry | FailedEntry,
  { seed }: { seed: number | string },
): ReadAnswer {
  if (entry.kind === 'failed') return { reason: `request_${entry.reason}`, detail: entry.detail };
  const found = extractJson(entry.text);
  if ('reason' in found) {
    const isCut = entry.finish_reason === 'length';
    return isCut
      ? { reason: 'truncated_json', detail: 'the answer was cut off at its longest (maxTokens)' }
      : found;
  }
  const read = readDraft(found.value);
  if ('reason' in read) return read;
  const id = `generated_${seed}_${slot.slot}_${read.draft.name}`;
  const columns = { topic: slot.topic, model: entry.model, slot: slot.slot };
  return { problem: problemOf(read.draft, id, columns), rejected: read.draft.rejected };
}
