import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { restoreFolder } from '../folder/write.js';
import { parseHubId } from '../../hub/id.js';
import type { Source, SourceKind, SourceOptions } from './source.js';

/** The folder of a model, by its path or its Hub id. A folder that exists wins over an id. */
export function modelFolder(source: string, options: SourceOptions = {}): Promise<Source> {
  return folderOf(source, 'model', options);
}

/** The same with the tokenizer's files alone. */
export function tokenizerFolder(source: string, options: SourceOptions = {}): Promise<Source> {
  return folderOf(source, 'tokenizer', options);
}

/** The same for a PEFT adapter. */
export function adapterFolder(source: string, options: SourceOptions = {}): Promise<Source> {
  return folderOf(source, 'adapter', options);
}

async function folderOf(source: string, kind: SourceKind, options: SourceOptions): Promise<Source> {
  const folder = source.startsWith('~/') ? path.join(homedir(), source.slice(2)) : source;
  const setAside = await restoreFolder(folder);
  if (existsSync(folder)) {
    checkFolder(folder, kind);
    // Whole: an adapter that is saved later names it, and is read from elsewhere.
    return { folder: path.resolve(folder), hub: null };
  }
  if (setAside !== null) {
    throw inputError(
      `Policy: ${source} is just being saved, its old files are in ${setAside}. Load it again; if the save was killed, rename that folder back.`,
    );
  }
  const id = parseHubId(source);
  if (id === null) {
    throw inputError(
      `Policy: no folder ${source}, and it is no Hub id (owner/name, owner/name@revision) either. ${expected[kind]}`,
    );
  }
  // Imported when first needed: the library costs start-up time.
  const { hubFolder } = await import('./hub.js');
  const snapshot = await hubFolder(id, kind, options);
  return { folder: snapshot, hub: { name: id.name, commit: path.basename(snapshot) } };
}

/** Says what a folder is, where it is plainly another thing. */
function checkFolder(folder: string, kind: SourceKind): void {
  if (!statSync(folder).isDirectory()) {
    throw inputError(`Policy: expected a folder, ${folder} is a file. ${expected[kind]}`);
  }
  const has = (name: string): boolean => existsSync(path.join(folder, name));
  if (kind === 'model' && !has('config.json') && has('adapter_config.json')) {
    throw inputError(
      `Policy: ${folder} is a PEFT adapter, not a model. Give its base as the policy, and this folder as the adapter.`,
    );
  }
  if (kind === 'adapter' && !has('adapter_config.json') && has('config.json')) {
    throw inputError(
      `Adapter: ${folder} is a whole model, not a PEFT adapter. Give it as the policy. ${expected.adapter}`,
    );
  }
}

const expected: Record<SourceKind, string> = {
  model:
    'Give the folder of a Hugging Face model (config.json, tokenizer.json, model.safetensors) or a Hub id like Qwen/Qwen2.5-0.5B-Instruct.',
  tokenizer:
    'Give the folder of a Hugging Face model (tokenizer.json) or a Hub id like Qwen/Qwen2.5-0.5B-Instruct.',
  adapter: 'Give a PEFT folder (adapter_config.json, adapter_model.safetensors) or its Hub id.',
};
