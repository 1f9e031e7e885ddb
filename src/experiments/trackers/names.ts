/**
 * Metric names as a user of TRL sees them: its trainer hands every log through `transformers`,
 * which puts `train/` before a name and turns `eval_…` into `eval/…`, for TensorBoard, W&B and
 * trackio; MLflow gets the names bare. `transformers` also turns `test_…` into `test/…`: not done
 * here, where `test_pass_rate` is a figure of training.
 */
export function trackedName(metric: string): string {
  const evaluation = 'eval_';
  return metric.startsWith(evaluation)
    ? `eval/${metric.slice(evaluation.length)}`
    : `train/${metric}`;
}

/** All metrics under their tracked names; `step` is the x-axis and no metric. */
export function trackedMetrics(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([name]) => name !== 'step')
      .map(([name, value]) => [trackedName(name), value]),
  );
}

/** Without NaN and infinities, for tools that are told in JSON, which has none. */
export function finiteOnly(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

/** MLflow refuses other characters; `transformers` replaces them alike. */
export function mlflowName(metric: string): string {
  return metric.replace(/[^0-9A-Za-z_\-. :/]/g, '_');
}

/** `{grpo: {beta: 0}}` as `[['grpo.beta', 0]]`; lists and empty sections stay whole. */
export function flattenConfig(
  config: Readonly<Record<string, unknown>>,
  prefix = '',
): [string, unknown][] {
  return Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
    isSection(value) ? flattenConfig(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}

function isSection(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0
  );
}
