/** One input of a session that did its work. */
export interface InputEntry {
  kind: 'command' | 'typescript';
  /** As it was typed; a command without its slash. */
  text: string;
  /** What it does in TypeScript; an empty text: nothing that a notebook repeats. */
  code: string;
}

export interface NotebookOptions {
  title: string;
  /** Opens the session that the inputs began with. */
  open: string;
  /** Names that the library exports: those that are used are imported. */
  library: readonly string[];
}

/** nbformat 4, as far as it is written here. */
export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: 4;
}

export type NotebookCell =
  | { cell_type: 'markdown'; metadata: Record<string, unknown>; source: string[] }
  | {
      cell_type: 'code';
      execution_count: null;
      metadata: Record<string, unknown>;
      outputs: [];
      source: string[];
    };

/**
 * What was done in a session as a notebook for the kernel `rlsf`: one cell an act, a command as the
 * TypeScript that it stands for, a line of TypeScript as it was typed. Run from its first cell on, it
 * makes the same records: the session is opened with the same seed.
 */
export function notebookOf(entries: readonly InputEntry[], options: NotebookOptions): Notebook {
  const { title, open, library } = options;
  const kept = entries.filter(({ code }) => code.trim() !== '');
  const sources = [open, ...kept.map(({ code }) => code), 'await closeSession(session);'];
  const names = usedNames(sources.join('\n'), library);
  return {
    cells: [
      markdown(
        `# ${title}\n\nWritten by \`/save\` from a session of the workbench: one cell for each act. Kernel: *TypeScript (rlsf)*. Relative paths are those of the folder that the session was in.`,
      ),
      code(`import { ${names.join(', ')} } from 'rlsf';\n\n${open}`),
      ...kept.map((entry) =>
        code(entry.kind === 'command' ? `// /${entry.text}\n${entry.code}` : entry.code),
      ),
      code('await closeSession(session);'),
    ],
    metadata: {
      kernelspec: { display_name: 'TypeScript (rlsf)', language: 'typescript', name: 'rlsf' },
      language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 4,
  };
}

/** Names of the library that the code says as words of its own, not behind a dot. */
function usedNames(code: string, library: readonly string[]): string[] {
  const words = new Set(code.match(/(?<![.\w$])[A-Za-z_$][\w$]*/g) ?? []);
  return library.filter((name) => words.has(name)).sort();
}

function markdown(text: string): NotebookCell {
  return { cell_type: 'markdown', metadata: {}, source: sourceLines(text) };
}

function code(text: string): NotebookCell {
  return {
    cell_type: 'code',
    execution_count: null,
    metadata: {},
    outputs: [],
    source: sourceLines(text),
  };
}

/** Jupyter's form: a list of lines, each but the last with its line break. */
function sourceLines(text: string): string[] {
  return text.split('\n').map((row, at, rows) => (at < rows.length - 1 ? `${row}\n` : row));
}
