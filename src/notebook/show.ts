import { outlet, sendToKernel } from './outlet.js';
import type { ShowOptions } from './show-options.js';
import { valueBundle } from './value-bundle.js';

/**
 * Shows a value where the code runs. In a notebook one output holds it in every form that a reader may
 * take: Plotly's JSON, HTML, a picture, text. A figure is drawn, rollouts are a table with their
 * inspectors, one rollout is its inspector, records and lists of records are tables. In the terminal's
 * workbench it is what the prompt shows; in a script its text is printed. Whatever a model or a program
 * wrote is text in all of them.
 */
export async function show(value: unknown, options: ShowOptions = {}): Promise<void> {
  const out = outlet();
  if (out.kind === 'elsewhere') return out.show(value, options);
  const bundle = await valueBundle(value, { ...options, isPassing: out.kind === 'print' });
  if (out.kind === 'kernel') return sendToKernel(out.kernel, bundle);
  process.stdout.write(`${String(bundle.data['text/plain'])}\n`);
}
