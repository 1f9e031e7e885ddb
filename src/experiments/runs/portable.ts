/** Text of a run without what belongs to the machine it was made on: its paths, its names, its secrets. */
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument, visit } from 'yaml';
import { isSection } from '../config/tree.js';

/** What is taken out of texts. */
export interface MachineMarks {
  /** Folders, the innermost first, and what stands for each. */
  folders: [folder: string, instead: string][];
  secrets: string[];
}

/** @param folder of the run; @param env by default this process's */
export function machineMarks(
  folder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): MachineMarks {
  const installed = fileURLToPath(new URL('../../../', import.meta.url));
  const folders: [string, string][] = [
    [path.resolve(folder), '.'],
    [process.cwd(), '.'],
    [path.resolve(installed), '.'],
    [os.homedir(), '~'],
    [os.tmpdir(), 'tmp'],
  ];
  return {
    folders: folders.filter(([place]) => place.length > 1).sort(([a], [b]) => b.length - a.length),
    secrets: Object.entries(env)
      .filter(([name, value]) => isSecretName(name) && (value?.length ?? 0) >= 8)
      .map(([, value]) => value ?? ''),
  };
}

function isSecretName(name: string): boolean {
  return /TOKEN|API_?KEY|SECRET|PASSW(OR)?D|CREDENTIAL|ACCESS_?KEY|PRIVATE_?KEY/i.test(name);
}

// Tokens of services that trainings talk to, and passwords in addresses.
const secretForms: readonly [RegExp, string][] = [
  [
    /\b(hf_|sk-(?:proj-|ant-)?|ghp_|gho_|github_pat_|glpat-|xox[abp]-)[A-Za-z0-9_-]{16,}/g,
    'REMOVED',
  ],
  [/\bAKIA[0-9A-Z]{16}\b/g, 'REMOVED'],
  // One that was hidden already stays, so that who reads the config is asked for it.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']*:(?!\*\*\*@)[^\s/@"']+@/gi, '$1REMOVED@'],
];

/** Folders of the machine as short names, secrets as REMOVED, wherever they stand. */
export function portableText(text: string, { folders, secrets }: MachineMarks): string {
  let result = text;
  for (const secret of secrets) {
    // As it is, and as it stands in JSON.
    result = result.replaceAll(secret, 'REMOVED');
    result = result.replaceAll(JSON.stringify(secret).slice(1, -1), 'REMOVED');
  }
  for (const [form, instead] of secretForms) result = result.replace(form, instead);
  for (const [folder, instead] of folders) {
    // A folder's name ends where a path's name can: /home/a is not in /home/ab.
    result = result.replace(new RegExp(`${escapedForm(folder)}(?![\\w-])`, 'g'), instead);
  }
  return result;
}

// What a model read and wrote stays to the byte: places in it are counted in bytes.
const texts = ['prompt', 'completion', 'completions', 'chosen', 'rejected', 'messages', 'text'];

/** A record with every text but those of prompts and completions made portable. */
export function portableRecord<T>(record: T, marks: MachineMarks, keep = texts): T {
  const portable = (value: unknown): unknown => {
    if (typeof value === 'string') return portableText(value, marks);
    if (Array.isArray(value)) return value.map(portable);
    if (!isSection(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        keep.includes(key) ? inner : portable(inner),
      ]),
    );
  };
  return portable(record) as T;
}

/** JSON of our own: besides, a value that is an absolute path keeps its last name only. */
export function portableJson(text: string, marks: MachineMarks): string {
  const value: unknown = JSON.parse(portableText(text, marks));
  return `${JSON.stringify(withoutPaths(value), null, 2)}\n`;
}

/** The same for YAML, comments kept. */
export function portableYaml(text: string, marks: MachineMarks): string {
  const document = parseDocument(portableText(text, marks));
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string') node.value = lastName(node.value);
    },
  });
  return document.toString();
}

function withoutPaths(value: unknown): unknown {
  if (typeof value === 'string') return lastName(value);
  if (Array.isArray(value)) return value.map(withoutPaths);
  if (!isSection(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutPaths(inner)]),
  );
}

/** `/data/models/qwen` → `qwen`; of a text that is no absolute path the text. */
function lastName(text: string): string {
  const isAbsolute = /^(\/|[A-Za-z]:[\\/]|~\/)[^\n]*$/.test(text);
  return isAbsolute ? path.basename(text.replaceAll('\\', '/')) : text;
}

function escapedForm(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
