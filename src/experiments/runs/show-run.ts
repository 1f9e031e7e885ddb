import { existsSync } from 'node:fs';
import type { Config } from '../config/index.js';
import { configFromObject, listOptions } from '../config/index.js';
import { readJson } from '../run/files.js';
import type { RunMetadata } from '../run/metadata.js';
import type { MetricsLogRow } from '../run/metrics-log.js';
import { readMetrics } from '../run/metrics-log.js';
import { readRunConfig } from '../run/read-run-config.js';
import { runPaths } from '../run/run-paths.js';
import { findOneRun } from './find-runs.js';
import { runEntry, type RunEntry } from './list-runs.js';
import { sizedEntries, type SizedEntry } from './sizes.js';

/** All that `rlsf runs show` says. */
export interface RunDetails extends RunEntry {
  /** Options that differ from the defaults, by path. */
  options: { option: string; value: unknown; byDefault: unknown }[];
  /** Options of an older release: how each is read. */
  notes: string[];
  /** `null` where the run never got that far. */
  metadata: RunMetadata | null;
  /** Of the last step. */
  lastMetrics: MetricsLogRow | null;
  files: SizedEntry[];
}

/** @param name of a run under `outputDir`, or its folder */
export async function runDetails(name: string, outputDir: string): Promise<RunDetails> {
  const run = await findOneRun(name, outputDir);
  const { config: file, metadata, metrics } = runPaths(run.folder);
  const { config, notes } = existsSync(file)
    ? await readRunConfig(file)
    : { config: configFromObject({}), notes: [`${file} is missing.`] };
  return {
    ...(await runEntry(run)),
    options: differences(config),
    notes,
    metadata: existsSync(metadata) ? ((await readJson(metadata)) as RunMetadata) : null,
    lastMetrics: (await readMetrics(metrics)).at(-1) ?? null,
    files: await sizedEntries(run.folder),
  };
}

/** The name and the folder are said elsewhere. */
const said = ['run.name', 'run.output_dir'];

function differences(config: Config): RunDetails['options'] {
  const defaults = configFromObject({});
  return listOptions()
    .map(({ path }) => ({
      option: path,
      value: optionOf(config, path),
      byDefault: optionOf(defaults, path),
    }))
    .filter(
      ({ option, value, byDefault }) =>
        !said.includes(option) && JSON.stringify(value) !== JSON.stringify(byDefault),
    );
}

function optionOf(config: Config, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null
          ? (inner as Record<string, unknown>)[key]
          : undefined,
      config,
    );
}
