import { z } from 'zod';
import type { RewardBase, RewardFunction } from './reward-function.js';

/** A reward that can be made from plain data. */
export interface BuiltInReward {
  /** One sentence. */
  readonly summary: string;
  /** A strict object: snake_case keys, each with a description. */
  readonly options: z.ZodObject;
  make(options: Record<string, unknown>, base: Required<RewardBase>): RewardFunction;
}

/** @param make gets the options as the schema leaves them, defaults filled in */
export function builtIn<Shape extends z.ZodRawShape>(
  summary: string,
  shape: Shape,
  make: (
    options: z.output<z.ZodObject<Shape, z.core.$strict>>,
    base: Required<RewardBase>,
  ) => RewardFunction,
): BuiltInReward {
  const options = z.strictObject(shape);
  return { summary, options, make: (given, base) => make(options.parse(given), base) };
}
