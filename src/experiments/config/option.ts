import { z } from 'zod';

/**
 * One documented option. Apply it last: zod attaches the text to this very schema object.
 * @param trl TRL's default where TRL has an option of this name; the description then says so
 *   whenever ours differs.
 */
export function option<T extends z.ZodType>(schema: T, description: string, trl?: unknown): T {
  const own = schema.safeParse(undefined);
  const differs = trl !== undefined && JSON.stringify(own.data) !== JSON.stringify(trl);
  const text = differs ? `${description} TRL's default: ${JSON.stringify(trl)}.` : description;
  return schema.describe(text);
}

/** A whole number of at least `minimum`. */
export function whole(minimum: number): z.ZodInt {
  return z.int().min(minimum);
}

/** A share between 0 and 1, both included. */
export function share(): z.ZodNumber {
  return z.number().min(0).max(1);
}
