// The README's pictures: the real tour in a real terminal (tmux), captured with its colours.
//   npm run docs:screens             the shipped policy and configs/tour.yaml
//   npm run docs:screens -- --set grpo.max_steps=10 …   anything that `rlsf tour` takes
// Writes docs/screens/tour.svg (while it trains) and docs/screens/table.svg (at the end).
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { terminalSvg } from './terminal-svg.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const columns = 96;
const rows = 46;
const socket = `rlsf-screens-${process.pid}`;
const runs = mkdtempSync(path.join(os.tmpdir(), 'rlsf-screens-'));

function tmux(...argv) {
  const { status, stdout, stderr } = spawnSync('tmux', ['-L', socket, ...argv], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tmux ${argv[0]}: ${stderr}`);
  return stdout;
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const command = [
  process.execPath,
  path.join(root, 'bin/rlsf.js'),
  'tour',
  '--new',
  '--set',
  `run.output_dir=${runs}`,
  ...process.argv.slice(2),
];
const screen = () => tmux('capture-pane', '-e', '-p', '-t', 'tour').replace(/\n+$/, '').split('\n');
const plain = (lines) => lines.join('\n').replace(/\u001b\[[0-9;]*m/g, '');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function keep(name, lines) {
  // The run lay in a folder of this machine; a reader's lies in runs/.
  const shown = lines.map((line) => line.replaceAll(runs, 'runs').replaceAll(root, ''));
  writeFileSync(
    path.join(root, 'docs/screens', `${name}.svg`),
    terminalSvg(shown, columns, 'rlsf tour'),
  );
  console.log(`docs/screens/${name}.svg: ${shown.length} lines`);
}

mkdirSync(path.join(root, 'docs/screens'), { recursive: true });
try {
  tmux(
    'new-session',
    '-d',
    '-s',
    'tour',
    '-x',
    String(columns),
    '-y',
    String(rows),
    `cd ${quoted(root)}; ${command.map(quoted).join(' ')}; echo "[exit $?]"; sleep 600`,
  );
  let kept = false;
  for (;;) {
    await sleep(500);
    const lines = screen();
    const text = plain(lines);
    const step =
      [...text.matchAll(/\]? *Training: (\d+) steps/g)].length > 0 &&
      text.match(/left [^\n]*\nCtrl-C/);
    const sparkline = text.match(/KL +[▁-█]{12,}/);
    if (!kept && step && sparkline) {
      keep('tour', lines);
      kept = true;
    }
    const exit = text.match(/\[exit (\d+)\]/);
    if (!exit) continue;
    if (exit[1] !== '0') throw new Error(`the tour ended with exit ${exit[1]}:\n${text}`);
    const all = screen('-S', '-40');
    const end = all.slice(
      0,
      all.findIndex((line) => line.includes('[exit')),
    );
    const first = end.findIndex((line) => plain([line]).startsWith('held-out problems'));
    keep('table', end.slice(Math.max(0, first)));
    if (!kept) throw new Error('the run was too short to be caught while it trained');
    break;
  }
} finally {
  spawnSync('tmux', ['-L', socket, 'kill-server']);
  rmSync(runs, { recursive: true, force: true });
}
