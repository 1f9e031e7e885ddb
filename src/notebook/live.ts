import { randomUUID } from 'node:crypto';
import { outlet, sendToKernel } from './outlet.js';
import type { ShowOptions } from './show-options.js';
import { show } from './show.js';
import { valueBundle } from './value-bundle.js';

export interface LiveView {
  /** Replaces what is shown; a figure without its picture, which takes most of the time. */
  update(value: unknown): Promise<void>;
  /** Shows the last value once more, whole: a figure with the picture that stays in the notebook. */
  end(): Promise<void>;
}

/**
 * One output that changes in place: curves during a training, a table that fills. In a script or a
 * terminal, where nothing can be taken back, only the last value is shown.
 */
export function live(options: ShowOptions = {}): LiveView {
  const id = randomUUID();
  let last: unknown;
  let hasValue = false;
  let isSent = false;

  async function send(isPassing: boolean): Promise<void> {
    const out = outlet();
    if (out.kind !== 'kernel') return isPassing ? undefined : show(last, options);
    const bundle = await valueBundle(last, { ...options, isPassing });
    await sendToKernel(out.kernel, bundle, { id, isUpdate: isSent });
    isSent = true;
  }

  return {
    async update(value) {
      last = value;
      hasValue = true;
      await send(true);
    },
    async end() {
      if (hasValue) await send(false);
      hasValue = false;
    },
  };
}
