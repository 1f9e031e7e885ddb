/** Small verdicts and rows. */
import { factsOf } from '../../src/evaluation/rates.js';
import type { EvaluationRow } from '../../src/evaluation/records.js';
import type { Outcome, Verdict } from '../../src/records.js';

export function verdictOf(outcome: Outcome, testsPassed: number, testsTotal: number): Verdict {
  return {
    outcome,
    diagnostics: [],
    testsPassed,
    testsTotal,
    tests: [],
    prediction: null,
    groundTruth: null,
    correct: testsPassed === testsTotal,
    formatOk: true,
    stages: [],
    toolchain: 'g++',
    isolation: 'none',
    fromCache: false,
    retried: false,
  };
}

export function row(problemId: string, family: string, outcomes: Outcome[]): EvaluationRow {
  const facts = outcomes.map((outcome) =>
    factsOf(verdictOf(outcome, ['clean', 'warning'].includes(outcome) ? 2 : 0, 2)),
  );
  return {
    problemId,
    family,
    outcomes,
    compiled: facts.map((fact) => fact.compiled),
    sanitizerClean: facts.map((fact) => fact.sanitizerClean),
    testsPassed: facts.map((fact) => fact.testsPassed),
    clean: facts.map((fact) => fact.clean),
    testFraction: facts.map((fact) => fact.testFraction),
    completions: outcomes.map(() => 'return 0;'),
    completionTokens: outcomes.map(() => 5),
    truncated: outcomes.map(() => false),
  };
}
