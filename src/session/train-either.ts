import type { Config, Method, MetricsLogRow, RunOptions, RunResult } from '../experiments/index.js';
import { train as trainRun } from '../experiments/index.js';
import type { Session } from './session.js';
import type { TrainOptions } from './train.js';
import { train } from './train.js';

/** Whole steps in a session, or a training as a run in a folder of its own: the first argument says which. */
export function trainEither(session: Session, options: TrainOptions): Promise<MetricsLogRow[]>;
export function trainEither(
  method: Method,
  config: Config,
  options?: RunOptions,
): Promise<RunResult>;
export function trainEither(
  first: Session | Method,
  second: TrainOptions | Config,
  options?: RunOptions,
): Promise<MetricsLogRow[] | RunResult> {
  return typeof first === 'string'
    ? trainRun(first, second as Config, options)
    : train(first, second as TrainOptions);
}
