import { readFile } from 'node:fs/promises';
import { inputError, usageError } from '../../errors.js';
import type { Language, Problem, ProgramTests, Rollout, Verdict } from '../../records.js';
import type { JudgeJob } from '../../sandbox/index.js';
import { nearest } from '../nearest.js';
import { inspectionView } from '../views/inspection-view.js';
import type { Command, CommandInput } from './command.js';
import { flagOption, listOption, textOption } from './command.js';
import { htmlFile, htmlOption, writeInspectionPage } from './inspect.js';
import { readTests } from './judge-tests.js';
import { findProblem } from './tasks.js';

export const judgeCommand: Command = {
  name: 'judge',
  summary: 'judge a file in isolation: what compiler, sanitizers, runtime and tests say, and where',
  arguments: [
    { name: 'file', summary: 'a program (.cpp .cc .py .java) or a worked answer (.txt .md)' },
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
    { flags: '--answer <number>', summary: 'for a worked answer: the right one' },
    { flags: '--language <name>', summary: 'cpp, python, java or text (default: by the name)' },
    { flags: '--compile-only', summary: 'build it, run nothing' },
    { flags: '--tokenizer <folder>', summary: 'show its tokens, with the default reward of each' },
    { flags: '--isolation <tier>', summary: 'auto, bubblewrap, restricted or none' },
    { flags: '--compiler <name>', summary: 'for C++: g++ or clang++ (default: g++)' },
    { flags: '--std <standard>', summary: 'for C++: language standard (default: c++17)' },
    { flags: '--flags <flag...>', summary: 'for C++: more flags, e.g. --flags=-O1', many: true },
    htmlOption,
  ],
  examples: [
    'rlsf judge answer.cpp --task cpp --id <an id of rlsf tasks show cpp>',
    'rlsf judge answer.py --tests tests.json --html answer.html',
    'rlsf judge answer.cpp --tokenizer data/policies/cpp-tiny --json',
    'rlsf judge worked.txt --answer 42',
  ],
  async run(input, context) {
    const file = input.arguments['file'] ?? '';
    const page = htmlFile(input, 'judge');
    const completion = await readText(file, 'the file to judge');
    const job = await jobOf(input, file, completion);
    const { createJudgePool } = await import('../../sandbox/index.js');
    const pool = await createJudgePool({
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
      return { value: { verdict, inspection }, lines };
    } finally {
      await pool.close();
    }
  },
};

async function jobOf(input: CommandInput, file: string, completion: string): Promise<JudgeJob> {
  const { judgeJob } = await import('../../sandbox/index.js');
  const problem = await problemOf(input, file);
  const tests = problem.tests && {
    ...problem.tests,
    compileOnly: flagOption(input, 'compileOnly') || problem.tests.compileOnly,
  };
  return judgeJob({ ...problem, tests }, completion);
}

async function problemOf(input: CommandInput, file: string): Promise<Problem> {
  const testsFile = textOption(input, 'tests');
  const task = textOption(input, 'task');
  const id = textOption(input, 'id');
  const answer = textOption(input, 'answer');
  if ((task === undefined) !== (id === undefined))
    throw usageError('rlsf judge: --task and --id belong together; one of them is missing.');
  const sources = { '--tests': testsFile, '--task': task, '--answer': answer };
  const given = Object.entries(sources).flatMap(([name, value]) => (value ? [name] : []));
  if (given.length > 1)
    throw usageError(`rlsf judge: give one of ${given.join(' and ')}, not several.`);
  if (task !== undefined && id !== undefined) return findProblem(task, id);
  const language = languageOf(input, file, answer !== undefined);
  if (language === 'text' && answer === undefined)
    throw usageError(
      'rlsf judge: a worked answer needs --answer <number>, or --task with --id. A program needs neither; name its --language where the file name does not tell.',
    );
  const tests: ProgramTests =
    testsFile === undefined
      ? { includes: '', prefix: '', suffix: '', cases: [] }
      : await readTests(testsFile, await readText(testsFile, 'the tests'));
  return { id: file, task: '', split: '', prompt: '', language, tests, answer, columns: {} };
}

const extensions: Record<string, Language> = {
  cpp: 'cpp', cc: 'cpp', cxx: 'cpp', 'c++': 'cpp', hpp: 'cpp', h: 'cpp',
  py: 'python', java: 'java', txt: 'text', md: 'text',
}; // prettier-ignore

function languageOf(input: CommandInput, file: string, hasAnswer: boolean): Language {
  const named = textOption(input, 'language');
  const known: Language[] = ['cpp', 'python', 'java', 'text'];
  if (named !== undefined) {
    const found = known.find((language) => language === named);
    if (found) return found;
    throw usageError(
      `rlsf judge: --language expects ${known.join(', ')}, got '${named}'. Did you mean '${nearest(named, known)}'?`,
    );
  }
  const extension = /\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  const found = hasAnswer ? 'text' : extensions[extension];
  if (found) return found;
  throw usageError(
    `rlsf judge: ${file}: expected a name ending in ${Object.keys(extensions).join(', ')}, so that its language is known. Name it with --language.`,
  );
}

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

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError(
      `${file}: expected ${what}, ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`}. Check the path.`,
    );
  }
}
