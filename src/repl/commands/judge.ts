import { usageError } from '../../errors.js';
import type { Rollout, Verdict } from '../../records.js';
import { inspectionView } from '../views/inspection-view.js';
import type { Command } from './command.js';
import { flagOption, listOption, textOption } from './command.js';
import { htmlFile, htmlOption, writeInspectionPage } from './inspect.js';
import { readText } from './judge-file.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { endingsOf, languageNames, problemOf } from './judge-problem.js';

const programs = languageNames.filter((language) => language !== 'text');

export const judgeCommand: Command = {
  name: 'judge',
  summary: 'judge a file in isolation: what compiler, sanitizers, runtime and tests say, and where',
  arguments: [
    {
      name: 'file',
      summary: `a program (${programs.map(endingsOf).join(' ')}) or a worked answer (${endingsOf('text')})`,
    },
  ],
  options: [
    {
      flags: '--tests <file>',
      summary:
        'JSON: {cases: [{stdin, expected} | {assert} | {code, expected}], prefix, suffix, …}',
    },
    {
      flags: '--task <name>',
      summary: 'judge it as an answer to a problem of this task (with --id)',
    },
    { flags: '--id <id>', summary: 'the problem' },
    { flags: '--path <path>', summary: 'the task’s data (default: data/<task>)' },
    { flags: '--answer <number>', summary: 'for a worked answer: the right one' },
    {
      flags: '--answer-format <format>',
      summary: 'how it is stated: gsm8k (#### 42) or final (Final: 42 at the end) (default: gsm8k)',
    },
    {
      flags: '--language <name>',
      summary: `${languageNames.join(', ')} (default: by the file name)`,
    },
    { flags: '--compile-only', summary: 'build it, run nothing' },
    {
      flags: '--check',
      summary: 'exit 1 unless the outcome is clean or warning (else 0 whatever the outcome is)',
    },
    { flags: '--tokenizer <folder>', summary: 'show its tokens, with the default reward of each' },
    { flags: '--isolation <tier>', summary: 'auto, bubblewrap, restricted or none' },
    ...judgePlaceOptions,
    { flags: '--compiler <name>', summary: 'for C++: g++ or clang++ (default: g++)' },
    { flags: '--std <standard>', summary: 'for C++: language standard (default: c++17)' },
    { flags: '--flags <flag...>', summary: 'for C++: more flags, e.g. --flags=-O1', many: true },
    htmlOption,
  ],
  examples: [
    'rlsf judge answer.cpp --task cpp --id <an id of rlsf tasks show cpp>',
    'rlsf judge answer.py --tests tests.json --html answer.html',
    'rlsf judge answer.cpp --tokenizer data/policies/cpp-tiny --json',
    'rlsf judge worked.txt --answer 42 --answer-format final',
    'rlsf judge answer.cpp --check && echo good',
  ],
  async run(input, context) {
    const file = input.arguments['file'] ?? '';
    const page = htmlFile(input, 'judge');
    const completion = await readText(file, 'the file to judge');
    const problem = await problemOf(input, file);
    const { judgeJob } = await import('../../sandbox/index.js');
    const job = judgeJob(problem, completion);
    const pool = await openCommandJudge(input, context, {
      languages: [job.language],
      workers: 1,
      isolation: isolationOf(textOption(input, 'isolation')),
      std: textOption(input, 'std'),
      compiler: textOption(input, 'compiler'),
      flags: listOption(input, 'flags'),
    });
    try {
      const [verdict] = await pool.judge([job], { signal: context.signal });
      const { inspectRollout } = await import('../../rollouts/index.js');
      const tokens = await tokensOf(textOption(input, 'tokenizer'), completion, verdict);
      const inspection = inspectRollout({ completion, verdict, ...tokens }, { title: file });
      const written = page === null ? [] : await writeInspectionPage(page, [inspection]);
      if (context.json) written.forEach((each) => context.note(each.map((s) => s.text).join('')));
      const lines = [...inspectionView(inspection, { width: context.width }), ...written];
      const isGood = verdict.outcome === 'clean' || verdict.outcome === 'warning';
      const exitCode = flagOption(input, 'check') && !isGood ? 1 : undefined;
      return { value: { verdict, inspection }, lines, exitCode };
    } finally {
      await pool.close();
    }
  },
};

/** The file as if it had been sampled by a policy with this tokenizer, scored by the default reward. */
async function tokensOf(
  source: string | undefined,
  completion: string,
  verdict: Verdict,
): Promise<Partial<Rollout>> {
  if (source === undefined) return {};
  const { loadTokenizer, tokenizerFolder } = await import('../../policy/index.js');
  const { sanitizerCurriculum, scoreRollouts } = await import('../../rewards/index.js');
  const tokenizer = await loadTokenizer((await tokenizerFolder(source)).folder);
  const completionIds = tokenizer.encode(completion, { addSpecialTokens: false });
  const byteOffsets = tokenizer.byteOffsets(completionIds);
  const rollout = { id: 'judged', completion, verdict, completionIds, byteOffsets } as Rollout;
  const [{ rewards, reward }] = await scoreRollouts([rollout], [sanitizerCurriculum()]);
  return { completionIds, byteOffsets, rewards, reward };
}

type Isolation = 'auto' | 'bubblewrap' | 'restricted' | 'none';

function isolationOf(given: string | undefined): Isolation {
  const tiers: Isolation[] = ['auto', 'bubblewrap', 'restricted', 'none'];
  const found = tiers.find((tier) => tier === (given ?? 'auto'));
  if (found) return found;
  throw usageError(`rlsf judge: --isolation expects ${tiers.join(', ')}, got '${given}'.`);
}
