import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { executedFolder, readNotebook, textOf } from './files.mjs';
import { pageOf } from './gallery.mjs';

/** Parts of chapters: from the cell with the first words to the one with the last. */
const parts = [
  {
    name: '03-sanitizer-feedback',
    from: '## From tokens to rewards',
    to: 'tokenHeat(inspectRollout',
  },
  { name: '04-grpo-by-hand', from: '## What the step did', to: 'before and after the update' },
  { name: '11-reading-a-run', from: '## Before and after', to: 'By hand: the difference' },
];

/** A picture of a part of each chapter as executed last, drawn in Chromium. */
export async function chapterPictures(openPage, folder) {
  const work = mkdtempSync(path.join(os.tmpdir(), 'rlsf-pictures-'));
  try {
    for (const part of parts) {
      const file = path.join(work, `${part.name}.ipynb`);
      writeFileSync(file, JSON.stringify(partOf(part)));
      const html = path.join(work, `${part.name}.html`);
      writeFileSync(html, pageOf(file));
      const page = await openPage(pathToFileURL(html).href, { width: 1000, height: 400 });
      await page.waitFor(
        "document.readyState === 'complete' && [...document.querySelectorAll('.rlsf-figure')].every((each) => each.querySelector('.main-svg'))",
        { what: `the figures of ${part.name} are drawn` },
      );
      const height = await page.evaluate('document.body.scrollHeight');
      await page.resize({ width: 1000, height });
      const picture = path.join(folder, `${part.name}.png`);
      writeFileSync(picture, await page.picture());
      console.log(`${path.basename(picture)}: 1000 × ${height}`);
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}

function partOf({ name, from, to }) {
  const notebook = readNotebook(path.join(executedFolder, `${name}.ipynb`));
  const at = (words) => {
    const found = notebook.cells.findIndex(({ source }) => textOf(source).includes(words));
    if (found < 0) throw new Error(`${name}: expected a cell with «${words}», there is none.`);
    return found;
  };
  const cells = structuredClone(notebook.cells.slice(at(from), at(to) + 1));
  const isPlotly = ({ data }) => textOf(data?.['text/html']).includes('data-rlsf-plotly');
  const plotly = notebook.cells.flatMap(({ outputs = [] }) => outputs.filter(isPlotly));
  const first = cells.find(({ cell_type }) => cell_type === 'code');
  first.outputs = [...plotly, ...first.outputs.filter((output) => !isPlotly(output))];
  return { ...notebook, cells };
}
