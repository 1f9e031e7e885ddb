/** What `rlsf compare` is given by name, as measurements. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { ComparedArm, ComparedRun, Evaluation } from '../../evaluation/index.js';
import { examplesFile, readEvaluations, readExamplesFile } from '../../evaluation/index.js';
import type { Config } from '../config/index.js';
import { loadConfig } from '../config/index.js';
import { readJson } from '../run/files.js';
import { runPaths } from '../run/run-paths.js';

export interface ReadArmsOptions {
  /** @default the first split of each measurement */
  split?: string;
  /** Where runs named without a folder lie. @default 'runs' */
  outputDir?: string;
}

/**
 * The measurements of each name. A name is a run folder (or a run's name), a folder or file of
 * `rlsf evaluate`, or `RUN@before`, `RUN@after`; without a side it is the one after. `NAME=A,B,…` gives
 * several runs that count as one arm; `*` stands for any folder. One run alone is its before and after.
 */
export async function readArms(
  names: readonly string[],
  options: ReadArmsOptions = {},
): Promise<ComparedArm[]> {
  const given = (names.length === 1 ? bothSides(names[0]) : names).map(parseArm);
  const shown = withoutCommonFolder(given.map(({ arm }) => arm));
  return Promise.all(
    given.map(async ({ places }, index) => ({
      name: shown[index],
      runs: await Promise.all(places.map((place) => readRun(place, options))),
    })),
  );
}

/** `runs/a` and `runs/b` are `a` and `b` in a table; the files are told in full. */
function withoutCommonFolder(names: readonly string[]): string[] {
  const parts = names.map((name) => name.split(path.sep));
  const shortest = Math.min(...parts.map(({ length }) => length)) - 1;
  let common = 0;
  while (common < shortest && parts.every((one) => one[common] === parts[0][common])) common++;
  return parts.map((one) => one.slice(common).join(path.sep));
}

/** The config that a measurement was made with, where its folder holds one. */
export async function configBeside(label: string): Promise<Config | null> {
  const [place] = splitSide(label);
  const folder = isFolder(place) ? place : path.dirname(place);
  const { config } = runPaths(folder);
  return existsSync(config) ? loadConfig(config, { env: {} }) : null;
}

/** Each arm of its own runs: its before against its after. */
function bothSides(name: string): string[] {
  const [, side] = splitSide(name);
  const { places } = parseArm(name);
  if (side !== null || places.length !== 1) {
    throw inputError(
      `rlsf compare: expected two measurements, or one run that was measured before and after, got ${name} alone. Name what to compare it with.`,
    );
  }
  return [`${name}@before`, `${name}@after`];
}

function parseArm(name: string): { arm: string; places: string[] } {
  const named = existsSync(name) ? null : /^([^/\\=*,]+)=(.+)$/.exec(name);
  const list = named ? named[2] : name;
  const places = existsSync(list) ? [list] : list.split(',').flatMap(expand);
  return { arm: named ? named[1] : name, places };
}

/** Paths with `*` as the folders there are, in order. */
function expand(pattern: string): string[] {
  if (!pattern.includes('*')) return [pattern];
  const [place, side] = splitSide(pattern);
  const parts = path.normalize(place).split(path.sep);
  let found = [path.isAbsolute(place) ? path.sep : '.'];
  for (const part of parts.filter((own) => own !== '')) {
    const fits = new RegExp(`^${part.split('*').map(escaped).join('[^/]*')}$`);
    found = found.flatMap((folder) => {
      if (!part.includes('*')) return [path.join(folder, part)].filter((own) => existsSync(own));
      if (!isFolder(folder)) return [];
      return readdirSync(folder)
        .filter((own) => fits.test(own) && !own.startsWith('.'))
        .sort()
        .map((own) => path.join(folder, own));
    });
  }
  if (found.length > 0) return found.map((own) => (side === null ? own : `${own}@${side}`));
  throw inputError(
    `rlsf compare: expected ${pattern} to name runs, but nothing fits it. * stands for any part of one folder's name.`,
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `RUN@after` as its two parts, unless there is a file of that name. */
function splitSide(name: string): [place: string, side: string | null] {
  const at = name.lastIndexOf('@');
  if (at <= 0 || existsSync(name) || name.slice(at).includes(path.sep)) return [name, null];
  return [name.slice(0, at), name.slice(at + 1)];
}

async function readRun(name: string, options: ReadArmsOptions): Promise<ComparedRun> {
  const file = evaluationFile(name, options.outputDir ?? 'runs');
  const bySplit = await readAny(file);
  const splits = Object.keys(bySplit);
  const split = options.split ?? splits[0];
  if (!(split in bySplit)) {
    throw inputError(
      `${file}: expected a measurement on the split ${split}, got ${splits.join(', ') || 'none'}. Name one of these (--split).`,
    );
  }
  const evaluation = bySplit[split];
  const config = await configBeside(file);
  return {
    label: file,
    evaluation,
    facts: factsOf(evaluation, config),
    ...(await kindsOf(file, split)),
  };
}

const sides: Record<string, string[]> = {
  before: ['before', 'baseline'],
  baseline: ['baseline', 'before'],
  after: ['after'],
};

/** The `.json` of a measurement. */
function evaluationFile(name: string, outputDir: string): string {
  const [place, side] = splitSide(name);
  const found = [place, path.join(outputDir, place)].find((own) => existsSync(own));
  if (found === undefined) {
    throw inputError(
      `rlsf compare: expected a run folder or a file of an evaluation, but there is no ${place} (nor ${path.join(outputDir, place)}).`,
    );
  }
  if (!isFolder(found)) return found.replace(/\.jsonl$/, '.json');
  if (side !== null && !(side in sides)) {
    throw inputError(`${name}: expected @before or @after, got @${side}.`);
  }
  const wanted =
    side === null
      ? ['evaluations_after', 'evaluation', 'evaluations_before', 'evaluations_baseline']
      : sides[side].map((own) => `evaluations_${own}`);
  const file = wanted.map((own) => path.join(found, `${own}.json`)).find((own) => existsSync(own));
  if (file !== undefined) return file;
  const there = readdirSync(found).filter((own) => /^evaluations?(_\w+)?\.json$/.test(own));
  throw inputError(
    `${name}: expected a measurement (${wanted.map((own) => `${own}.json`).join(' or ')}) in ${found}, got ${there.length > 0 ? there.join(', ') : 'none'}. Measure with rlsf evaluate, or name another run.`,
  );
}

/** By split; what `rlsf evaluate --json` printed is of one split. */
async function readAny(file: string): Promise<Record<string, Evaluation>> {
  if (existsSync(file.replace(/\.json$/, '.jsonl'))) return readEvaluations(file);
  const value = (await readJson(file)) as Partial<Evaluation>;
  if (Array.isArray(value.rows) && typeof value.split === 'string')
    return { [value.split]: value as Evaluation };
  throw inputError(
    `${file}: expected an evaluation with its rows (or a .jsonl of that name beside it), got other JSON. Name a run folder, or what rlsf evaluate wrote.`,
  );
}

function factsOf({ settings }: Evaluation, config: Config | null): ComparedRun['facts'] {
  const task = settings?.task ?? config?.task.name ?? undefined;
  const drawn = settings?.sampling;
  const sampling: Record<string, unknown> | undefined = drawn
    ? {
        temperature: drawn.temperature,
        top_k: drawn.topK,
        top_p: drawn.topP,
        min_p: drawn.minP,
        max_completion_length: drawn.maxNewTokens,
        stop: drawn.stop,
      }
    : config
      ? {
          temperature: config.evaluation.temperature,
          top_p: config.evaluation.top_p,
          max_completion_length: config.sampling.max_completion_length,
        }
      : undefined;
  const format = settings?.promptFormat;
  return {
    ...(task === undefined ? {} : { task }),
    ...(config ? { runSeed: config.run.seed } : {}),
    ...(sampling
      ? { sampling: { ...sampling, ...(format ? { prompt_format: format } : {}) } }
      : {}),
  };
}

/** Of the examples' verdicts, where they are kept: compilers' findings too. */
async function kindsOf(file: string, split: string): Promise<Pick<ComparedRun, 'kinds'>> {
  const examples = examplesFile(file);
  if (!existsSync(examples)) return {};
  const kinds: Record<string, (string[] | null)[]> = {};
  for (const example of await readExamplesFile(examples)) {
    if (example.split !== split) continue;
    const { outcome, diagnostics } = example.verdict;
    const own = diagnostics.filter(({ severity }) => severity !== 'note').map(({ kind }) => kind);
    (kinds[example.problem_id] ??= [])[example.sample] =
      outcome === 'sandbox_error' ? null : [...new Set(own)];
  }
  return { kinds };
}

function isFolder(place: string): boolean {
  return existsSync(place) && statSync(place).isDirectory();
}
