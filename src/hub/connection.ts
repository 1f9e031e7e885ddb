import { datasetInfo, downloadFile, listFiles, modelInfo } from '@huggingface/hub';
import { inputError } from '../errors.js';
import type { HubFile } from './download.js';
import type { HubEnvironment } from './environment.js';
import { hubIdText, type HubId } from './id.js';

/** The calls to the Hub for one repository, through the official client. */
export interface HubConnection {
  id: HubId;
  commit(): Promise<string>;
  files(commit: string): Promise<HubFile[]>;
  read(commit: string, file: HubFile, start: number): Promise<AsyncIterable<Uint8Array>>;
  /** The Hub's own word for the last refusal. */
  errorCode(): string | null;
}

export function connectHub(
  id: HubId,
  { endpoint, token }: HubEnvironment,
  signal: AbortSignal | undefined,
): HubConnection {
  let code: string | null = null;
  const params = {
    hubUrl: endpoint,
    ...(token === null ? {} : { accessToken: token.value }),
    fetch: async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, { ...init, ...(signal ? { signal } : {}) });
      code = response.ok ? null : response.headers.get('X-Error-Code');
      return response;
    },
  };
  const { kind = 'model' } = id;
  const repo = { type: kind, name: id.name };
  return {
    id,
    async commit() {
      const asked = { ...params, name: id.name, revision: id.revision };
      const { sha } =
        kind === 'dataset'
          ? await datasetInfo({ ...asked, additionalFields: ['sha'] })
          : await modelInfo({ ...asked, additionalFields: ['sha'] });
      return sha;
    },
    async files(commit) {
      const files: HubFile[] = [];
      for await (const { type, path: file, size, oid, lfs } of listFiles({
        ...params,
        repo,
        revision: commit,
        // A model's files lie at the top; a data set's in folders.
        recursive: kind === 'dataset',
      })) {
        const etag = lfs?.oid ?? oid;
        if (type === 'file' && etag !== undefined) files.push({ path: file, size, etag });
      }
      return files;
    },
    async read(commit, file, start) {
      // Plain HTTP with ranges, not the Xet protocol: a partial file can be gone on with.
      const blob = await downloadFile({
        ...params,
        repo,
        path: file.path,
        revision: commit,
        xet: false,
      });
      if (blob === null) {
        throw inputError(`${hubIdText(id)}: the Hub lists ${file.path} but does not have it.`);
      }
      const part = start === 0 ? blob : blob.slice(start, file.size);
      return part.stream() as unknown as AsyncIterable<Uint8Array>;
    },
    errorCode: () => code,
  };
}
