import type { FastifyRequest } from 'fastify';
import { isRlsfError } from '../../errors.js';

/** What went wrong with a request, in the words of the reply. */
export interface HttpProblem {
  status: number;
  /** For programs: `bad_request`, `too_large`, `unauthorized`, … */
  code: string;
  message: string;
  /** The place in the body: `items[2].completion`. */
  where?: string;
  expected?: string;
  got?: string;
  requestId: string;
}

type Details = Partial<Pick<HttpProblem, 'where' | 'expected' | 'got'>> & {
  retryAfterSeconds?: number;
  cause?: unknown;
};

/** Thrown by a handler: the reply has this status and says why. */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly details: Details;

  constructor(statusCode: number, code: string, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
  }
}

export function httpError(
  status: number,
  code: string,
  message: string,
  details?: Details,
): HttpError {
  return new HttpError(status, code, message, details);
}

const codes: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'headers_too_large',
  499: 'client_gone',
  503: 'unavailable',
  504: 'timeout',
};

/**
 * The reply to an error. Our own mistakes are told without their text, which may hold paths or
 * another request's data: they go to the server's notes under the request's id.
 */
export function problemOf(
  error: unknown,
  { id: requestId, headers }: Pick<FastifyRequest, 'id' | 'headers'>,
  bodyMiB: number,
): HttpProblem {
  if (error instanceof HttpError) {
    const { where, expected, got } = error.details;
    const { statusCode: status, code, message } = error;
    return { status, code, message, where, expected, got, requestId };
  }
  if (isRlsfError(error) && error.tag !== 'internal') {
    const status = error.tag === 'environment' ? 503 : 400;
    return { status, code: codes[status], message: error.message, requestId };
  }
  const status = statusOf(error);
  if (status >= 400 && status < 500 && error instanceof Error)
    return {
      status,
      code: codes[status] ?? 'bad_request',
      message: ofFastify(status, error.message, headers['content-type'], bodyMiB),
      requestId,
    };
  const message = `A mistake of the server, not of your request; its notes say more under ${requestId}.`;
  return { status: 500, code: 'internal', message, requestId };
}

/** Fastify's own words, with what to do where they leave one alone. */
function ofFastify(
  status: number,
  message: string,
  type: string | undefined,
  bodyMiB: number,
): string {
  if (status === 413)
    return `The body is larger than ${bodyMiB} MiB, the most that this server takes. Send less at a time.`;
  if (status === 415)
    return `content-type: expected application/json, got ${type === undefined ? 'none' : `'${type.slice(0, 80)}'`}.`;
  return message;
}

/** Fastify's own errors carry a status: a body that is no JSON, one that is too long. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
