import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jupyterEnvironment } from './execute.mjs';
import { executedFolder, folder, readNotebook, root, textOf } from './files.mjs';

/** Where the pages are written: each by itself, figures alive, nothing fetched but the formulas' fonts. */
export const galleryFolder = path.join(root, '.cache', 'gallery');

/** Pages of the notebooks as executed last, and an index. @returns an exit code */
export function makeGallery(names) {
  mkdirSync(galleryFolder, { recursive: true });
  for (const name of names) {
    const { status, stderr } = spawnSync(
      'jupyter-nbconvert',
      [
        '--to',
        'html',
        '--template',
        'rlsf',
        '--output-dir',
        galleryFolder,
        path.join(executedFolder, name),
      ],
      { encoding: 'utf8', env: jupyterEnvironment() },
    );
    if (status !== 0) {
      console.error(`${name}: no page\n${stderr}`);
      return 1;
    }
  }
  writeFileSync(path.join(galleryFolder, 'index.html'), indexPage(names));
  console.log(`gallery: ${names.length} pages, ${path.relative(root, galleryFolder)}/index.html`);
  return 0;
}

function indexPage(names) {
  const entries = names.map((name) => {
    const first = textOf(readNotebook(path.join(folder, name)).cells[0]?.source);
    const title = /^# (.+)/m.exec(first)?.[1] ?? name;
    const purpose = /\*\*Purpose\.?\*\*:?\s*([^\n]+)/i.exec(first)?.[1] ?? '';
    const page = name.replace(/\.ipynb$/, '.html');
    return `<li><a href="${escaped(page)}">${escaped(title)}</a><p>${escaped(purpose.replaceAll(/[*_`]/g, ''))}</p></li>`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>RLSF Workbench: chapters</title>
<style>body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222; }
li { margin: 1rem 0; list-style: none; } ol { padding: 0; } a { font-weight: 600; color: #0072b2; } p { margin: 0.2rem 0; }</style></head>
<body><h1>Chapters</h1><ol>
${entries.join('\n')}
</ol></body>
</html>
`;
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
