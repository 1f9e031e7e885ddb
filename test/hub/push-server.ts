import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PushHub {
  url: string;
  /** Files of each repository, by `model owner/name`, as commits have put them there. */
  repositories: Map<string, Map<string, Buffer>>;
  /** Bodies of repositories that were made. */
  made: Record<string, unknown>[];
  titles: string[];
  /** Bytes of large files that were sent, by their SHA-256. */
  objects: Map<string, Buffer>;
  /** Where an answer is to fail: a part of the address, and the status. */
  fail: { at: string; status: number } | null;
  close(): Promise<void>;
}

export const writeToken = 'hf_a_token_that_may_write';

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/**
 * Speaks what the Hub's clients use to upload: `/api/repos/create`, `/api/…/preupload`, Git LFS's batch with
 * the basic transfer, `/api/…/commit` with lines of JSON. Files above 1,000 bytes are large. A large file is
 * in a commit only if its bytes, with that hash, were sent before.
 */
export async function startPushHub(): Promise<PushHub> {
  const hub: PushHub = {
    url: '',
    repositories: new Map(),
    made: [],
    titles: [],
    objects: new Map(),
    fail: null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const url = request.url ?? '';
    if (hub.fail !== null && url.includes(hub.fail.at)) return [hub.fail.status, { error: 'no' }];
    const body = await bodyOf(request);
    if (request.method === 'PUT' && url.startsWith('/objects/')) {
      const sha = createHash('sha256').update(body).digest('hex');
      if (url !== `/objects/${sha}`) return [400, { error: 'other bytes than announced' }];
      hub.objects.set(sha, body);
      return [200, {}];
    }
    if (request.headers.authorization !== `Bearer ${writeToken}`)
      return [401, { error: 'Invalid username or password.' }];
    if (url === '/api/repos/create') {
      const asked = JSON.parse(String(body)) as Record<string, string>;
      const key = `${asked['type']} ${asked['organization']}/${asked['name']}`;
      if (hub.repositories.has(key)) return [409, { error: 'You already created this repo' }];
      hub.repositories.set(key, new Map());
      hub.made.push(asked);
      return [200, { url: `${hub.url}/${key}`, id: 'id' }];
    }
    const api = /^\/api\/(model|dataset)s\/([^/]+\/[^/]+)\/(preupload|commit)\/main$/.exec(url);
    if (api === null) {
      if (!url.endsWith('.git/info/lfs/objects/batch')) return [404, { error: 'not here' }];
      const { objects } = JSON.parse(String(body)) as { objects: { oid: string; size: number }[] };
      return [
        200,
        {
          transfer: 'basic',
          objects: objects.map(({ oid, size }) => ({
            oid,
            size,
            ...(!hub.objects.has(oid) && {
              actions: { upload: { href: `${hub.url}/objects/${oid}`, header: {} } },
            }),
          })),
        },
      ];
    }
    const files = hub.repositories.get(`${api[1]} ${api[2]}`);
    if (files === undefined) return [404, { error: 'Repository not found' }];
    if (api[3] === 'preupload') {
      const asked = JSON.parse(String(body)) as { files: { path: string; size: number }[] };
      const modes = asked.files.map(({ path, size }) => ({
        path,
        uploadMode: size > 1000 ? 'lfs' : 'regular',
      }));
      return [200, { files: modes }];
    }
    for (const line of String(body).split('\n')) {
      const { key, value } = JSON.parse(line) as { key: string; value: Record<string, string> };
      if (key === 'header') hub.titles.push(value['summary']);
      if (key === 'file') files.set(value['path'], Buffer.from(value['content'], 'base64'));
      if (key !== 'lfsFile') continue;
      const bytes = hub.objects.get(value['oid']);
      if (bytes === undefined) return [400, { error: `${value['path']} was not sent` }];
      files.set(value['path'], bytes);
    }
    return [200, { commitOid: 'c'.repeat(40), commitUrl: hub.url, success: true }];
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hub;
}
