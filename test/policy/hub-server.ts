import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A repository of the test Hub. Files above 10 kB are kept as the Hub keeps large ones (LFS). */
export interface TestRepository {
  files: Map<string, Buffer>;
  /** Branches and tags. @default main */
  refs: Record<string, string>;
  gated?: boolean;
  private?: boolean;
}

export interface TestRequest {
  method: string;
  url: string;
  range: string | undefined;
  token: string | undefined;
}

/** What the next answers with a file's bytes do wrong. */
export interface Faults {
  /** Break the connection after so many bytes, so many times. */
  cut?: { file: string; after: number; times: number };
  ignoreRanges?: boolean;
  /** Send other bytes than are listed. */
  corrupt?: string;
  /** Answer everything with this status. */
  status?: number;
}

export interface TestHub {
  url: string;
  repositories: Map<string, TestRepository>;
  requests: TestRequest[];
  faults: Faults;
  /** The only token that opens gated and private repositories. */
  token: string;
  close(): Promise<void>;
}

export const commitOf = (name: string): string =>
  createHash('sha1').update(`commit of ${name}`).digest('hex');

export function etagOf(content: Buffer): { etag: string; isLarge: boolean } {
  const isLarge = content.length > 10_000;
  const hash = createHash(isLarge ? 'sha256' : 'sha1');
  if (!isLarge) hash.update(`blob ${content.length}\0`);
  return { etag: hash.update(content).digest('hex'), isLarge };
}

/**
 * A server that speaks the part of the Hub's HTTP interface which its clients use to download:
 * `/api/models/ID/revision/REV`, `/api/models/ID/tree/REV`, `/ID/resolve/REV/FILE` with ETag,
 * X-Repo-Commit, X-Linked-Size, redirects of large files to another address, and ranges. A data set is the
 * repository `datasets/ID`, by `/api/datasets/…` and `/datasets/ID/resolve/…`.
 */
export async function startHub(): Promise<TestHub> {
  const hub: TestHub = {
    url: '',
    repositories: new Map(),
    requests: [],
    faults: {},
    token: 'hf_right',
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer((request, response) => answer(hub, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hub;
}

function answer(hub: TestHub, request: IncomingMessage, response: ServerResponse): void {
  const url = decodeURIComponent((request.url ?? '').split('?')[0]);
  const token = request.headers.authorization?.replace('Bearer ', '');
  const { range } = request.headers;
  hub.requests.push({ method: request.method ?? '', url, range, token });
  if (hub.faults.status !== undefined) return refuse(response, hub.faults.status, null, 'Broken');
  const api = /^\/api\/(?:models\/)?((?:datasets\/)?[^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(
    url,
  );
  const file = /^(?:\/cdn)?\/((?:datasets\/)?[^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url);
  const [, name, ...rest] = api ?? file ?? [];
  const repository = hub.repositories.get(name);
  if (repository === undefined || (repository.private && token !== hub.token)) {
    // As the Hub does: who is not logged in does not learn what exists.
    return token === undefined
      ? refuse(response, 401, null, 'Invalid username or password.')
      : refuse(response, 404, 'RepoNotFound', 'Repository not found');
  }
  const commit = commitOf(name);
  const revision = api ? rest[1] : rest[0];
  if (revision !== commit && repository.refs[revision] === undefined) {
    return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  }
  if (api && rest[0] === 'revision') {
    return sendJson(response, {
      _id: '1',
      id: name,
      private: false,
      gated: repository.gated ? 'manual' : false,
      downloads: 0,
      likes: 0,
      lastModified: '2024-09-18T00:00:00.000Z',
      sha: repository.refs[revision] ?? commit,
    });
  }
  const isWhole = /[?&]recursive=true/i.test(request.url ?? '');
  const shown = [...repository.files].filter(([path]) => isWhole || !path.includes('/'));
  if (api) return sendJson(response, shown.map(treeEntry));
  if (repository.gated && token !== hub.token) {
    return refuse(
      response,
      token ? 403 : 401,
      'GatedRepo',
      `Access to model ${name} is restricted.`,
    );
  }
  sendFile(hub, request, response, { name, commit, path: rest[1], repository, url });
}

function treeEntry([path, content]: [string, Buffer]): Record<string, unknown> {
  const { etag, isLarge } = etagOf(content);
  const oid = isLarge ? commitOf(path) : etag;
  const lfs = { oid: etag, size: content.length, pointerSize: 135 };
  return { type: 'file', path, size: content.length, oid, ...(isLarge ? { lfs } : {}) };
}

function sendFile(
  { faults }: TestHub,
  request: IncomingMessage,
  response: ServerResponse,
  asked: { name: string; commit: string; path: string; repository: TestRepository; url: string },
): void {
  const content = asked.repository.files.get(asked.path);
  if (content === undefined) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
  const { etag, isLarge } = etagOf(content);
  const head = { 'X-Repo-Commit': asked.commit, 'Accept-Ranges': 'bytes' };
  if (isLarge && !asked.url.startsWith('/cdn')) {
    response.writeHead(302, {
      ...head,
      Location: `/cdn${asked.url}`,
      'X-Linked-Size': content.length,
      'X-Linked-ETag': `"${etag}"`,
    });
    response.end();
    return;
  }
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const isProbe = match?.[0] === 'bytes=0-0';
  const partial = match !== null && (isProbe || !faults.ignoreRanges);
  const start = partial ? Number(match[1]) : 0;
  const end = partial && match[2] !== '' ? Number(match[2]) + 1 : content.length;
  let body = content.subarray(start, end);
  if (faults.corrupt === asked.path) body = Buffer.alloc(body.length, 'x');
  response.writeHead(partial ? 206 : 200, {
    ...head,
    ETag: `"${etag}"`,
    'Content-Length': body.length,
    ...(partial ? { 'Content-Range': `bytes ${start}-${end - 1}/${content.length}` } : {}),
  });
  const { cut } = faults;
  if (cut !== undefined && cut.file === asked.path && cut.times > 0 && !isProbe) {
    cut.times--;
    response.write(body.subarray(0, cut.after), () => setTimeout(() => response.destroy(), 20));
  } else response.end(request.method === 'HEAD' ? undefined : body);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string | null,
  error: string,
): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    ...(code === null ? {} : { 'X-Error-Code': code }),
  });
  response.end(JSON.stringify({ error }));
}
