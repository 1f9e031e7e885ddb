/** What a run says to the tools that draw curves. `metrics.jsonl` is written by the run itself. */

/** How a run left: by itself, by the user's stop, by an error. */
export type RunEnd = 'finished' | 'interrupted' | 'failed';

/**
 * One tool that follows a run. Neither call throws once it came from `openTrackers`, and `log` does
 * not wait for a network.
 */
export interface Tracker {
  /** The figures of one step, by the names of `metrics.jsonl`. A step may be logged in parts. */
  log(step: number, metrics: Readonly<Record<string, number>>): Promise<void>;
  /** Hands over what is still waiting, for at most `timeoutMs`, and closes. */
  finish(status: RunEnd): Promise<void>;
}

/** Which tools, and how patiently. */
export interface TrackerSettings {
  /** Event files in `<run>/tensorboard`. @default true */
  readonly tensorboard?: boolean;
  /** An offline run in `<run>/wandb`, uploaded by the `wandb` command. @default false */
  readonly wandb?: boolean;
  /** The server that MLFLOW_TRACKING_URI names. @default false */
  readonly mlflow?: boolean;
  /** The server that TRACKIO_SERVER_URL or TRACKIO_SPACE_ID names. @default false */
  readonly trackio?: boolean;
  /** Project (W&B, trackio) or experiment (MLflow), where the environment names none. @default 'rlsf' */
  readonly project?: string;
  /** What one request may take, and what the end of a run may wait for each tool. @default 30000 */
  readonly timeoutMs?: number;
  /** How often the `wandb` command uploads while the run goes on. 0: only at its end. @default 60000 */
  readonly wandbSyncMs?: number;
}

/** What the tools are told about the run. */
export interface TrackedRun {
  /** The run's name, shown unless the environment names another. */
  readonly name: string;
  /** The run's folder. */
  readonly folder: string;
  /** `grpo`, `sft`, …; a tag. */
  readonly method: string;
  /** The config as resolved; sections become `section.option`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Short facts for tags: device, model, git revision, …. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** The last step that stays, when the run is taken up again; `null` for a new run. */
  readonly resumedAfterStep: number | null;
}

export interface TrackerOptions {
  /** Where names, addresses and keys are looked up. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Each trouble is said once, with what to do. @default nothing is said */
  readonly onWarning?: (message: string) => void;
  /** Milliseconds since 1970; a tracker's times are for people only. @default Date.now */
  readonly now?: () => number;
}

/** What every tracker is opened with: the above with its defaults filled in. */
export interface TrackerContext {
  readonly run: TrackedRun;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly project: string;
  readonly timeoutMs: number;
  readonly wandbSyncMs: number;
  readonly now: () => number;
  readonly onWarning: (message: string) => void;
}
