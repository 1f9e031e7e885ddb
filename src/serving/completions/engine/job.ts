import type { ForwardOptions } from '../../../policy/decoder/decoder.js';
import type { Row } from '../../../policy/sampling/rows.js';
import type { SamplingSettings } from '../../../records.js';

/** The rows of one request, all drawn under the same settings. */
export interface Job {
  id: number;
  rows: Row[];
  /** Rows of one prompt. */
  samples: number;
  /** The policy's own name of an adapter; `null`: the base. */
  adapter: string | null;
  settings: SamplingSettings;
  /** Ids that end a completion. */
  ends: ReadonlySet<number>;
  /** Likeliest tokens wanted beside each drawn one; `null`: no log-probabilities. */
  alternatives: number | null;
}

/** What may be drawn in one step: one adapter, one set of rules. */
export function groupOf({ adapter, settings, ends }: Job): string {
  const { temperature, topK, topP, minP, repetitionPenalty = 1 } = settings;
  return JSON.stringify([
    adapter,
    [temperature, topK, topP, minP, repetitionPenalty],
    [...ends].sort((a, b) => a - b),
  ]);
}

/** The options of a forward pass under an adapter, or of the base whatever adapter is active. */
export function passOf(adapter: string | null): Pick<ForwardOptions, 'useAdapter' | 'adapter'> {
  return adapter === null ? { useAdapter: false } : { adapter };
}
