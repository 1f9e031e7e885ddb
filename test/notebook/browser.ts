/** Debian's Chromium without a window. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const hasChromium = spawnSync('chromium', ['--version'], { stdio: 'ignore' }).status === 0;

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--hide-scrollbars',
  '--virtual-time-budget=20000',
];

/** The document as it is after its scripts have run. */
export function documentAfter(html: string): string {
  return inFolder(html, (file) => {
    const run = spawnSync('chromium', [...flags, '--dump-dom', `file://${file}`], {
      encoding: 'utf8',
      maxBuffer: 256 << 20,
    });
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout;
  });
}

/** A picture of the page. */
export function pictureOf(html: string, size: { width: number; height: number }): Buffer {
  return inFolder(html, (file, folder) => {
    const picture = path.join(folder, 'page.png');
    const run = spawnSync('chromium', [
      ...flags,
      `--screenshot=${picture}`,
      `--window-size=${size.width},${size.height}`,
      `file://${file}`,
    ]);
    if (run.status !== 0) throw new Error(String(run.stderr));
    return readFileSync(picture);
  });
}

function inFolder<Value>(html: string, use: (file: string, folder: string) => Value): Value {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-page-'));
  try {
    const file = path.join(folder, 'page.html');
    writeFileSync(file, html);
    return use(file, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
