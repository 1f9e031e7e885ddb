import type { Problem, ProgramTests, Verdict } from '../../records.js';
import { errorSpans } from '../built-set.js';
import { pairRow, type PairRow, type PairSide } from '../pair-row.js';
import { rankOfVerdict } from '../ranking.js';
import type { Draft } from './draft.js';

/** A draft as a problem: the prompt ends in the open brace of the function, its tests bring the other. */
export interface GeneratedProblem extends Problem {
  prompt: string;
  tests: ProgramTests;
  reference: string;
}

/** The same for all, so that the judge reads the standard headers once. They are those of MultiPL-E. */
const includes = '#include<assert.h>\n#include<bits/stdc++.h>\n';

const widest = 96;

/** @param id unique among all that are generated: `generated_SEED_SLOT_NAME` */
export function problemOf(
  draft: Draft,
  id: string,
  columns: Record<string, unknown>,
): GeneratedProblem {
  const declarations = draft.declarations === '' ? '' : `${draft.declarations}\n\n`;
  const head = `${declarations}${commented(draft.statement)}${draft.signature} {\n`;
  return {
    id,
    task: 'generated',
    split: 'all',
    prompt: includes + head,
    language: 'cpp',
    tests: {
      includes,
      prefix: head,
      suffix: '}\n',
      cases: draft.tests.map((test) => ({ assert: test })),
    },
    reference: draft.chosen,
    columns: {
      name: draft.name,
      difficulty: draft.difficulty,
      statement: draft.statement,
      signature: draft.signature,
      rejected: draft.rejected,
      fault: draft.fault,
      ...columns,
    },
  };
}

/** A row of `problems.jsonl`, which the tasks `generated` and `jsonl` read. */
export function problemRow(problem: GeneratedProblem): Record<string, unknown> {
  const { id, prompt, language, tests, reference, columns } = problem;
  return { id, prompt, language, tests, reference, ...columns };
}

/** A row as MultiPL-E publishes them: the tests are the rest of the program. */
export function multiplERow({ id, prompt, tests }: GeneratedProblem): Record<string, unknown> {
  const blocks = tests.cases.map((one) => {
    const lines = ('assert' in one ? one.assert : '').split('\n');
    return `    {\n${lines.map((line) => `        ${line}`).join('\n')}\n    }\n`;
  });
  return {
    name: id,
    language: 'cpp',
    prompt,
    doctests: 'keep',
    original: 'generated',
    prompt_terminology: 'verbatim',
    tests: `}\nint main() {\n${blocks.join('')}}\n`,
    stop_tokens: ['\n}'],
  };
}

/** The reference against the model's own faulty solution, both as judged. */
export function generatedPair(
  problem: GeneratedProblem,
  rejected: string,
  verdicts: { chosen: Verdict; rejected: Verdict },
): PairRow {
  const side = (text: string, verdict: Verdict, source: PairSide['source']): PairSide => ({
    text,
    completion_ids: null,
    outcome: verdict.outcome,
    reward: null,
    score: rankOfVerdict(verdict, 'outcome'),
    tests_passed: verdict.testsPassed,
    tests_total: verdict.testsTotal,
    spans: errorSpans(verdict.outcome, verdict.diagnostics),
    finish_reason: 'stop',
    source,
    rollout: null,
  });
  const { id, task, prompt, reference } = problem;
  const row = pairRow({
    problem: { problemId: id, task, prompt, promptIds: [] },
    rankBy: 'outcome',
    modelRevision: null,
    chosen: side(reference, verdicts.chosen, 'reference'),
    rejected: side(rejected, verdicts.rejected, 'sampled'),
  });
  return { ...row, prompt_ids: null, fault: problem.columns['fault'] };
}

/** The statement as line comments, wrapped. */
function commented(statement: string): string {
  return statement
    .split(/\r?\n/)
    .flatMap(wrapped)
    .map((line) => `// ${line}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

function wrapped(text: string): string[] {
  const lines = [''];
  // At the end of a line a backslash would take the next line into the comment.
  for (const word of text.replace(/[\s\\]+$/, '').split(' ')) {
    const longer = lines[lines.length - 1] === '' ? word : `${lines[lines.length - 1]} ${word}`;
    if (longer.length <= widest || lines[lines.length - 1] === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => line.replace(/\\+$/, ''));
}
