import type { HubApiError } from '@huggingface/hub';
import { environmentError, inputError, isRlsfError } from '../errors.js';
import type { HubEnvironment } from './environment.js';
import { hubIdText, type HubId } from './id.js';

/** Whether trying again later may help: no answer, a broken connection, an overloaded server. */
export function isPassing(error: unknown): boolean {
  if (isRlsfError(error) || isAbort(error)) return false;
  const status = statusOf(error);
  return status === null ? isNetworkError(error) : status === 429 || status >= 500;
}

/** An error of the Hub as one that says what to do. `code` is the Hub's own (X-Error-Code). */
export function hubError(
  error: unknown,
  id: HubId,
  { endpoint, token, cache }: HubEnvironment,
  code: string | null,
): unknown {
  if (isRlsfError(error) || isAbort(error)) return error;
  const name = hubIdText(id);
  const { kind = 'model' } = id;
  const page = `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id.name}`;
  const thing = kind === 'dataset' ? 'data set' : 'model';
  const status = statusOf(error);
  const noFolder = `There is no folder ${name} here either.`;
  if (code === 'GatedRepo' || (status === 403 && code !== 'RepoNotFound')) {
    const login =
      token === null
        ? 'and set HF_TOKEN to a token of that account'
        : `with the account of the token in ${token.from}`;
    return environmentError(
      `${name}: the Hub gives this ${thing} only to those who accepted its terms (${status}). Accept them at ${page} ${login}.`,
      { cause: error },
    );
  }
  if (code === 'RevisionNotFound') {
    return inputError(
      `${name}: the Hub has this ${thing}, but no revision ${id.revision}. See ${page}/branches.`,
      {
        cause: error,
      },
    );
  }
  if (status === 401) {
    const remedy =
      token === null
        ? 'Check the spelling; for a private or gated one set HF_TOKEN.'
        : `Check the spelling, and the token in ${token.from}: the Hub may not know it, or it may not reach this ${thing}.`;
    return inputError(
      `${name}: the Hub (${endpoint}) shows no such ${thing} (401). ${noFolder} ${remedy}`,
      {
        cause: error,
      },
    );
  }
  if (status === 404) {
    return inputError(
      `${name}: the Hub (${endpoint}) has no such ${thing} or file (404). ${noFolder} Check the spelling.`,
      { cause: error },
    );
  }
  if (isFileError(error)) {
    return environmentError(
      `${name}: cannot be kept in the cache ${cache}: ${error.message}. Check that it can be written and has room, or set HF_HUB_CACHE to another folder.`,
      { cause: error },
    );
  }
  const reason = status === null ? reasonOf(error) : `status ${status}`;
  return environmentError(
    `${name}: cannot be fetched from the Hub (${endpoint}): ${reason}. ${noFolder} Try again; what has arrived is kept. Without network, give a local folder.${proxyHint()}`,
    { cause: error },
  );
}

/** Node's fetch ignores the proxy that other programs take from the environment, unless told. */
function proxyHint(): string {
  const { env } = process;
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'];
  return proxy === undefined || env['NODE_USE_ENV_PROXY'] === '1'
    ? ''
    : ' For HTTPS_PROXY to count, set NODE_USE_ENV_PROXY=1 (Node.js 22.21, 24 and later).';
}

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  return (error as HubApiError).statusCode;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Node's fetch throws a TypeError with the cause; the library's streams abort with its message. */
function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError || typeof error === 'string';
}

/** An error of the file system names its file. */
function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'path' in error;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause ? `${String(cause.code)} ` : '';
  return `${error.message} (${code}${cause.message})`.replace(' )', ')');
}
