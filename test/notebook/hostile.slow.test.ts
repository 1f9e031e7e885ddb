/** What notebooks send, as one page in a real browser: nothing that a model wrote runs. */
import { describe, expect, it } from 'vitest';
import { plotlyLoader } from '../../src/notebook/figure-html.js';
import { valueBundle } from '../../src/notebook/value-bundle.js';
import { inspectRollout } from '../../src/rollouts/index.js';
import { renderHtml, renderPng, tokenHeat } from '../../src/plots/index.js';
import { documentAfter, hasChromium } from './browser.js';
import { hostileRollout, hostileText, hostileTexts, hugeText } from './hostile.js';

const spy = `<script>window.harmed = undefined;
addEventListener('load', () => setTimeout(() => {
  for (const each of document.querySelectorAll('*')) each.dispatchEvent(new Event('mouseover'));
  const links = [...document.querySelectorAll('a')].map((a) => a.getAttribute('href') ?? a.getAttribute('xlink:href') ?? '');
  document.body.dataset.links = String(links.filter((each) => /^\\s*javascript:/i.test(each)).length);
  document.body.dataset.harmed = String(window.harmed);
  document.body.dataset.plots = String(document.querySelectorAll('.main-svg').length);
}, 3000));</script>`;

/** A figure with a hostile text in every place where Plotly draws one. */
const figure = {
  data: [
    {
      ...{
        type: 'bar',
        name: hostileText,
        x: hostileTexts,
        y: hostileTexts.map((_, at) => at + 1),
      },
      ...{
        text: hostileTexts,
        textposition: 'auto',
        hovertext: hostileTexts,
        customdata: [hostileText],
      },
    },
  ],
  layout: {
    title: { text: hostileText },
    ...{ width: 600, height: 400, showlegend: true },
    xaxis: { title: { text: hostileTexts[0] } },
    annotations: hostileTexts.map((text) => ({ text, x: 0, y: 1 })),
  },
};

describe('hostile texts in a picture', () => {
  it('are drawn, control characters and all', async () => {
    const png = Buffer.from(await renderPng(figure, { scale: 1 }));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([600, 400]);
  }, 60_000);
});

describe.skipIf(!hasChromium)('hostile texts in a browser (needs chromium)', () => {
  it('run nowhere in what a notebook shows', async () => {
    const rollouts = [hostileRollout(), hostileRollout(hugeText, 1), hostileRollout('a\u0000b', 2)];
    const values = [
      ...[figure, tokenHeat(inspectRollout(rollouts[0])), rollouts, rollouts[0], rollouts[1]],
      ...[[{ [hostileText]: hostileText }], { [hostileText]: { a: hostileText } }],
    ];
    const parts = [await plotlyLoader()];
    for (const value of values) {
      const { data } = await valueBundle(value, { name: hostileText });
      parts.push(String(data['text/html']));
    }
    // nbconvert and the classic notebook load require.js, which makes modules of what it can.
    const amd = '<script>window.define = Object.assign(() => {}, { amd: {} });</script>';
    const page = documentAfter(
      `<!doctype html><meta charset="utf-8"><body>${spy}${amd}${parts.join('\n')}`,
    );
    expect(page.includes('data-harmed="undefined"')).toBe(true);
    expect(Number(/data-plots="(\d+)"/.exec(page)?.[1])).toBeGreaterThanOrEqual(2);
    expect(page.includes('data-links="0"')).toBe(true);
  }, 240_000);

  it('run nowhere in the page of a figure', async () => {
    const html = await renderHtml(figure);
    const page = documentAfter(html.replace('<body', `${spy}<body`));
    expect(page.includes('data-harmed="undefined"')).toBe(true);
    expect(page.includes('main-svg')).toBe(true);
  }, 240_000);

  it('would be noticed: a script that does run leaves its mark', () => {
    const page = documentAfter(`<!doctype html><body>${spy}${hostileTexts[0]}`);
    expect(page.includes('data-harmed="1"')).toBe(true);
  }, 240_000);
});
