/** A page in a real browser, without a window and without a network. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** `null`: there is none here, and tests that need one are skipped, visibly. */
export const chromium: string | null =
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((place) =>
      ['chromium', 'chromium-browser', 'google-chrome'].map((n) => path.join(place, n)),
    )
    .find((file) => existsSync(file)) ?? null;

/** The document once its scripts have run, and what the browser complained of. */
export function openPage(file: string, fragment = ''): { dom: string; complaints: string[] } {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'rlsf-chromium-'));
  try {
    const { stdout, stderr } = spawnSync(
      chromium ?? 'chromium',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        ...['--enable-logging=stderr', '--v=0', '--window-size=1200,1600'],
        ...[`--user-data-dir=${profile}`, '--virtual-time-budget=10000', '--dump-dom'],
        pathToFileURL(file).href + fragment,
      ],
      { encoding: 'utf8', timeout: 110_000, maxBuffer: 1 << 28 },
    );
    const complaints = stderr.split('\n').filter((line) => line.includes(':CONSOLE'));
    return { dom: stdout, complaints };
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
