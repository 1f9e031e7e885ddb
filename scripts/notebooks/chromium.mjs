import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hasProgram } from './execute.mjs';

/**
 * Chromium without a window, driven by its own protocol over two pipes.
 * @param use told how to open a page; the browser ends with it
 */
export async function withChromium(use) {
  const program = ['chromium', 'chromium-browser', 'google-chrome'].find(hasProgram);
  if (!program) throw new Error('chromium is missing. On Debian: apt-get install chromium');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-chromium-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];
  const browser = spawn(
    program,
    [...flags, '--remote-debugging-pipe', `--user-data-dir=${folder}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise((resolve) => browser.on('close', resolve));
  try {
    return await use({ openPage: pageOpener(browser) });
  } finally {
    browser.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function pageOpener(browser) {
  const [, , , input, output] = browser.stdio;
  const waiting = new Map();
  let number = 0;
  let rest = '';
  browser.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium ended.'));
  });
  output.setEncoding('utf8');
  output.on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop() ?? '';
    for (const text of messages) {
      const { id, result, error } = JSON.parse(text);
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error) reject?.(new Error(`Chromium: ${error.message}`));
      else resolve?.(result);
    }
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = ++number;
      waiting.set(id, { resolve, reject });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  return async (url, { width, height }) => {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
    const call = (method, params) => send(method, params, sessionId);
    const resize = (size) =>
      call('Emulation.setDeviceMetricsOverride', { deviceScaleFactor: 1, mobile: false, ...size });
    await resize({ width, height });
    await call('Page.navigate', { url });
    return pageOf(call, resize);
  };
}

function pageOf(call, resize) {
  /** The value of an expression, which may be a promise, in the page. */
  async function evaluate(expression) {
    const { result, exceptionDetails } = await call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  return {
    evaluate,
    resize,
    /** Asks again and again until the expression is true. */
    async waitFor(expression, { seconds = 120, what = expression } = {}) {
      for (const end = Date.now() + 1000 * seconds; Date.now() < end;) {
        if (await evaluate(expression).catch(() => false)) return;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      throw new Error(`After ${seconds} s it is still not so: ${what}`);
    },
    async picture() {
      const { data } = await call('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(data, 'base64');
    },
  };
}
