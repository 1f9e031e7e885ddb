// A program in a real terminal (tmux): keys go in, screens with their colours come out.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { terminalSvg } from './terminal-svg.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const plain = (lines) => lines.join('\n').replace(/\u001b\[[0-9;]*m/g, '');

/** @param {string[]} command @param {{ name: string, columns: number, rows: number, folder?: string }} options */
export function openTerminal(command, { name, columns, rows, folder = root }) {
  const socket = `rlsf-screens-${process.pid}-${name}`;
  const tmux = (...argv) => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-L', socket, ...argv], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tmux ${argv[0]}: ${stderr}`);
    return stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  const line = `cd ${quoted(folder)}; ${command.map(quoted).join(' ')}; echo "[exit $?]"; sleep 600`;
  tmux('new-session', '-d', '-s', name, ...size, line);
  const screen = (...more) =>
    tmux('capture-pane', '-e', '-p', '-t', name, ...more)
      .replace(/\n+$/, '')
      .split('\n');
  return {
    screen,
    keys: (...keys) => tmux('send-keys', '-t', name, ...keys),
    type: (text) => tmux('send-keys', '-t', name, '-l', text),
    /** Until the screen says so; an error with the screen where it never does. */
    async until(says, seconds = 120) {
      for (let waited = 0; waited < seconds * 1000; waited += 250) {
        const text = plain(screen());
        if (says.test(text)) return text;
        await sleep(250);
      }
      throw new Error(`waited ${seconds} s for ${says}:\n${plain(screen())}`);
    },
    close: () => spawnSync('tmux', ['-L', socket, 'kill-server']),
  };
}

/** Folders of this machine become what a reader has. */
export function keepScreen(name, title, lines, columns, places = {}) {
  const shown = lines.map((line) =>
    Object.entries({ ...places, [root]: '' }).reduce(
      (text, [from, to]) => text.replaceAll(from, to),
      line,
    ),
  );
  mkdirSync(path.join(root, 'docs/screens'), { recursive: true });
  writeFileSync(path.join(root, 'docs/screens', `${name}.svg`), terminalSvg(shown, columns, title));
  console.log(`docs/screens/${name}.svg: ${shown.length} lines`);
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
