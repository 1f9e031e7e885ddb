import { isRlsfError } from '../../../errors.js';
import type { EngineProblem } from './protocol.js';

/** Thrown while a request is prepared: it is refused with these words, nothing else happens. */
export class Refusal extends Error {
  readonly problem: EngineProblem;

  constructor(problem: EngineProblem) {
    super(problem.message);
    this.name = 'Refusal';
    this.problem = problem;
  }
}

export function badRequest(
  message: string,
  details: { param?: string; code?: string; status?: number } = {},
): Refusal {
  const { param = null, code = null, status = 400 } = details;
  return new Refusal({ status, type: 'invalid_request_error', code, param, message });
}

/** OpenAI's words, which clients look for. */
export function contextExceeded(
  limit: number,
  prompt: number | null,
  completion: number,
  param: string,
): Refusal {
  const asked =
    prompt === null
      ? 'your prompt alone has more'
      : `you requested ${prompt + completion} tokens (${prompt} in the ${param}, ${completion} in the completion)`;
  return badRequest(
    `This model's maximum context length is ${limit} tokens. However, ${asked}. Please reduce the length of the ${param} or completion.`,
    { param, code: 'context_length_exceeded' },
  );
}

export function modelNotFound(name: string): Refusal {
  return badRequest(`The model \`${name.slice(0, 200)}\` does not exist.`, {
    status: 404,
    param: 'model',
    code: 'model_not_found',
  });
}

/** What is told of an error. Of our own mistakes nothing but that they are ours. */
export function problemFrom(error: unknown, param: string | null = null): EngineProblem {
  if (error instanceof Refusal) return error.problem;
  if (isRlsfError(error) && (error.tag === 'input' || error.tag === 'usage'))
    return badRequest(error.message, param === null ? {} : { param }).problem;
  return {
    status: 500,
    type: 'server_error',
    code: 'internal',
    param: null,
    message: 'A mistake of the server, not of your request; its notes say more.',
  };
}
