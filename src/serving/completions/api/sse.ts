import { Readable } from 'node:stream';
import { HttpError, type HttpProblem } from '../../http/index.js';
import { errorBody } from './errors.js';

/**
 * Server-sent events: each value as `data: JSON`, then `data: [DONE]`. An error in the middle is an
 * event of its own, the last one. JSON text is written whole, so no character is ever cut.
 */
export function eventStream(
  events: AsyncGenerator<unknown, void, undefined>,
  id: string,
): Readable {
  return Readable.from(written(events, id), { objectMode: false });
}

async function* written(
  events: AsyncGenerator<unknown, void, undefined>,
  requestId: string,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const event of events) yield eventOf(event);
  } catch (error) {
    yield eventOf(errorBody(problemOf(error, requestId)));
  }
  yield Buffer.from('data: [DONE]\n\n');
}

function eventOf(value: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
}

function problemOf(error: unknown, requestId: string): HttpProblem {
  return error instanceof HttpError
    ? { status: error.statusCode, code: error.code, message: error.message, requestId }
    : { status: 500, code: 'internal', message: 'A mistake of the server.', requestId };
}
