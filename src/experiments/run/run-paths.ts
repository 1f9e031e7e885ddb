import path from 'node:path';

/** Where everything of a run lies: one layout, whatever its kind. What a kind does not make is not there. */
export interface RunFilePaths {
  /** As resolved. */
  config: string;
  status: string;
  metadata: string;
  rollouts: string;
  metrics: string;
  /** A folder, with one `step_N` each. */
  checkpoints: string;
  /** A folder in PEFT's layout. */
  adapter: string;
  /** A folder in Hugging Face's layout, where whole weights were trained. */
  model: string;
  /** A folder. */
  plots: string;
  report: string;
  reportHtml: string;
  evaluation(when: 'before' | 'after'): string;
}

export function runPaths(folder: string): RunFilePaths {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  return {
    config: at('config.yaml'),
    status: at('status.json'),
    metadata: at('run_metadata.json'),
    rollouts: at('rollouts.jsonl'),
    metrics: at('metrics.jsonl'),
    checkpoints: at('checkpoints'),
    adapter: at('adapter'),
    model: at('model'),
    plots: at('plots'),
    report: at('report.md'),
    reportHtml: at('report.html'),
    evaluation: (when) => at(`evaluations_${when}.json`),
  };
}
