/** Small run folders, as trainings leave them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { configFromObject } from '../../../src/experiments/config/index.js';
import { readJson, writeJson } from '../../../src/experiments/run/files.js';
import { createRun, type RunFolder } from '../../../src/experiments/run/run-folder.js';
import { type RunKind, type RunStatus } from '../../../src/experiments/run/run-status.js';
import type { Rollout } from '../../../src/records.js';
import { exampleRollout, exampleVerdict } from '../../rollouts/example-rollout.js';

export function temporaryRuns(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'rlsf-runs-'));
}

export async function exampleRun(
  outputDir: string,
  name: string,
  state: RunStatus['state'] | 'killed' = 'finished',
  kind: RunKind = 'grpo',
): Promise<RunFolder> {
  await mkdir(outputDir, { recursive: true });
  const config = configFromObject({
    run: { output_dir: outputDir, name },
    task: { name: 'cpp' },
    grpo: { beta: 0.07 },
  });
  const run = await createRun(config, kind, 4);
  const rows = [1, 2, 3, 4].map((step) => `${JSON.stringify({ step, reward: step / 4 })}\n`);
  writeFileSync(run.paths.metrics, rows.join(''));
  await run.setStatus({ state: state === 'killed' ? 'running' : state, step: 4 });
  // As if the process that ran it had been killed, or, of an ended run, had ended.
  if (state !== 'running') {
    const status = (await readJson(run.paths.status)) as RunStatus;
    await writeJson(run.paths.status, {
      ...status,
      process: { ...status.process, started: 'long ago' },
    });
  }
  return run;
}

/** Checkpoints as far as their names and their memory of the best one go. */
export function addCheckpoints(run: RunFolder, steps: readonly number[], best?: number): void {
  for (const step of steps) {
    const folder = path.join(run.paths.checkpoints, `step_${step}`);
    mkdirSync(folder, { recursive: true });
    const data = best === undefined ? null : { best: { step: best, value: 1 }, since: 0 };
    writeFileSync(path.join(folder, 'checkpoint.json'), JSON.stringify({ version: 1, step, data }));
    writeFileSync(path.join(folder, 'trainable.safetensors'), Buffer.alloc(1000));
  }
}

export function addRollouts(run: RunFolder, rollouts: readonly Rollout[]): void {
  writeFileSync(run.paths.rollouts, rollouts.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

/** Two problems at two steps, two rollouts each, all judged and scored. */
export function exampleRollouts(changes: Partial<Rollout> = {}): Rollout[] {
  return [1, 2].flatMap((step) =>
    [0, 1].flatMap((group) =>
      [0, 1].map((sample) =>
        exampleRollout({
          step,
          group,
          sample,
          id: `run/${step}/${group}/${sample}`,
          verdict: exampleVerdict(sample === 0 ? 'clean' : 'timeout'),
          rewards: [{ name: 'sanitizer', weight: 1, score: 1 - sample, spans: [], log: {} }],
          reward: 1 - sample,
          advantages: { scheme: 'scalar', sequence: 1 - 2 * sample, tokens: [0.5, -0.5, 0.1] },
          ...changes,
        }),
      ),
    ),
  );
}
