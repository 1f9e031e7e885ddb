/** A page of the gallery, made by nbconvert and opened in Chromium. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figureBundle } from '../../src/notebook/figure-bundle.js';
import { plotlyLoader } from '../../src/notebook/figure-html.js';
import { documentAfter, hasChromium } from './browser.js';
import { hasProgram, pageOf } from './notebook-scripts.js';

const display = (data: Record<string, unknown>): object => ({
  output_type: 'display_data',
  data,
  metadata: {},
});

describe.skipIf(!hasProgram('jupyter-nbconvert'))('a page of the gallery', () => {
  let folder: string;
  let page: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-gallery-'));
    const wide = {
      data: [{ type: 'scatter', x: [1, 2], y: [1, 3] }],
      layout: { width: 1600, height: 300, title: { text: 'wide' } },
    };
    const { data } = await figureBundle(wide);
    const code = {
      cell_type: 'code',
      execution_count: 1,
      metadata: {},
      source: 'await show(wide)',
      outputs: [display({ 'text/html': await plotlyLoader() }), display(data)],
    };
    const notebook = {
      cells: [{ cell_type: 'markdown', metadata: {}, source: '# Why $k_3$\n\n$$e^d$$' }, code],
      metadata: { kernelspec: { name: 'rlsf', display_name: 'TypeScript (rlsf)' } },
      nbformat: 4,
      nbformat_minor: 4,
    };
    const file = path.join(folder, 'small.ipynb');
    writeFileSync(file, JSON.stringify(notebook));
    page = pageOf(file);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('fetches nothing', () => {
    const { document } = new JSDOM(page).window;
    const wanted = [...document.querySelectorAll('script[src], link, img, iframe, object')].map(
      (each) => each.getAttribute('src') ?? each.getAttribute('href') ?? each.outerHTML,
    );
    expect(wanted.filter((address) => !address.startsWith('data:'))).toEqual([]);
    const styles = [...document.querySelectorAll('style')].map(({ textContent }) => textContent);
    expect(styles.join('\n')).not.toMatch(/@import|url\(["']?(?!["']?data:)/);
    expect(page).not.toMatch(/cdnjs|jsdelivr|unpkg/i);
  });

  it('has its formulas drawn, its title, and nothing left beside the notebook', () => {
    const { document } = new JSDOM(page).window;
    expect(document.querySelectorAll('h1 .katex, .katex-display')).toHaveLength(2);
    const prose = document.querySelector('.jp-RenderedMarkdown, .jp-RenderedHTMLCommon');
    expect(prose?.textContent).toContain('Why');
    expect(prose?.innerHTML.match(/\$|rlsfFormula/)).toBeNull();
    expect(document.title).toBe('small');
    expect(readdirSync(folder)).toEqual(['small.ipynb']);
  });

  it.skipIf(!hasChromium)('draws a figure wider than the window within it', () => {
    const { document } = new JSDOM(documentAfter(page)).window;
    const width = Number(document.querySelector('.rlsf-figure .main-svg')?.getAttribute('width'));
    expect(width).toBeGreaterThan(360);
    // Chromium's window is 800 pixels wide.
    expect(width).toBeLessThan(800);
  });
});
