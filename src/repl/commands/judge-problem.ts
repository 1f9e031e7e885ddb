import { usageError } from '../../errors.js';
import { languages } from '../../records.js';
import type { AnswerFormat, Language, Problem, ProgramTests } from '../../records.js';
import { nearMiss } from '../nearest.js';
import type { CommandInput } from './command.js';
import { flagOption, textOption } from './command.js';
import { readText } from './judge-file.js';
import { findProblem } from './tasks-options.js';

export const languageNames = Object.keys(languages) as Language[];

/** What a file is judged by: a task's problem, a file of tests, an answer, or its mere run. */
export async function problemOf(input: CommandInput, file: string): Promise<Problem> {
  const problem = await sourceOf(input, file);
  const forCpp = ['compiler', 'std', 'flags'].filter((name) => input.options[name] !== undefined);
  if (forCpp.length > 0 && problem.language !== 'cpp')
    throw usageError(
      `rlsf judge: --${forCpp[0]} is for C++, but ${file} is judged as ${problem.language}. Leave it out, or name the --language.`,
    );
  const { tests } = problem;
  if (tests === undefined || !flagOption(input, 'compileOnly')) return problem;
  return { ...problem, tests: { ...tests, compileOnly: true } };
}

async function sourceOf(input: CommandInput, file: string): Promise<Problem> {
  const testsFile = textOption(input, 'tests');
  const task = textOption(input, 'task');
  const id = textOption(input, 'id');
  const answer = textOption(input, 'answer');
  const answerFormat = formatOf(textOption(input, 'answerFormat'));
  if ((task === undefined) !== (id === undefined))
    throw usageError('rlsf judge: --task and --id belong together; one of them is missing.');
  const sources = { '--tests': testsFile, '--task': task, '--answer': answer };
  const given = Object.entries(sources).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length > 1)
    throw usageError(`rlsf judge: give one of ${given.join(' and ')}, not several.`);
  if (answerFormat !== undefined && answer === undefined)
    throw usageError(
      'rlsf judge: --answer-format says how a worked answer states its number: it needs --answer <number>. A problem of --task brings its own.',
    );
  if (task !== undefined && id !== undefined)
    return findProblem(task, id, { path: textOption(input, 'path') });
  const language = languageOf(textOption(input, 'language'), file);
  if ((language === 'text') !== (answer !== undefined)) throw notAnAnswer(file, language);
  const tests: ProgramTests =
    testsFile === undefined
      ? { includes: '', prefix: '', suffix: '', cases: [] }
      : await testsOf(testsFile);
  const known = { id: file, task: '', split: '', prompt: '', language, columns: {} };
  return { ...known, tests, answer, answerFormat };
}

async function testsOf(file: string): Promise<ProgramTests> {
  const text = await readText(file, 'the tests');
  // Imported when first needed: the schemas cost start-up time.
  const { parseJson, readTests } = await import('../../tasks/own/tests.js');
  return readTests(file, parseJson(file, text));
}

function notAnAnswer(file: string, language: Language): Error {
  return usageError(
    language === 'text'
      ? 'rlsf judge: a worked answer needs --answer <number>, or --task with --id. A program needs neither; name its --language where the file name does not tell.'
      : `rlsf judge: --answer is for worked answers (${endingsOf('text')}), but ${file} is a program in ${language}. Leave it out, or say --language text.`,
  );
}

function formatOf(given: string | undefined): AnswerFormat | undefined {
  const formats: AnswerFormat[] = ['gsm8k', 'final'];
  const found = formats.find((format) => format === given);
  if (given === undefined || found) return found;
  throw usageError(
    `rlsf judge: --answer-format expects ${formats.join(' or ')}, got '${given}'.${suggestion(given, formats)}`,
  );
}

function languageOf(named: string | undefined, file: string): Language {
  const found =
    named === undefined
      ? languageNames.find((language) => isNamedAs(file, language))
      : languageNames.find((language) => language === named);
  if (found) return found;
  throw usageError(
    named === undefined
      ? `rlsf judge: ${file}: expected a name ending in ${languageNames.map(endingsOf).join(' ')}, so that its language is known. Name it with --language.`
      : `rlsf judge: --language expects ${languageNames.join(', ')}, got '${named}'.${suggestion(named, languageNames)}`,
  );
}

function isNamedAs(file: string, language: Language): boolean {
  const name = file.toLowerCase();
  return languages[language].some((ending) => name.endsWith(`.${ending}`));
}

/** `.cpp .cc …`, as the help and messages name them. */
export function endingsOf(language: Language): string {
  return languages[language].map((ending) => `.${ending}`).join(' ');
}

function suggestion(given: string, known: readonly string[]): string {
  const meant = nearMiss(given, known);
  return meant === null ? '' : ` Did you mean '${meant}'?`;
}
