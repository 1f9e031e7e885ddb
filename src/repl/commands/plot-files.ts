import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import type { Figure } from '../../plots/index.js';

const kinds = ['.html', '.svg', '.png', '.json'] as const;

export type FigureFile = (typeof kinds)[number];

/** By the name's ending. */
export function fileKind(file: string): FigureFile {
  const ending = path.extname(file).toLowerCase();
  const found = kinds.find((kind) => kind === ending);
  if (found) return found;
  throw usageError(
    `rlsf plot: --out expects a name ending in .html, .svg, .png or .json, got '${file}'.`,
  );
}

/** Writes it whole or not at all. */
export async function writeFigure(figure: Figure, file: string): Promise<void> {
  const kind = fileKind(file);
  const { renderHtml, renderPng, renderSvg } = await import('../../plots/index.js');
  const { writeFileAtomically } = await import('../../experiments/run/files.js');
  const content =
    kind === '.html'
      ? await renderHtml(figure)
      : kind === '.svg'
        ? await renderSvg(figure)
        : kind === '.png'
          ? await renderPng(figure)
          : `${JSON.stringify(figure)}\n`;
  try {
    await writeFileAtomically(file, content);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw inputError(`--out ${file}: the figure cannot be written there (${code}).`, { cause });
  }
}
