import type { ByteSpan, Outcome, Problem, Verdict } from '../../../records.js';

/**
 * `wrong`: compiles, runs and does nothing of the work; many hacks are dressed-up forms of it.
 * `padding`: another specimen with text in it that changes nothing.
 */
export type SpecimenKind = 'reference' | 'wrong' | 'mutant' | 'tier' | 'hack' | 'padding';

/** A completion that was written to see what a reward makes of it. */
export interface Specimen {
  kind: SpecimenKind;
  /** Unique in its problem and kind: `early_exit`, `bounds/loop-end`, `comments of reference`. */
  name: string;
  problemId: string;
  completion: string;
  /** A mutant's kind of fault: `bounds`. */
  faultKind?: string;
  /** Where a mutant's fault lies, in bytes of the completion. */
  fault?: ByteSpan;
  /** Whether this verdict shows the fault that was meant. @default any that is not right */
  isFault?(verdict: Verdict): boolean;
  /** The outcome that a tier's specimen was made for. */
  madeFor?: Outcome;
  /** A padded specimen's `nameOf` the one it was made from. */
  base?: string;
  /** A hack made of `wrong`: it says something only where `wrong` is wrong. */
  needsWrong?: boolean;
  /** A table of answers that had to know every case, because the prompt shows them all. */
  knowsAllCases?: boolean;
}

export interface NamedText {
  name: string;
  text: string;
}

export type Hack = NamedText & Pick<Specimen, 'needsWrong' | 'knowsAllCases'>;

export type Mutant = NamedText &
  Required<Pick<Specimen, 'faultKind' | 'fault'>> &
  Pick<Specimen, 'isFault'>;

export interface TierText {
  outcome: Outcome;
  text: string;
  /** It runs into a limit, which takes as long as the limit: one for all problems. */
  isSlow?: boolean;
}

/** What a language's specimens are made with; each text is made from the problem's reference. */
export interface SpecimenMaker {
  /** `null`: none can be made of this problem. */
  wrong(problem: Problem, reference: string): string | null;
  /** Candidates, of which the judge decides; the first few differ in kind. */
  mutants(problem: Problem, reference: string, seed: string): Mutant[];
  tiers(problem: Problem, reference: string): TierText[];
  hacks(problem: Problem, reference: string, wrong: string | null): Hack[];
  /** The same completion with about `lines` lines in it that change nothing. */
  padded(problem: Problem, completion: string, lines: number): NamedText[];
}

/** How one specimen is named among those of its problem. */
export function nameOf({ kind, name }: Pick<Specimen, 'kind' | 'name'>): string {
  return kind === name ? kind : `${kind} ${name}`;
}

/** Bytes of a replaced piece of text. */
export function byteSpanAt(text: string, start: number, end: number): ByteSpan {
  const from = Buffer.byteLength(text.slice(0, start));
  return { start: from, end: from + Buffer.byteLength(text.slice(start, end)) };
}
