import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { executeNotebook, hasProgram, jupyterEnvironment } from './execute.mjs';
import {
  executedFolder,
  folder,
  namedNotebooks,
  picturesFolder,
  readNotebook,
  textOf,
  writeNotebook,
} from './files.mjs';
import { chapterPictures } from './chapter-pictures.mjs';
import { withChromium } from './chromium.mjs';
import { makeGallery } from './gallery.mjs';
import { jupyterLabPictures } from './jupyterlab-pictures.mjs';
import { lintNotebook } from './lint.mjs';
import { stripNotebook } from './strip.mjs';

/** Each takes names (parts of file names; none: all) and options, and gives an exit code. */
export const acts = { open, test, keep, strip, lint, gallery, pictures };

function open() {
  const program = ['jupyter-lab', 'jupyter-notebook'].find(hasProgram);
  if (!program) {
    console.error(
      'Neither jupyter-lab nor jupyter-notebook is here. On Debian: apt-get install jupyter-notebook',
    );
    return 1;
  }
  const env = jupyterEnvironment();
  return spawnSync(program, ['--notebook-dir', folder], { stdio: 'inherit', env }).status ?? 1;
}

function test(names, options) {
  return executed(names, options, () => {});
}

function keep(names, options) {
  return executed(names, options, (name, file) => {
    const [now, run] = [readNotebook(path.join(folder, name)), readNotebook(file)];
    if (sourcesOf(now) !== sourcesOf(run)) console.log(`${name}: changed meanwhile, not kept`);
    else writeNotebook(path.join(folder, name), stripNotebook(run));
  });
}

function sourcesOf({ cells }) {
  return JSON.stringify(cells.map(({ source }) => textOf(source)));
}

function strip(names) {
  for (const name of namedNotebooks(names)) {
    const file = path.join(folder, name);
    const changed = writeNotebook(file, stripNotebook(readNotebook(file)));
    console.log(`${name}: ${changed ? 'stripped' : 'as it was'}`);
  }
  return 0;
}

function lint(names) {
  const wanted = namedNotebooks(names);
  let found = 0;
  for (const name of wanted)
    for (const problem of lintNotebook(readNotebook(path.join(folder, name)))) {
      console.log(`${name}: ${problem}`);
      found++;
    }
  console.log(
    `notebooks: ${wanted.length} looked at, ${found} ${found === 1 ? 'problem' : 'problems'}`,
  );
  return found === 0 && wanted.length > 0 ? 0 : 1;
}

function gallery(names, options) {
  const code = executed(names, options, () => {});
  return code === 0 ? makeGallery(namedNotebooks(names)) : code;
}

/** The pictures of docs/notebooks, of the chapters as executed last; names: `chapters`, `jupyterlab`. */
async function pictures(names) {
  const wanted = (name) => names.length === 0 || names.includes(name);
  mkdirSync(picturesFolder, { recursive: true });
  await withChromium(async ({ openPage }) => {
    if (wanted('chapters')) await chapterPictures(openPage, picturesFolder);
    if (wanted('jupyterlab')) await jupyterLabPictures(openPage, picturesFolder);
  });
  return 0;
}

function executed(names, options, whenDone) {
  if (!hasProgram('jupyter-nbconvert')) {
    console.error('jupyter-nbconvert is missing. Run: npm run setup');
    return 1;
  }
  const wanted = namedNotebooks(names);
  mkdirSync(executedFolder, { recursive: true });
  let failed = 0;
  let seconds = 0;
  for (const name of wanted) {
    const run = executeNotebook(name, options);
    seconds += run.seconds;
    if (run.error === null) {
      console.log(`${name}: ${run.cells} code cells ran in ${run.seconds.toFixed(1)} s`);
      whenDone(name, run.file);
      continue;
    }
    failed++;
    const where = run.cell === null ? 'failed' : `cell ${run.cell} failed`;
    console.log(`${name}: ${where} after ${run.seconds.toFixed(1)} s`);
    console.log(run.error.replace(/^(?=.)/gm, '  '));
  }
  console.log(
    `notebooks: ${wanted.length - failed} passed, ${failed} failed, ${seconds.toFixed(1)} s`,
  );
  return failed === 0 && wanted.length > 0 ? 0 : 1;
}
