import type { Evaluation, RateName } from '../../evaluation/index.js';
import { line, padEnd, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { answerLines } from '../views/answer-lines.js';
import { duration, percent } from '../views/numbers.js';
import { rateTitles } from '../views/tour-lines.js';
import type { Command } from './command.js';
import { numberOption, textOption, wholeOption } from './command.js';
import { policyOption, policyOptions } from './policy-option.js';
import { sourceHooks } from './source-hooks.js';
import { evaluationSplit, openTaskOption, taskOptions } from './tasks-options.js';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'rates of a policy on problems it was not trained on, with 95 % intervals',
  options: [
    ...policyOptions,
    { flags: '--task <name>', summary: 'the task, or a folder of your own (default: cpp)' },
    ...taskOptions,
    { flags: '--split <split>', summary: 'which split (default: held_out, else test)' },
    { flags: '--problems <count>', summary: 'how many (default: 200)' },
    { flags: '--samples <count>', summary: 'completions of each (default: 1)' },
    { flags: '--temperature <t>', summary: 'sampling temperature, 0 is greedy (default: 1)' },
    { flags: '--seed <seed>', summary: 'decoding seed (default: 7)' },
  ],
  examples: ['rlsf evaluate --problems 50', 'rlsf evaluate --adapter runs/tour/adapter --json'],
  async run(input, context) {
    const [
      { selectBackend },
      { loadPolicy },
      { createJudgePool, languagesOf },
      { evaluatePolicy },
    ] = await Promise.all([
      import('../../tensor/index.js'),
      import('../../policy/index.js'),
      import('../../sandbox/index.js'),
      import('../../evaluation/index.js'),
    ]);
    const seed = wholeOption(input, 'seed', 7);
    const n = wholeOption(input, 'problems', 200, 1);
    const numSamples = wholeOption(input, 'samples', 1, 1);
    const temperature = numberOption(input, 'temperature', 1);
    const task = await openTaskOption(input, context, textOption(input, 'task') ?? 'cpp');
    const split = textOption(input, 'split') ?? evaluationSplit(task);
    const problems = task.problems({ split, n, seed: 0 });
    await selectBackend('auto');
    const { policy: folder, ...adapted } = await policyOption(input, context);
    const policy = await loadPolicy(folder, { ...sourceHooks(context), ...adapted });
    const judge = await createJudgePool({ languages: languagesOf(problems) });
    try {
      let told = 0;
      const evaluation = await evaluatePolicy({
        policy,
        problems,
        settings: {
          temperature,
          topK: 0,
          topP: 1,
          minP: 0,
          maxNewTokens: 256,
          stop: task.stop,
          seed,
        },
        judge,
        numSamples,
        seed,
        split,
        signal: context.signal,
        onProgress: (part, done, total) => {
          if (Date.now() - told < 2000 && done < total) return;
          told = Date.now();
          if (!context.json) context.note(`${part} ${done}/${total}`);
        },
      });
      return { value: evaluation, lines: evaluationLines(evaluation) };
    } finally {
      await judge.close();
      policy.dispose();
    }
  },
};

function evaluationLines(evaluation: Evaluation): StyledLine[] {
  const { rates, outcomes, rows, split, numSamples, passAtK } = evaluation;
  // Of an answer, the rates of programs say nothing that its own do not.
  const names: RateName[] = evaluation.answers
    ? ['fully_clean_rate']
    : (Object.keys(rateTitles) as RateName[]);
  return [
    line(
      span(split, 'title'),
      span(
        `  ${rows.length} problems × ${numSamples}, revision ${evaluation.modelRevision}, ${duration(evaluation.durationMs)}`,
        'dim',
      ),
    ),
    ...names.map((name) =>
      line(
        `  ${padEnd(rateTitles[name], 18)}${padEnd(percent(rates[name].value), 9)}`,
        span(`[${percent(rates[name].low)}, ${percent(rates[name].high)}]`, 'dim'),
      ),
    ),
    ...answerLines(evaluation),
    ...Object.entries(passAtK).map(([name, { value }]) =>
      line(`  ${padEnd(name, 18)}${percent(value)}`),
    ),
    line(
      span(
        `  outcomes: ${Object.entries(outcomes)
          .map(([outcome, count]) => `${outcome} ${count}`)
          .join(', ')}`,
        'dim',
      ),
    ),
  ];
}
