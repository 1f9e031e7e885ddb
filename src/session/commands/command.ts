import type { z } from 'zod';
import type { Emit } from '../../experiments/run/events.js';
import type { Session } from '../session.js';

/**
 * An act on a session as data: the prompt (`/sample 4 --temperature 0.8`) and the command line
 * (`rlsf sample 4 --temperature 0.8 --session FOLDER`) read the same table, a notebook calls the function
 * behind it. Heavy modules are imported inside `run`, so that a table of commands costs nothing.
 */
export interface SessionCommand<Shape extends z.ZodRawShape = z.ZodRawShape, Value = unknown> {
  /** One word. */
  name: string;
  summary: string;
  /** Where the help lists it. */
  group: CommandGroup;
  /** What it takes, by camelCase name, each with a description; `--dashed-name` when typed. */
  input: Shape;
  /** Fields that may be given by their place, in this order. An array may only be the last. */
  positional?: readonly (keyof Shape & string)[];
  /** Lines as they are typed, without the slash. */
  examples: readonly string[];
  /** It changes the session, and so can be undone. */
  changes: boolean;
  /** Values that a field may take here and now, for completion. */
  complete?(
    session: Session,
    field: keyof Shape & string,
    /** What stands there so far: a part of a path, a name's beginning. */
    typed: string,
  ): Promise<readonly Candidate[]>;
  run(session: Session, input: z.infer<z.ZodObject<Shape>>, hooks: CommandHooks): Promise<Value>;
  /** The same act as TypeScript, for a notebook: `await sample(session, { n: 4 });` */
  code(input: z.infer<z.ZodObject<Shape>>): string;
}

/** A value that a field may take, with a word on what it is. */
export type Candidate = string | { text: string; summary: string };

export type CommandGroup = 'set up' | 'rollouts' | 'reward' | 'update' | 'look' | 'session';

export interface CommandHooks {
  /** Aborted by Ctrl-C: what is done stays done, the session is as before the act or after it. */
  signal: AbortSignal;
  /** Progress of long work. */
  emit: Emit;
  /** Awaited between the steps of a training, to save what was learned. */
  afterStep?(): Promise<void>;
  /** A line for people that is not part of the value. */
  note(text: string): void;
}

/** Keeps the types of the fields while the table holds commands of every shape. */
export function defineCommand<Shape extends z.ZodRawShape, Value>(
  command: SessionCommand<Shape, Value>,
): SessionCommand {
  return command as unknown as SessionCommand;
}
