/** What completions are like, beside right or wrong. Pure: the same completions give the same numbers. */
import { createRandom } from '../../algorithms/index.js';
import type { Language, Outcome, Problem, Rollout } from '../../records.js';
import { mean, quantile } from '../bootstrap.js';
import type { EvaluationRow } from '../records.js';
import type { AnalysedCompletion } from './completions.js';
import { completionsOfRollouts, completionsOfRows } from './completions.js';
import { distinctNgrams, meanEditDistance, selfBleu } from './diversity.js';
import type { SignCount } from './signs.js';
import { hackingSigns } from './signs.js';
import type { ReferenceSimilarity } from './similarity.js';
import { referenceSimilarity } from './similarity.js';
import { languageTokens, programForm } from './tokens.js';

export interface AnalysisOptions {
  /** For references, expected values and the language; a completion of an unknown problem has none. */
  problems?: readonly Problem[];
  /** Of completions whose problem is not known. @default 'text', split at words and signs */
  language?: Language;
  /** Pairs that the edit distance is measured on at most, of each problem and over all. @default 2000 */
  maxPairs?: number;
  /** Of the pairs drawn. @default 'analysis' */
  seed?: number | string;
}

export interface Diversity {
  /** Over all completions together; `null` without such n-grams. */
  distinct: Record<'1' | '2' | '4', number | null>;
  /** Among the completions of one problem (mean over problems with two or more), and over all. */
  selfBleu: Record<'within' | 'overall', number | null>;
  editDistance: Record<'within' | 'overall', number | null>;
  programs: {
    /** Different programs after normal form, all problems together. */
    distinct: number;
    /** Mean over problems of different programs per completion. */
    perProblem: number;
  };
}

export interface Lengths {
  /** In tokens of the policy; without any, in tokens of the language. */
  unit: 'policy' | 'language';
  mean: number;
  /** By share: 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1. */
  quantiles: Record<string, number>;
  truncatedShare: number;
  values: number[];
}

export interface Analysis {
  completions: number;
  problems: number;
  /** Share of right ones among those that could be judged; NaN without any. */
  correctShare: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** Completions with each kind of finding, the most frequent first; `null` where none are recorded. */
  kinds: Record<string, number> | null;
  diversity: Diversity;
  lengths: Lengths;
  /** `null` without a reference of any of the problems. */
  references: ReferenceSimilarity | null;
  signs: SignCount[];
}

/** Of the rows of an evaluation, of rollouts, or of completions made either way. */
export function analyseCompletions(
  input: readonly EvaluationRow[] | readonly Rollout[] | readonly AnalysedCompletion[],
  options: AnalysisOptions = {},
): Analysis {
  const completions = completionsOf(input);
  const { problems = [], language = 'text', maxPairs = 2000, seed = 'analysis' } = options;
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  const languageOf = (one: AnalysedCompletion): Language =>
    byId.get(one.problemId)?.language ?? one.language ?? language;
  const tokens = completions.map((one) => languageTokens(one.text, languageOf(one)));
  const groups = groupsOf(completions);
  const forms = completions.map((one) =>
    programForm(one.text, languageOf(one), continued(byId.get(one.problemId))),
  );
  const random = createRandom(seed);
  const within = <T>(of: (texts: string[][]) => T | null): T[] =>
    groups
      .filter((members) => members.length > 1)
      .map((members) => of(members.map((at) => tokens[at])))
      .filter((value) => value !== null);
  const pairs = { random, most: maxPairs };
  const judged = completions.map(({ correct }) => correct).filter((value) => value !== null);
  return {
    completions: completions.length,
    problems: groups.length,
    correctShare: mean(judged.map(Number)),
    outcomes: counts(completions.flatMap(({ outcome }) => outcome ?? [])),
    kinds: kindsOf(completions),
    diversity: {
      distinct: {
        1: distinctNgrams(tokens, 1),
        2: distinctNgrams(tokens, 2),
        4: distinctNgrams(tokens, 4),
      },
      selfBleu: { within: meanOrNull(within(selfBleu)), overall: selfBleu(tokens) },
      editDistance: {
        within: meanOrNull(within((texts) => meanEditDistance(texts, pairs))),
        overall: meanEditDistance(tokens, pairs),
      },
      programs: {
        distinct: new Set(forms).size,
        perProblem: mean(
          groups.map((members) => new Set(members.map((at) => forms[at])).size / members.length),
        ),
      },
    },
    lengths: lengthsOf(completions, tokens),
    references: referenceSimilarity(completions, byId),
    signs: hackingSigns(completions, languageOf, byId),
  };
}

/** The three kinds of input as one. */
export function completionsOf(
  input: readonly EvaluationRow[] | readonly Rollout[] | readonly AnalysedCompletion[],
): AnalysedCompletion[] {
  const [first] = input;
  if (first === undefined) return [];
  if ('completions' in first) return completionsOfRows(input as readonly EvaluationRow[]);
  if ('completionIds' in first) return completionsOfRollouts(input as readonly Rollout[]);
  return [...(input as readonly AnalysedCompletion[])];
}

/** The code that a completion of this problem continues. */
export function continued(problem: Problem | undefined): string {
  return problem && typeof problem.prompt === 'string' && problem.language === 'cpp'
    ? problem.prompt
    : '';
}

/** Positions of the completions of each problem. */
function groupsOf(completions: readonly AnalysedCompletion[]): number[][] {
  const groups = new Map<string, number[]>();
  completions.forEach(({ problemId }, at) => {
    const known = groups.get(problemId);
    if (known) known.push(at);
    else groups.set(problemId, [at]);
  });
  return [...groups.values()];
}

function kindsOf(completions: readonly AnalysedCompletion[]): Record<string, number> | null {
  if (completions.every(({ kinds }) => kinds === null)) return null;
  const found = counts(completions.flatMap(({ kinds }) => [...new Set(kinds ?? [])]));
  return Object.fromEntries(
    Object.entries(found).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
  );
}

function lengthsOf(
  completions: readonly AnalysedCompletion[],
  tokens: readonly string[][],
): Lengths {
  const counted = completions.flatMap(({ tokens: own }) => own ?? []);
  const values = counted.length > 0 ? counted : tokens.map(({ length }) => length);
  const sorted = Float64Array.from(values).sort();
  return {
    unit: counted.length > 0 ? 'policy' : 'language',
    mean: mean(values),
    quantiles: Object.fromEntries(
      [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map((share) => [
        share,
        sorted.length === 0 ? NaN : quantile(sorted, share),
      ]),
    ),
    truncatedShare: mean(completions.map(({ truncated }) => Number(truncated))),
    values,
  };
}

function counts<Item extends string>(items: readonly Item[]): Record<Item, number> {
  const found = {} as Record<Item, number>;
  for (const item of items) found[item] = (found[item] ?? 0) + 1;
  return found;
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}
