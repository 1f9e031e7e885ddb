import path from 'node:path';

/** What a run's name is made from when none is given. */
export interface RunNameFacts {
  /** `grpo`, `sft`, … */
  readonly method: string;
  /** A folder or a Hub id, with or without a revision; `null` for a model made from nothing. */
  readonly model: string | null;
  /** Completions of one prompt, K; `null` where the method samples none. */
  readonly numGenerations: number | null;
  readonly length: { readonly steps: number } | { readonly epochs: number };
}

/**
 * `{method}_{model}_K{n}_steps{m}` (`_epochs{m}` where passes over the data are counted), e.g.
 * `grpo_Qwen2.5-0.5B-Instruct_K8_steps30`; without `_K{n}` where nothing is sampled, without the
 * model where there is none. Of the model its own name: the last part of the path, no revision; what
 * a folder's name should not hold becomes `-`.
 */
export function runName({ method, model, numGenerations, length }: RunNameFacts): string {
  const base = model === null ? '' : safe(path.basename(withoutRevision(model)));
  return [
    safe(method),
    ...(base === '' ? [] : [base]),
    ...(numGenerations === null ? [] : [`K${numGenerations}`]),
    'steps' in length ? `steps${length.steps}` : `epochs${length.epochs}`,
  ].join('_');
}

/** `owner/name@revision`; an `@` in a folder above the last is part of the path. */
function withoutRevision(model: string): string {
  return model.replace(/(?<=[^/\\])@[^/\\]*$/, '');
}

/** Letters, digits, `.`, `_` and `-`, beginning with no dot and no dash; at most 64 of them. */
function safe(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|-+$/g, '')
    .slice(0, 64);
}

/** `prefix`, `prefix-2`, …, from behind the newest: a removed run's name is not given to another. */
export function freeNames(names: readonly string[], prefix: string): Iterable<string> {
  const taken = names.flatMap((name) => (name === prefix ? [1] : (numbered(name, prefix) ?? [])));
  const first = Math.max(0, ...taken) + 1;
  return (function* () {
    for (let n = first; ; n++) yield n === 1 ? prefix : `${prefix}-${n}`;
  })();
}

/** n of `prefix-n`, `null` for any other name. */
export function numbered(name: string, prefix: string): number | null {
  if (!name.startsWith(`${prefix}-`)) return null;
  const rest = name.slice(prefix.length + 1);
  return /^[1-9]\d*$/.test(rest) ? Number(rest) : null;
}
