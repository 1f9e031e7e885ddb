import type { Policy } from '../policy/index.js';

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
