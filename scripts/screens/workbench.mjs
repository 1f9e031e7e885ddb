// The workbench's pictures and its transcript: the real program, from its first prompt to its end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { keepScreen, openTerminal, plain, root, sleep } from './terminal.mjs';

const columns = 100;
const rows = 36;
const rlsf = [process.execPath, path.join(root, 'bin/rlsf.js')];

/** The pictures; the transcript alone where they are not wanted. */
export async function workbenchScreens({ pictures = true } = {}) {
  if (pictures) await takePictures();
  transcript();
  await keyMap();
}

async function takePictures() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-screens-'));
  const places = { [folder]: '.' };
  const terminal = openTerminal(
    ['env', `HOME=${folder}`, `XDG_STATE_HOME=${folder}`, ...rlsf, 'repl', '--set', 'run.seed=3'],
    { name: 'repl', columns, rows, folder },
  );
  const keep = (name) => keepScreen(name, 'rlsf', terminal.screen(), columns, places);
  const idle = /○ ready/;
  const line = async (text, says) => {
    await terminal.until(idle);
    terminal.type(text);
    terminal.keys('Enter');
    await sleep(500);
    if (says) await terminal.until(says);
    await terminal.until(idle);
  };
  try {
    await line('/sample 2', /not judged yet/);
    await line('/judge');
    await line('/score');
    await line('/explain', /groups? taught/);
    await line('session.rollouts.map((each) => each.reward).slice(0, 8)', /\[/);
    await line('/step', /grad_norm/);
    await line('/undo', /taken back/);
    keep('repl');

    terminal.keys('C-t');
    // The prompt shows outcomes too: the view is there with its keys.
    await terminal.until(/[✓×] (clean|wrong_answer|compile_error)[^]*enter open/);
    keep('repl-browser');
    terminal.keys('q');
    await terminal.until(idle);

    // One that a sanitizer stopped; the first token with a finding is under the cursor.
    terminal.type('/inspect 5');
    terminal.keys('Enter');
    await terminal.until(/▲[^]*token \d+\/\d+/);
    keep('repl-inspector');
    terminal.keys('q');
    await terminal.until(/enter open/);
    terminal.keys('q');
    await terminal.until(idle);
    await line('/plot rewards', /Rewards of/);
    keep('repl-plot');

    await line('/set grpo.prompts_per_step 4');
    await terminal.until(idle);
    terminal.type('/train 6');
    terminal.keys('Enter');
    await terminal.until(/step 5\/6/, 600);
    keep('repl-training');
    terminal.keys('C-c');
    await terminal.until(idle, 120);
    // It saves the session before it ends.
    terminal.keys('C-d');
    await terminal.until(/\[exit/);
  } finally {
    terminal.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a pipe prints of the lines of the page, put under them. */
function transcript() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-transcript-'));
  const page = path.join(root, 'docs/repl.md');
  const text = readFileSync(page, 'utf8');
  const lines = /<!-- lines -->\n```\n([\s\S]*?)```/.exec(text)?.[1];
  if (!lines) throw new Error('docs/repl.md: expected a block of lines behind <!-- lines -->');
  const { status, stdout, stderr } = spawnSync(
    rlsf[0],
    [...rlsf.slice(1), 'repl', '--plain', '--set', 'run.seed=3'],
    {
      cwd: folder,
      input: lines,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, XDG_STATE_HOME: folder, NO_COLOR: '1' },
    },
  );
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the transcript ended with exit ${status}:\n${stderr}`);
  const printed = plain([stdout]).replaceAll(folder, '.').trimEnd();
  writeFileSync(
    page,
    text.replace(
      /<!-- printed -->\n```\n[\s\S]*?```/,
      () => `<!-- printed -->\n\`\`\`\n${printed}\n\`\`\``,
    ),
  );
  console.log('docs/repl.md');
}

/** The key map of the page, from the one that the program acts by. */
async function keyMap() {
  const { keyMapMarkdown } = await import('../../dist/repl/workbench/keys.js');
  const page = path.join(root, 'docs/repl.md');
  const text = readFileSync(page, 'utf8');
  const map = `<!-- keys -->\n\n${keyMapMarkdown()}\n<!-- /keys -->`;
  writeFileSync(
    page,
    text.replace(/<!-- keys -->[\s\S]*<!-- \/keys -->/, () => map),
  );
}
