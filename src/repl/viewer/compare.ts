import { inputError } from '../../errors.js';
import type { ComparedArm, EvaluationRow } from '../../evaluation/index.js';
import type { Rollout, Verdict } from '../../records.js';
import type { StyledLine } from '../styled.js';
import { fitLine } from '../styled.js';
import type { LogIndex } from './log-index.js';
import type { CompareSide, LogSide } from './messages.js';

/** Of a log: the last rollouts, which its training ended with. */
const comparedRollouts = 20_000;

/** Two sides, problem by problem, in the words of `rlsf compare`. */
export async function compareSides(
  sides: readonly CompareSide[],
  width: number,
  logOf: (side: LogSide) => Promise<LogIndex>,
): Promise<StyledLine[]> {
  if (sides.length < 2)
    throw inputError('expected two things to compare: two runs, evaluations or logs of rollouts.');
  const [{ compareArms }, { compareLines }] = await Promise.all([
    import('../../evaluation/index.js'),
    import('../views/compare-view.js'),
  ]);
  const arms: ComparedArm[] = [];
  for (const side of sides)
    arms.push(
      'evaluation' in side
        ? await evaluationArm(side.evaluation)
        : await rolloutsArm(side.name, await logOf(side)),
    );
  return compareLines(compareArms(arms), { width, problems: 20 }).map((each) =>
    fitLine(each, width),
  );
}

async function evaluationArm(name: string): Promise<ComparedArm> {
  const { readArms } = await import('../../experiments/recorded/index.js');
  const [arm] = await readArms([name.includes('@') ? name : `${name}@after`]);
  return { ...arm, name };
}

/** Judged rollouts as an evaluation of their problems; each problem's rollouts are its samples. */
async function rolloutsArm(name: string, index: LogIndex): Promise<ComparedArm> {
  const facts = await import('../../evaluation/rates.js');
  const { findingKindsOf } = await import('../../evaluation/findings.js');
  const { answerFactsOf } = await import('../../evaluation/answers.js');
  const byProblem = new Map<string, (Rollout & { verdict: Verdict })[]>();
  const { count } = index.columns;
  for (let at = Math.max(0, count - comparedRollouts); at < count; at++) {
    const rollout = index.read(at);
    const { verdict, problemId } = rollout;
    if (verdict === undefined) continue;
    const own = byProblem.get(problemId);
    if (own) own.push({ ...rollout, verdict });
    else byProblem.set(problemId, [{ ...rollout, verdict }]);
  }
  if (byProblem.size === 0)
    throw inputError(`${name}: there is no judged rollout to compare. Judge them first (/judge).`);
  const rows = [...byProblem].map(([problemId, own]): EvaluationRow => {
    const each = own.map(({ verdict }) => facts.factsOf(verdict));
    const { columns, task } = own[0];
    return {
      problemId,
      family: typeof columns['family'] === 'string' ? columns['family'] : task,
      outcomes: own.map(({ verdict }) => verdict.outcome),
      compiled: each.map((fact) => fact.compiled),
      sanitizerClean: each.map((fact) => fact.sanitizerClean),
      testsPassed: each.map((fact) => fact.testsPassed),
      clean: each.map((fact) => fact.clean),
      testFraction: each.map((fact) => fact.testFraction),
      completions: own.map(({ completion }) => completion),
      completionTokens: own.map(({ completionIds }) => completionIds.length),
      truncated: own.map(({ finishReason }) => finishReason === 'length'),
      correct: own.map(({ verdict }) =>
        verdict.outcome === 'sandbox_error' ? null : verdict.correct,
      ),
      findingKinds: own.map(({ verdict }) => findingKindsOf(verdict)),
      ...(own[0].verdict.groundTruth === null
        ? {}
        : { answers: own.map(({ verdict }) => answerFactsOf(verdict)) }),
    };
  });
  const first = [...byProblem.values()][0][0];
  return {
    name,
    runs: [
      {
        label: name,
        evaluation: {
          split: 'rollouts',
          numSamples: Math.max(...rows.map(({ outcomes }) => outcomes.length)),
          seed: first.sampling.seed,
          modelRevision: first.modelRevision,
          rows,
        },
        facts: { task: first.task },
      },
    ],
  };
}
