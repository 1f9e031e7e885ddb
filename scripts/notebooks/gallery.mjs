import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jupyterEnvironment } from './execute.mjs';
import { executedFolder, folder, readNotebook, root, textOf } from './files.mjs';
import { withFormulas, withoutFormulas } from './formulas.mjs';

/** Where the pages are written: each by itself, figures alive, formulas drawn, nothing fetched. */
export const galleryFolder = path.join(root, '.cache', 'gallery');

/** Pages of the notebooks as executed last, and an index. @returns an exit code */
export function makeGallery(names) {
  mkdirSync(galleryFolder, { recursive: true });
  for (const name of names)
    try {
      writeFileSync(
        path.join(galleryFolder, pageName(name)),
        pageOf(path.join(executedFolder, name)),
      );
    } catch (error) {
      console.error(`${name}: no page\n${error.message}`);
      return 1;
    }
  writeFileSync(path.join(galleryFolder, 'index.html'), indexPage(names));
  console.log(`gallery: ${names.length} pages, ${path.relative(root, galleryFolder)}/index.html`);
  return 0;
}

/** An executed notebook as one page of HTML by itself. */
export function pageOf(file) {
  const { notebook, formulas } = withoutFormulas(readNotebook(file), path.basename(file));
  // Beside the notebook, so that pictures its prose names are found.
  const plain = file.replace(/\.ipynb$/, '.page.ipynb');
  const page = plain.replace(/\.ipynb$/, '.html');
  try {
    writeFileSync(plain, JSON.stringify(notebook));
    const run = spawnSync('jupyter-nbconvert', ['--to', 'html', '--template', 'rlsf', plain], {
      encoding: 'utf8',
      env: jupyterEnvironment(),
    });
    if (run.status !== 0) throw new Error(run.stderr ?? String(run.error));
    const title = escaped(path.basename(file, '.ipynb'));
    const html = readFileSync(page, 'utf8').replace(
      /<title>[^<]*<\/title>/,
      `<title>${title}</title>`,
    );
    return withFormulas(html, formulas);
  } finally {
    for (const each of [plain, page]) rmSync(each, { force: true });
  }
}

function pageName(name) {
  return name.replace(/\.ipynb$/, '.html');
}

function indexPage(names) {
  const entries = names.map((name) => {
    const first = textOf(readNotebook(path.join(folder, name)).cells[0]?.source);
    const title = /^# (.+)/m.exec(first)?.[1] ?? name;
    const purpose = /\*\*Purpose\.?\*\*:?\s*([^\n]+)/i.exec(first)?.[1] ?? '';
    return `<li><a href="${escaped(pageName(name))}">${escaped(title)}</a><p>${escaped(purpose.replaceAll(/[*_`]/g, ''))}</p></li>`;
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
