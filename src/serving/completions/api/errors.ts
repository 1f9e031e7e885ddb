import type { HttpProblem } from '../../http/index.js';

/** OpenAI's form of an error. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** Codes of ours that say no more than the status. */
const plain = new Set(['bad_request', 'not_found', 'forbidden']);

export function errorBody(problem: HttpProblem): ErrorBody {
  const { status, code, message, where } = problem;
  return {
    error: {
      message,
      type: typeOf(status),
      param: where === undefined || where === 'body' ? null : where,
      code: status === 401 ? 'invalid_api_key' : plain.has(code) ? null : code,
    },
  };
}

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error';
  if (status >= 500) return 'server_error';
  return 'invalid_request_error';
}
