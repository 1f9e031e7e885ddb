import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { readOwnProblem, statementFile } from '../own/problem.js';
import { metadataFile, readMetadata, type ExampleMetadata } from './metadata.js';

/** A problem with a good and a bad answer, and what the judge has to say of both. */
export interface Example extends Omit<ExampleMetadata, 'tests' | 'prompt'> {
  /** The folder's name. */
  name: string;
  problem: Problem;
  /** What both files begin with, shown to the policy. */
  starter: string;
  /** What comes behind it. */
  chosenText: string;
  rejectedText: string;
}

/** The examples of a folder, each a folder in it, by name. */
export async function readExamples(folder: string): Promise<Example[]> {
  const names = await exampleNames(folder);
  return Promise.all(names.map((name) => readExample(path.join(folder, name))));
}

/** The folders that hold an `example.yaml`; an error where there is none. */
export async function exampleNames(folder: string): Promise<string[]> {
  const all = await readdir(folder).catch((cause: unknown) => {
    throw inputError(`${folder}: expected a folder of examples, there is none. Check the path.`, {
      cause,
    });
  });
  const are = await Promise.all(
    all.map((name) => stat(path.join(folder, name, metadataFile)).catch(() => null)),
  );
  const names = all.filter((_, i) => are[i] !== null).sort();
  if (names.length > 0) return names;
  throw inputError(
    `${folder}: expected folders with ${metadataFile} in it, there is none. Copy one of data/examples to begin with.`,
  );
}

/** One example: `statement.md`, `starter.cpp`, `chosen.cpp`, `rejected.cpp`, `example.yaml`. */
export async function readExample(folder: string): Promise<Example> {
  const name = path.basename(path.resolve(folder));
  const names = await readdir(folder);
  const fileOf = (stem: string): string => {
    const found = names.find((each) => each.startsWith(`${stem}.`));
    if (found !== undefined) return path.join(folder, found);
    throw inputError(
      `${folder}: expected ${stem}.cpp (or .py, .java), there is ${names.join(', ')}.`,
    );
  };
  const metaPath = path.join(folder, metadataFile);
  const meta = readMetadata(metaPath, await readFile(metaPath, 'utf8'));
  if (!names.includes(statementFile))
    throw inputError(`${folder}: there is no ${statementFile}. Write what is asked into it.`);
  const files = ['starter', 'chosen', 'rejected'].map(fileOf);
  const [starter, chosen, rejected] = await Promise.all(files.map((one) => readFile(one, 'utf8')));
  for (const [i, whole] of [chosen, rejected].entries())
    checkStart(files[i + 1], whole, starter, path.basename(files[0]));
  if (chosen === rejected)
    throw inputError(`${files[2]}: expected another text than ${path.basename(files[1])}.`);
  for (const side of ['chosen', 'rejected'] as const)
    checkLines(metaPath, side, meta, side === 'chosen' ? chosen : rejected);
  const own = await readOwnProblem(folder, {
    task: 'examples',
    split: 'all',
    promptFormat: 'completion',
  });
  const { kind, explanation, flags, from, prompt } = meta;
  return {
    name,
    kind,
    explanation,
    flags,
    from,
    chosen: meta.chosen,
    rejected: meta.rejected,
    starter,
    chosenText: chosen.slice(starter.length),
    rejectedText: rejected.slice(starter.length),
    problem: {
      ...own,
      ...(from !== null && { id: from.problem, task: from.task }),
      ...(prompt !== null && { prompt }),
      columns: { fault: kind },
    },
  };
}

/** Lines of the file before the completion's own; a line of the file less these is one of the completion. */
export function linesBefore(example: Pick<Example, 'starter'>): number {
  return example.starter.split('\n').length - 1;
}

function checkStart(file: string, whole: string, starter: string, starterName: string): void {
  if (whole.startsWith(starter)) return;
  const [there, wanted] = [whole, starter].map((text) => text.split('\n'));
  const at = wanted.findIndex((line, i) => there[i] !== line);
  throw inputError(
    `${file}: expected it to begin with all of ${starterName}, but line ${at + 1} is '${there[at] ?? ''}' in place of '${wanted[at]}'.`,
  );
}

function checkLines(
  file: string,
  side: 'chosen' | 'rejected',
  meta: ExampleMetadata,
  whole: string,
): void {
  const count = whole.replace(/\n$/, '').split('\n').length;
  const { line, also } = meta[side];
  const outside = [line, ...also.map((one) => one.line)].find((one) => one !== null && one > count);
  if (outside !== undefined && outside !== null)
    throw inputError(
      `${file}: ${side}.line: expected a line of the file, which has ${count}, got ${outside}.`,
    );
}
