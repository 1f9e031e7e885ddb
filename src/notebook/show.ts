import type { Policy } from '../policy/index.js';
import { outlet, sendToKernel } from './outlet.js';
import { valueBundle } from './value-bundle.js';

export interface ShowOptions {
  /** Heading of a table or an inspector; of a figure, what is read aloud in its place. */
  readonly name?: string;
  /**
   * Of a rollout: what its tokens are worth to a later policy, told beside their probabilities as sampled.
   * The policy itself, such as `session.policy` after a step, or its log-probabilities (`presentLogprobs`):
   * of one rollout a list, of several a list of lists.
   */
  readonly after?: Policy | readonly number[] | readonly (readonly number[])[];
  /** Of a figure, in pixels. @default the figure's own, else 900 */
  readonly width?: number;
  /** Of a figure, in pixels. @default the figure's own, else 480 */
  readonly height?: number;
}

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
