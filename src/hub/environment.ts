import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { getHFHubCachePath } from '@huggingface/hub';
import { environmentError } from '../errors.js';

/** What Python's huggingface_hub reads from the environment, read alike: one cache, one login. */
export interface HubEnvironment {
  /** HF_ENDPOINT. @default https://huggingface.co */
  endpoint: string;
  /** HF_HUB_CACHE, else `hub` in HF_HOME, else `~/.cache/huggingface/hub`. */
  cache: string;
  /** HF_HUB_OFFLINE */
  offline: boolean;
  /** HF_TOKEN, else the file that `hf auth login` writes (HF_TOKEN_PATH). */
  token: { value: string; from: string } | null;
}

export function hubEnvironment(): HubEnvironment {
  const { env } = process;
  const offline = env['HF_HUB_OFFLINE'] || env['TRANSFORMERS_OFFLINE'] || '';
  return {
    endpoint: (env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, ''),
    cache: path.resolve(expandHome(getHFHubCachePath())),
    offline: ['1', 'ON', 'YES', 'TRUE'].includes(offline.toUpperCase()),
    token: readToken(),
  };
}

function readToken(): HubEnvironment['token'] {
  const { env } = process;
  for (const from of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HF_WRITE_TOKEN']) {
    const value = env[from]?.trim();
    if (value) return { value: checked(value, from), from };
  }
  const home = env['HF_HOME'] || path.join(env['XDG_CACHE_HOME'] || '~/.cache', 'huggingface');
  const file = expandHome(env['HF_TOKEN_PATH'] || path.join(home, 'token'));
  if (!existsSync(file)) return null;
  const value = readFileSync(file, 'utf8').trim();
  return value === '' ? null : { value: checked(value, file), from: file };
}

function checked(value: string, from: string): string {
  if (value.startsWith('hf_')) return value;
  throw environmentError(
    `${from}: expected an access token of the Hub, which starts with hf_. Make one at https://huggingface.co/settings/tokens.`,
  );
}

function expandHome(file: string): string {
  return file === '~' || file.startsWith('~/') ? path.join(homedir(), file.slice(1)) : file;
}
