// The tour's pictures: the real tour while it trains, and its table.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keepScreen, openTerminal, plain, root, sleep } from './terminal.mjs';

const columns = 96;

/** @param {string[]} more anything that `rlsf tour` takes */
export async function tourScreens(more) {
  const runs = mkdtempSync(path.join(os.tmpdir(), 'rlsf-screens-'));
  const command = [process.execPath, path.join(root, 'bin/rlsf.js'), 'tour', '--new'];
  const terminal = openTerminal([...command, '--set', `run.output_dir=${runs}`, ...more], {
    name: 'tour',
    columns,
    rows: 46,
  });
  const keep = (name, lines) => keepScreen(name, 'rlsf tour', lines, columns, { [runs]: 'runs' });
  let kept = false;
  try {
    for (;;) {
      await sleep(500);
      const lines = terminal.screen();
      const text = plain(lines);
      const trains = /\]? *Training: \d+ steps/.test(text) && /left [^\n]*\nCtrl-C/.test(text);
      if (!kept && trains && /KL +[▁-█]{12,}/.test(text)) {
        keep('tour', lines);
        kept = true;
      }
      const exit = text.match(/\[exit (\d+)\]/);
      if (!exit) continue;
      if (exit[1] !== '0') throw new Error(`the tour ended with exit ${exit[1]}:\n${text}`);
      const all = terminal.screen('-S', '-40');
      const end = all.slice(
        0,
        all.findIndex((line) => line.includes('[exit')),
      );
      const first = end.findIndex((line) => plain([line]).startsWith('held-out problems'));
      keep('table', end.slice(Math.max(0, first)));
      if (!kept) throw new Error('the run was too short to be caught while it trained');
      return;
    }
  } finally {
    terminal.close();
    rmSync(runs, { recursive: true, force: true });
  }
}
