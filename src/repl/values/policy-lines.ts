import { visibleText } from '../../plots/visible.js';
import type { Policy } from '../../policy/index.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import { has } from './kinds.js';

export function isPolicy(value: unknown): value is Policy {
  return has(value, 'config', 'tokenizer', 'weights', 'revision', 'adapter', 'dispose');
}

/** What a policy is, in a few lines: its weights and its vocabulary would fill hundreds of screens. */
export function policyLines({ source, folder, config, weights, adapter }: Policy): StyledLine[] {
  const size = [...weights.values()].reduce((sum, each) => sum + each.size, 0);
  const { modelType, layers, hiddenSize, vocabSize } = config;
  const row = (label: string, text: string): StyledLine =>
    line(span(padEnd(label, 10), 'dim'), visibleText(text));
  return [
    line(span('policy', 'title'), ` ${visibleText(source?.hub?.name ?? folder ?? 'made here')}`),
    row('weights', `${(size / 1e6).toFixed(1)} M, ${modelType}: ${layers} layers of ${hiddenSize}`),
    row('tokens', `${vocabSize}`),
    row('adapter', adapter === null ? 'none' : `${adapter.name}, rank ${adapter.r}`),
  ];
}
