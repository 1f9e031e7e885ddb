import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const folder = path.join(root, 'notebooks');
/** Notebooks with all their outputs, as they were executed last. */
export const executedFolder = path.join(root, '.cache', 'notebooks');

export const picturesFolder = path.join(root, 'docs', 'notebooks');

/** File names that contain one of the parts; without parts all. */
export function namedNotebooks(parts) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb') && !name.startsWith('.'))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .sort();
}

export function readNotebook(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** In the layout that Jupyter itself writes. @returns whether the file is another one now */
export function writeNotebook(file, notebook) {
  const text = `${JSON.stringify(notebook, null, 1)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  writeFileSync(file, text);
  return true;
}

/** Source and texts of outputs are a string or a list of lines. */
export function textOf(text) {
  return Array.isArray(text) ? text.join('') : String(text ?? '');
}

export function codeCells({ cells }) {
  return cells.filter(({ cell_type }) => cell_type === 'code');
}
