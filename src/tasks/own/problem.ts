import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { languages } from '../../records.js';
import type { Language, Problem, ProgramTests } from '../../records.js';
import { metadataFile, readMetadata } from '../examples/metadata.js';
import { parseJson, readTests } from './tests.js';

export const statementFile = 'statement.md';

/** The default first. */
export const ownFormats = ['completion', 'chat'] as const;

export type OwnFormat = (typeof ownFormats)[number];

interface Around {
  task: string;
  split: string;
  promptFormat: OwnFormat;
}

/**
 * One problem of a person's own. The starter's ending tells the language; `answer.txt` in its place makes
 * it a question with a number. The reference is the whole program, or what comes behind the starter.
 */
export async function readOwnProblem(
  folder: string,
  { task, split, promptFormat }: Around,
): Promise<Problem> {
  const names = await readdir(folder);
  const text = async (name: string): Promise<string | null> =>
    names.includes(name) ? readFile(path.join(folder, name), 'utf8') : null;
  const statement = ((await text(statementFile)) ?? '').trim();
  const name = path.basename(path.resolve(folder));
  const shared = { id: name === task ? name : `${task}/${name}`, task, split, columns: {} };
  const answer = await text('answer.txt');
  if (answer !== null) {
    const reference = await text('reference.txt');
    return {
      ...shared,
      prompt: promptFormat === 'chat' ? [{ role: 'user', content: statement }] : statement,
      language: 'text',
      answer: answer.trim(),
      ...(reference !== null && { reference }),
    };
  }
  const starterFile = names.find((each) => each.startsWith('starter.'));
  const language = starterFile === undefined ? null : languageOf(starterFile);
  if (starterFile === undefined || language === null)
    throw inputError(
      `${folder}: expected starter.cpp, starter.py or starter.java (it may be empty), or answer.txt; there is ${names.join(', ')}.`,
    );
  const starter = (await text(starterFile)) ?? '';
  const whole =
    (await text(starterFile.replace(/^starter/, 'reference'))) ??
    (await text(starterFile.replace(/^starter/, 'chosen')));
  const tests = await testsOf(folder, text);
  const asked = `${commented(statement, language)}${starter}`;
  const rest = whole?.startsWith(starter) ? whole.slice(starter.length) : whole;
  if (promptFormat === 'completion')
    return {
      ...shared,
      prompt: asked,
      language,
      tests: withStarter(tests, starter, language),
      ...(rest !== null && { reference: rest }),
    };
  const begin = starter === '' ? '' : `\n\nBegin with:\n\n${starter.trimEnd()}`;
  return {
    ...shared,
    prompt: [
      {
        role: 'user',
        content: `${statement}${begin}\n\nReply with the whole program as plain code, without Markdown and without explanations.`,
      },
    ],
    language,
    tests,
    ...(rest !== null && { reference: starter + rest }),
  };
}

/** Those of `tests.json`, or of the `example.yaml` of a hand-made example. */
async function testsOf(
  folder: string,
  text: (name: string) => Promise<string | null>,
): Promise<ProgramTests> {
  const json = await text('tests.json');
  const file = path.join(folder, 'tests.json');
  if (json !== null) return readTests(file, parseJson(file, json));
  const yaml = await text(metadataFile);
  const told = yaml === null ? null : readMetadata(path.join(folder, metadataFile), yaml).tests;
  if (told !== null) return told;
  throw inputError(
    `${folder}: there is no tests.json. Write {"cases": [{"stdin": "…", "expected": "…"}]}, or {"compileOnly": true}.`,
  );
}

/** C++: the includes of the starter are those of the program, which all completions share. */
function withStarter(tests: ProgramTests, starter: string, language: Language): ProgramTests {
  const includes = language === 'cpp' ? (/^(?:\s*#include[^\n]*\n)+/.exec(starter)?.[0] ?? '') : '';
  return {
    ...tests,
    includes: tests.includes + includes,
    prefix: tests.prefix + starter.slice(includes.length),
  };
}

function commented(statement: string, language: Language): string {
  const mark = language === 'python' ? '# ' : '// ';
  return `${statement
    .split('\n')
    .map((line) => `${mark}${line}`.trimEnd())
    .join('\n')}\n`;
}

function languageOf(file: string): Language | null {
  const ending = file.slice(file.indexOf('.') + 1);
  const known = Object.keys(languages) as Language[];
  const found = known.find((language) =>
    (languages[language] as readonly string[]).includes(ending),
  );
  return found === undefined || found === 'text' ? null : found;
}
