import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Figure } from '../../plots/index.js';
import { renderHtml, renderPng, renderSvg } from '../../plots/index.js';
import type { Emit } from './events.js';
import { writeFileAtomically } from './files.js';

export interface Drawn {
  name: string;
  title: string;
  files: string[];
}

/**
 * A figure in a folder as HTML, SVG and PNG. A picture that cannot be drawn here is a warning, not an
 * end: the page is there.
 */
export async function drawFigure(
  folder: string,
  { name, title, figure }: { name: string; title: string; figure: Figure },
  emit: Emit,
): Promise<Drawn> {
  await mkdir(folder, { recursive: true });
  const at = (extension: string): string => path.join(folder, `${name}.${extension}`);
  const files = [at('html')];
  await writeFileAtomically(at('html'), await renderHtml(figure));
  try {
    await writeFileAtomically(at('svg'), await renderSvg(figure));
    await writeFileAtomically(at('png'), await renderPng(figure));
    files.push(at('svg'), at('png'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `No picture of «${title}» (the HTML page is there): ${why}`;
    emit({ type: 'warning', message });
  }
  return { name, title, files };
}
