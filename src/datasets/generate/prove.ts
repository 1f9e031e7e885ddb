import { createRandom } from '../../algorithms/index.js';
import type { Diagnostic, Verdict } from '../../records.js';
import { judgeJob, type JudgePool } from '../../sandbox/index.js';
import { corruptions, type CorruptionKind } from '../../tasks/cpp/corruption/corruption.js';
import type { GeneratedProblem } from './problem.js';

export interface Candidate {
  problem: GeneratedProblem;
  rejected: string;
}

export interface ProofOptions {
  /** Mutants of the reference that are judged at most. */
  mutants: number;
  /** Least share of the compilable ones that the tests must see. */
  minMutationScore: number;
  seed: number | string;
  signal?: AbortSignal;
}

/** Why a problem is refused. */
export type ProofReason =
  | 'tests_do_not_compile'
  | 'reference_does_not_compile'
  | 'reference_has_warnings'
  | 'reference_fails_tests'
  | 'reference_is_not_clean'
  | 'tests_pass_on_empty_body'
  | 'tests_miss_mutants'
  | 'not_judged';

export interface Mutation {
  /** Mutants that compiled and could be judged. */
  compiled: number;
  killed: number;
  /** killed / compiled; `null`: no mutant compiled. */
  score: number | null;
  /** The operators of those that the tests let pass. */
  survivors: string[];
}

export type Proof =
  | { isProven: false; reason: ProofReason; detail: string }
  | {
      isProven: true;
      mutation: Mutation;
      reference: Verdict;
      rejected: Verdict;
      /** Why the model's pair is none; `null`: it is one. */
      pairDropped: string | null;
    };

/** Faults that leave a program that compiles: the others would say nothing of the tests. */
const kinds: readonly CorruptionKind[] = ['bounds', 'lifetime', 'arithmetic', 'logic'];

/** Bodies that do nothing. The second one has a value to return, where the type allows it. */
const emptyBodies = ['', '    return {};\n'];

/**
 * Runs each problem against the judge: the reference is clean and right; the tests fail on an empty
 * body and on enough single faults put into the reference. Faults that change nothing a test could see
 * (an equivalent mutant) count as survivors: the score is a lower bound.
 */
export async function proveProblems(
  judge: JudgePool,
  candidates: readonly Candidate[],
  options: ProofOptions,
): Promise<Proof[]> {
  const { signal } = options;
  const first = candidates.flatMap(({ problem, rejected }) =>
    [problem.reference, rejected, ...emptyBodies].map((text) => judgeJob(problem, text)),
  );
  const verdicts = await judge.judge(first, { signal });
  const width = 2 + emptyBodies.length;
  const own = candidates.map((_, i) => verdicts.slice(i * width, (i + 1) * width));
  const refusals = own.map(([reference, , ...empty]) => refusalOf(reference, empty));
  const mutants = candidates.map(({ problem }, i) =>
    refusals[i] === null ? mutantsOf(problem, options) : [],
  );
  const jobs = mutants.flatMap((each, i) =>
    each.map(({ text }) => judgeJob(candidates[i].problem, text)),
  );
  const judged = jobs.length === 0 ? [] : await judge.judge(jobs, { signal });
  let at = 0;
  return candidates.map((_, i): Proof => {
    const outcomes = judged.slice(at, (at += mutants[i].length));
    const refusal = refusals[i];
    if (refusal !== null) return refusal;
    const operators = mutants[i].map(({ operator }) => operator);
    const mutation = mutationOf(operators, outcomes);
    const [reference, rejected] = own[i];
    if (mutation.score !== null && mutation.score < options.minMutationScore)
      return refuse(
        'tests_miss_mutants',
        `the tests fail on ${mutation.killed} of ${mutation.compiled} mutants, expected a share of at least ${options.minMutationScore}; they pass with ${[...new Set(mutation.survivors)].join(', ')}`,
      );
    return { isProven: true, mutation, reference, rejected, pairDropped: whyNoPair(rejected) };
  });
}

function refusalOf(
  reference: Verdict,
  empty: readonly Verdict[],
): Extract<Proof, { isProven: false }> | null {
  const all = [reference, ...empty];
  if (all.some(({ outcome }) => outcome === 'sandbox_error'))
    return refuse('not_judged', 'the judge failed on it');
  const { outcome, diagnostics, testsPassed, testsTotal } = reference;
  const said = saidOf(diagnostics);
  if (outcome === 'compile_error') {
    const isOwn = diagnostics.some(
      ({ span, severity }) => severity === 'error' && span.precision !== 'none',
    );
    return refuse(isOwn ? 'reference_does_not_compile' : 'tests_do_not_compile', said);
  }
  if (outcome === 'warning') return refuse('reference_has_warnings', said);
  if (outcome === 'wrong_answer')
    return refuse('reference_fails_tests', `it passes ${testsPassed} of ${testsTotal}`);
  if (outcome !== 'clean') return refuse('reference_is_not_clean', `${outcome}: ${said}`);
  const passing = empty.findIndex(passesTests);
  return passing < 0
    ? null
    : refuse(
        'tests_pass_on_empty_body',
        `the tests pass on ${JSON.stringify(`{${emptyBodies[passing].trim()}}`)}`,
      );
}

function mutantsOf(
  { id, reference }: GeneratedProblem,
  { mutants, seed }: ProofOptions,
): { text: string; operator: string }[] {
  const random = createRandom(`mutants/${seed}/${id}`);
  return corruptions(reference, random, { kinds }).slice(0, mutants);
}

function mutationOf(operators: readonly string[], verdicts: readonly Verdict[]): Mutation {
  const counted = verdicts.flatMap((verdict, i) =>
    ['compile_error', 'sandbox_error'].includes(verdict.outcome)
      ? []
      : [{ operator: operators[i], survives: passesTests(verdict) }],
  );
  const survivors = counted.flatMap(({ survives, operator }) => (survives ? [operator] : []));
  const killed = counted.length - survivors.length;
  const score = counted.length === 0 ? null : killed / counted.length;
  return { compiled: counted.length, killed, score, survivors };
}

function whyNoPair(rejected: Verdict): string | null {
  if (passesTests(rejected)) return 'the rejected solution passes the tests';
  return rejected.outcome === 'sandbox_error' ? 'the rejected solution could not be judged' : null;
}

/** A warning does not keep the tests from passing. */
function passesTests({ outcome }: Verdict): boolean {
  return outcome === 'clean' || outcome === 'warning';
}

function refuse(reason: ProofReason, detail: string): Extract<Proof, { isProven: false }> {
  return { isProven: false, reason, detail };
}

function saidOf(diagnostics: readonly Diagnostic[]): string {
  const [first] = [...diagnostics].sort(
    (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
  );
  return first === undefined
    ? 'nothing more is known'
    : `${first.kind}: ${first.message}`.slice(0, 300);
}
