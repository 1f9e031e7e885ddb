/**
 * The few error classes that `rlsf` throws for bad input. A message answers: where, what was
 * expected, what came, what to do next. Recognise them by `tag`, not by `instanceof`: a notebook
 * kernel may hold a second copy of this module.
 */
export class RlsfError extends Error {
  readonly tag: 'input' | 'usage' | 'environment' | 'internal';

  constructor(tag: RlsfError['tag'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'RlsfError';
    this.tag = tag;
  }
}

/** What the user gave (a file, a value, a shape) cannot be used. Exit code 1. */
export function inputError(message: string, options: { cause?: unknown } = {}): RlsfError {
  return new RlsfError('input', message, options);
}

/** The command line itself is wrong. Exit code 2. */
export function usageError(message: string, options: { cause?: unknown } = {}): RlsfError {
  return new RlsfError('usage', message, options);
}

/** The machine lacks something: a compiler, an isolation tier, a library. Exit code 1. */
export function environmentError(message: string, options: { cause?: unknown } = {}): RlsfError {
  return new RlsfError('environment', message, options);
}

/** Our own mistake. Exit code 1. */
export function internalError(message: string, options: { cause?: unknown } = {}): RlsfError {
  return new RlsfError('internal', `Internal: ${message}`, options);
}

export function isRlsfError(error: unknown): error is RlsfError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'tag' in error &&
    'name' in error &&
    error.name === 'RlsfError'
  );
}
