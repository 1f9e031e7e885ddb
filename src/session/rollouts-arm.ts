import { answerFactsOf } from '../evaluation/answers.js';
import { findingKindsOf } from '../evaluation/findings.js';
import type { ComparedArm, EvaluationRow } from '../evaluation/index.js';
import { factsOf } from '../evaluation/rates.js';
import { inputError } from '../errors.js';
import type { Rollout, Verdict } from '../records.js';

/**
 * Judged rollouts as an evaluation of their problems, to be compared with another: each problem's rollouts
 * are its samples. @throws where none is judged
 */
export function rolloutsArm(name: string, rollouts: Iterable<Rollout>): ComparedArm {
  const byProblem = new Map<string, (Rollout & { verdict: Verdict })[]>();
  for (const rollout of rollouts) {
    const { verdict, problemId } = rollout;
    if (verdict === undefined) continue;
    const own = byProblem.get(problemId);
    if (own) own.push({ ...rollout, verdict });
    else byProblem.set(problemId, [{ ...rollout, verdict }]);
  }
  if (byProblem.size === 0)
    throw inputError(`${name}: there is no judged rollout to compare. Judge them first (/judge).`);
  const rows = [...byProblem].map(([problemId, own]): EvaluationRow => {
    const each = own.map(({ verdict }) => factsOf(verdict));
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
