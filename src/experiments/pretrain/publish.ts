import path from 'node:path';
import type { Policy } from '../../policy/index.js';
import { savePolicy } from '../../policy/index.js';
import type { CorpusProgram } from '../../tasks/index.js';
import type { Config } from '../config/index.js';
import { sha256OfFile, writeFileAtomically, writeJson } from '../run/files.js';
import { readMetrics } from '../run/metrics-log.js';
import type { RunFolder } from '../run/run-folder.js';
import { modelSize } from '../workplace/index.js';
import { recipeFile } from './corpus-share.js';
import type { PolicyRecipe } from './corpus-share.js';
import { modelCard } from './model-card.js';
import { corpusOptions } from './prepare.js';
import { corpusOf } from './task-corpus.js';

/** Saves the policy with its recipe and its card. @returns the folder */
export async function publish(
  config: Config,
  run: RunFolder,
  policy: Policy,
  corpus: readonly CorpusProgram[],
  programs: number,
  steps: number,
): Promise<string> {
  const folder = outputFolder(config, run);
  await savePolicy(policy, folder, { dtype: config.pretrain.dtype });
  const recipe: PolicyRecipe = { task: config.task.name ?? '', corpus: corpusOptions(config) };
  await writeJson(path.join(folder, recipeFile), recipe);
  const metrics = await readMetrics(run.paths.metrics);
  const card = modelCard({
    name: path.basename(folder),
    config,
    source: corpusOf(config.task.name),
    corpus,
    parameters: modelSize(policy).parameters,
    programs,
    steps,
    finalLoss: metrics.at(-1)?.loss ?? NaN,
    sha256: await sha256OfFile(path.join(folder, 'model.safetensors')),
  });
  await writeFileAtomically(path.join(folder, 'README.md'), card);
  return folder;
}

export function outputFolder(config: Config, run: RunFolder): string {
  return config.pretrain.output ?? run.paths.model;
}
