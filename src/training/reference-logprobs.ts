import type { PreferencePair, UnpairedExample } from '../datasets/index.js';
import { inputError } from '../errors.js';
import {
  completionLogprobs,
  type CompletionLogprobs,
  type Policy,
  type TokenSequence,
} from '../policy/index.js';
import type { KtoExample } from './kto-pairing.js';
import { evaluateLogprobs, type WeightedSequence } from './preference-batch.js';

/** Which model preferences are measured against. */
export interface ReferenceSettings {
  /** A frozen policy. @default this policy with its adapter off */
  readonly reference?: Policy;
  /** Another adapter of this policy (TRL's `ref_adapter_name`). @default none: the base */
  readonly refAdapterName?: string;
}

export interface PrecomputeSettings extends ReferenceSettings {
  /** Sequences of one forward pass: memory, not the result. @default 16 */
  readonly precomputeRefBatchSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * Rows with the reference's log-probabilities of every completion token filled in, once for all
 * epochs (TRL's `precompute_ref_log_probs`); rows that have them keep them. The reference is the one
 * given, else the policy with its adapter off, else, where all weights are to be trained, the policy
 * as it is now: call it before the first update. Of a KTO example with a mismatched completion
 * (`withMismatched`) that one is filled in too.
 */
export async function precomputeReferenceLogprobs<
  Row extends PreferencePair | UnpairedExample | KtoExample,
>(policy: Policy, rows: readonly Row[], settings: PrecomputeSettings = {}): Promise<Row[]> {
  const isStart = !policy.adapter && settings.refAdapterName === undefined;
  const reference = settings.reference ?? (isStart ? policy : undefined);
  const evaluate = referenceForward('precomputeReferenceLogprobs', policy, {
    ...settings,
    reference,
  });
  const filled = rows.map((row): Row => ({ ...row }));
  const missing = filled.flatMap(missingOf);
  const logps = await evaluateLogprobs(
    'precomputeReferenceLogprobs',
    missing,
    settings.precomputeRefBatchSize ?? 16,
    evaluate,
    settings.signal,
  );
  missing.forEach(({ fill }, i) => fill(logps[i]));
  return filled;
}

/** Fills in what the sequences lack, by the live reference. */
export async function fillReference(
  where: string,
  policy: Policy,
  sequences: readonly WeightedSequence[],
  settings: ReferenceSettings & { readonly size?: number; readonly signal?: AbortSignal },
): Promise<void> {
  const missing = sequences.filter(({ refLogps }) => refLogps === undefined);
  if (missing.length === 0) return;
  const evaluate = referenceForward(where, policy, settings);
  const logps = await evaluateLogprobs(where, missing, settings.size, evaluate, settings.signal);
  missing.forEach((sequence, i) => (sequence.refLogps = logps[i]));
}

/** The reference's forward pass: a frozen policy, another adapter, or the base alone. */
function referenceForward(
  where: string,
  policy: Policy,
  settings: ReferenceSettings,
): (part: readonly TokenSequence[]) => CompletionLogprobs {
  const { reference, refAdapterName: adapter } = settings;
  if (reference && reference !== policy) return (part) => completionLogprobs(reference, part);
  if (adapter !== undefined) return (part) => completionLogprobs(policy, part, { adapter });
  if (policy.adapter || reference === policy) {
    return (part) => completionLogprobs(policy, part, { useAdapter: false });
  }
  throw inputError(
    `${where}: expected a reference model, but the rows have no reference log-probabilities, all weights are trained and there is no adapter to switch off. Fill them in before the first update (precomputeReferenceLogprobs), pass a frozen copy as reference, or attach an adapter.`,
  );
}

interface Missing extends TokenSequence {
  fill: (logps: number[]) => void;
}

function missingOf(row: PreferencePair | UnpairedExample | KtoExample): Missing[] {
  const { promptIds } = row;
  const missing: Missing[] = [];
  const ask = (completionIds: number[], fill: (logps: number[]) => void): void =>
    void missing.push({ promptIds, completionIds, fill });
  if ('chosenIds' in row) {
    if (!row.refChosenLogps) ask(row.chosenIds, (logps) => (row.refChosenLogps = logps));
    if (!row.refRejectedLogps) ask(row.rejectedIds, (logps) => (row.refRejectedLogps = logps));
    return missing;
  }
  if (!row.refLogps) ask(row.completionIds, (logps) => (row.refLogps = logps));
  if ('mismatchedIds' in row && row.mismatchedIds && !row.refMismatchedLogps) {
    ask(row.mismatchedIds, (logps) => (row.refMismatchedLogps = logps));
  }
  return missing;
}
