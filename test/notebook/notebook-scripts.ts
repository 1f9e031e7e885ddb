/** The scripts of `npm run notebooks:*`, which are plain JavaScript, with their types. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = path.resolve(import.meta.dirname, '../../scripts/notebooks');

export interface NotebookCell {
  id?: string;
  cell_type: string;
  source: string | string[];
  metadata?: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: Record<string, unknown>[];
}

export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

async function load(name: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(path.join(folder, name)).href)) as Record<string, unknown>;
}

export const { lintNotebook } = (await load('lint.mjs')) as {
  lintNotebook(notebook: Notebook): string[];
};
export const { stripNotebook } = (await load('strip.mjs')) as {
  stripNotebook(notebook: Notebook): Notebook;
};
export const { namedNotebooks, readNotebook, root } = (await load('files.mjs')) as {
  namedNotebooks(parts: string[]): string[];
  readNotebook(file: string): Notebook;
  root: string;
};

/** A formula as TeX and drawn. */
export interface Formula {
  tex: string;
  html: string;
}

export const { withFormulas, withoutFormulas } = (await load('formulas.mjs')) as {
  withoutFormulas(
    notebook: Notebook,
    name: string,
  ): { notebook: Notebook; formulas: Map<string, Formula> };
  withFormulas(html: string, formulas: Map<string, Formula>): string;
};
export const { pageOf } = (await load('gallery.mjs')) as { pageOf(file: string): string };
export const { hasProgram } = (await load('execute.mjs')) as {
  hasProgram(program: string): boolean;
};
