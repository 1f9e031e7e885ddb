import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import type { JudgePool } from '../../sandbox/index.js';
import {
  exampleFiles,
  exampleNames,
  readExample,
  type ExpectedVerdict,
} from '../../tasks/examples/index.js';
import { corruptAndVerify, type CorruptedSample } from '../corrupt.js';
import { lineAt } from './feedback.js';
import { hashOf } from './files.js';

/** Where examples come from. */
export interface ExampleSource {
  /** For the index. */
  name: string;
  items(): Promise<SourceItem[]>;
}

export interface SourceItem {
  /** Of its folder. */
  name: string;
  /** Changes when the example would. */
  inputs: string;
  /** Its files by name, or why there are none. */
  make(tools: MakeTools): Promise<Record<string, string> | { leftOut: string }>;
}

export interface MakeTools {
  /** A judge, opened when it is first asked for. */
  judge(): Promise<JudgePool>;
  signal?: AbortSignal;
}

/** Examples written by hand, one folder each. */
export function handMadeExamples(folder: string): ExampleSource {
  return {
    name: folder,
    async items() {
      const names = await exampleNames(folder);
      return Promise.all(
        names.map(async (name) => {
          const files = await filesIn(path.join(folder, name));
          return {
            name,
            inputs: hashOf(files),
            async make() {
              // Says here, with the user's own path, what is wrong with it.
              await readExample(path.join(folder, name));
              return files;
            },
          };
        }),
      );
    },
  };
}

/**
 * Examples from problems of a task: the reference, and a corruption of it that the judge finds to fail
 * in the way its operator names.
 */
export function generatedExamples(
  task: string,
  problems: readonly Problem[],
  { seed = 0 }: { readonly seed?: number | string } = {},
): ExampleSource {
  return {
    name: `${task}, ${problems.length} problems, seed ${seed}`,
    items: async () =>
      problems.map((problem) => ({
        name: problem.id.replaceAll(/[^\w.-]+/g, '-'),
        inputs: hashOf(generatedVersion, problem, seed),
        async make({ judge, signal }) {
          const { reference } = problem;
          if (reference === undefined) return { leftOut: 'it has no reference' };
          const pool = await judge();
          const { verified } = await corruptAndVerify(pool, problem, reference, { seed, signal });
          const [made] = verified;
          return made === undefined
            ? { leftOut: 'no corruption of its reference fails as named' }
            : generatedFiles(problem, made);
        },
      })),
  };
}

/** Several sources as one; a name that comes twice is an error. */
export function allExamples(sources: readonly ExampleSource[]): ExampleSource {
  return {
    name: sources.map(({ name }) => name).join(' + '),
    async items() {
      const items = (await Promise.all(sources.map((source) => source.items()))).flat();
      const names = items.map(({ name }) => name);
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice !== undefined)
        throw inputError(`Examples: expected different names, got ${twice} twice. Rename one.`);
      return items;
    },
  };
}

const generatedVersion = 1;

function generatedFiles(problem: Problem, made: CorruptedSample): Record<string, string> {
  const starter = (problem.tests?.includes ?? '') + (problem.tests?.prefix ?? '');
  const before = starter.split('\n').length - 1;
  const put = Buffer.from(made.text).subarray(made.span.start, made.span.end).toString('utf8');
  const taken = Buffer.from(made.original)
    .subarray(made.replaced.start, made.replaced.end)
    .toString('utf8');
  const clean: ExpectedVerdict = {
    outcome: 'clean',
    finding: null,
    line: null,
    isReported: false,
    also: [],
  };
  return exampleFiles(
    problem,
    { chosen: made.original, rejected: made.text },
    {
      kind: made.operator,
      explanation: `The reference with ${quoted(put)} in place of ${quoted(taken)}.`,
      from: {
        task: problem.task,
        problem: problem.id,
        corruption: { operator: made.operator, kind: made.kind, ...made.span },
      },
      chosen: clean,
      rejected: verifiedVerdict(made, before),
    },
  );
}

/** What the judge said when the corruption was verified: it has to say so again. */
function verifiedVerdict(
  { verdict, text, span }: CorruptedSample,
  before: number,
): ExpectedVerdict {
  const wanted = verdict.outcome === 'warning' ? 'warning' : 'error';
  const found = verdict.diagnostics.filter(({ severity }) => severity !== 'note');
  const places = found.map((one) => ({
    finding: one.kind,
    line: one.span.precision === 'none' ? null : lineAt(text, one.span.start) + before,
  }));
  const main = found.findIndex(({ severity }) => severity === wanted);
  const { finding, line } = main < 0 ? { finding: null, line: null } : places[main];
  return {
    outcome: verdict.outcome,
    finding,
    line: line ?? lineAt(text, span.start) + before,
    isReported: line !== null,
    also: places.filter((_, i) => i !== main),
  };
}

function quoted(text: string): string {
  return text.trim() === '' ? 'nothing' : `«${text.trim()}»`;
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const files: Record<string, string> = {};
  for (const name of names) {
    const file = path.join(folder, name);
    if ((await stat(file)).isFile()) files[name] = await readFile(file, 'utf8');
  }
  return files;
}
