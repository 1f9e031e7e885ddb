import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Policy } from '../types.js';
import { restoreFolder } from './write.js';

/**
 * The files of a folder that belong to the model which a save replaces: other weights, another chat
 * template, another tokenizer's files. Readers would take them for the new model's.
 * @throws inputError where an adapter lies there and `removeAdapter` is not set
 */
export async function staleFiles(
  policy: Policy,
  folder: string,
  removeAdapter: boolean,
): Promise<string[]> {
  await restoreFolder(folder);
  const names = await readdir(folder).catch(() => []);
  const adapter = names.filter((name) => /^adapter_(config\.json|model\b.*)$/.test(name));
  if (adapter.length > 0 && !removeAdapter) {
    throw inputError(
      `savePolicy: ${folder} holds a PEFT adapter (${adapter.join(', ')}), which transformers would add to the model that is saved there. Name another folder, or set removeAdapter.`,
    );
  }
  const tokenizer = await readFile(path.join(folder, 'tokenizer.json'), 'utf8').catch(() => null);
  // The same tokenizer's other files (tokenizer.model, vocab.json) still fit.
  const isSame = tokenizer === policy.tokenizer.files.tokenizer;
  return names.filter(
    (name) =>
      modelFile.test(name) ||
      adapter.includes(name) ||
      (!isSame && otherTokenizerFiles.includes(name)),
  );
}

const modelFile =
  /^(model\.safetensors(\.index\.json)?|model-.*\d+-of-\d+\.safetensors|special_tokens_map\.json|chat_template\.jinja)$/;

const otherTokenizerFiles = [
  'tokenizer.model',
  'spiece.model',
  'vocab.json',
  'vocab.txt',
  'merges.txt',
  'added_tokens.json',
  'chat_template.json',
  'additional_chat_templates',
];
