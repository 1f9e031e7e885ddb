import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRepo, HubApiError, uploadFilesWithProgress } from '@huggingface/hub';
import { environmentError, inputError, usageError } from '../errors.js';
import { hubEnvironment } from './environment.js';
import type { HubEnvironment } from './environment.js';
import { parseHubId } from './id.js';
import type { HubRepositoryKind } from './id.js';

export interface PushOptions {
  kind: HubRepositoryKind;
  /** Seen by its owner alone, where it is made now. @default true */
  private?: boolean;
  /** @default 'Upload by rlsf' */
  title?: string;
  /** Written as README.md where the folder has none. */
  card?: string;
  /** An access token that may write. @default HF_TOKEN, or that of `hf auth login` */
  token?: string;
  onProgress?: (file: string, share: number) => void;
  signal?: AbortSignal;
}

export interface Pushed {
  /** `owner/name` */
  name: string;
  kind: HubRepositoryKind;
  url: string;
  commit: string;
  files: string[];
  created: boolean;
}

/**
 * A file, or the files of a folder, as one commit of a repository on the Hub, which is made where it is not
 * there yet. The token is that of downloads: HF_TOKEN, or `hf auth login`.
 */
export async function pushToHub(from: string, name: string, options: PushOptions): Promise<Pushed> {
  const { kind, title = 'Upload by rlsf', card, onProgress = () => undefined, signal } = options;
  const id = parseHubId(name);
  if (id === null || id.revision !== 'main')
    throw usageError(`--push-to-hub: expected a repository's name, owner/name, got '${name}'.`);
  const hub = hubEnvironment();
  if (options.token !== undefined) hub.token = { value: options.token, from: 'HF_TOKEN' };
  const { token, endpoint, offline } = hub;
  if (offline)
    throw environmentError(
      `${name}: HF_HUB_OFFLINE is set, so nothing is sent to the Hub. Unset it to push.`,
    );
  if (token === null)
    throw environmentError(
      `${name}: a push needs an access token that may write. Set HF_TOKEN in the environment or in .env; make one at ${endpoint}/settings/tokens.`,
    );
  const files = filesOf(from);
  const repo = { type: kind, name };
  const access = { hubUrl: endpoint, accessToken: token.value };
  try {
    const created = await made(() =>
      createRepo({ ...access, repo, private: options.private ?? true }),
    );
    const upload = uploadFilesWithProgress({
      ...access,
      repo,
      commitTitle: title,
      abortSignal: signal,
      files: [
        ...files.map((file) => ({
          path: file.name,
          content: pathToFileURL(file.path),
        })),
        ...(card === undefined || files.some((file) => file.name === 'README.md')
          ? []
          : [{ path: 'README.md', content: new Blob([card]) }]),
      ],
    });
    for (;;) {
      const { done, value } = await upload.next();
      if (!done) {
        if (value.event === 'fileProgress' && value.state === 'uploading')
          onProgress(value.path, value.progress);
        continue;
      }
      const page = `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${name}`;
      return {
        name,
        kind,
        url: page,
        commit: value?.commit.oid ?? '',
        files: files.map((file) => file.name),
        created,
      };
    }
  } catch (error) {
    throw pushError(error, name, hub);
  }
}

/** Whether the repository was made now; one that is there already is taken as it is. */
async function made(create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode === 409) return false;
    throw error;
  }
}

/** With slashes; hidden files and links are left out. */
function filesOf(from: string): { name: string; path: string }[] {
  const kind = statSync(from, { throwIfNoEntry: false });
  if (kind === undefined)
    throw inputError(`${from}: expected a file or a folder to push, but there is none.`);
  if (kind.isFile()) return [{ name: path.basename(from), path: path.resolve(from) }];
  const files = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({
      name: path.relative(from, file).split(path.sep).join('/'),
      path: path.resolve(file),
    }))
    .filter(({ name }) => !name.split('/').some((part) => part.startsWith('.')))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) throw inputError(`${from}: expected files to push, got an empty folder.`);
  return files;
}

function pushError(error: unknown, name: string, { endpoint, token }: HubEnvironment): unknown {
  if (!(error instanceof HubApiError)) {
    if (!(error instanceof TypeError)) return error;
    return environmentError(`${name}: the Hub (${endpoint}) cannot be reached: ${error.message}.`, {
      cause: error,
    });
  }
  const { statusCode: status, message } = error;
  const remedy =
    status === 401 || status === 403
      ? ` The token in ${token?.from} may not write there: make one with write access, and check the owner's name.`
      : '';
  return environmentError(`${name}: the Hub refused the push (${status}): ${message}.${remedy}`, {
    cause: error,
  });
}
