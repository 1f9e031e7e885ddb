/** The kept pictures of docs/plots, drawn again from the data beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { plotlySource, renderPng } from '../../src/plots/render.js';
import type { Figure } from '../../src/plots/index.js';
import { plotKinds } from '../../src/session/index.js';
import { hasChromium, pictureOf } from '../notebook/browser.js';
import { differenceOf, partOf } from './pictures.js';

const folder = path.resolve(import.meta.dirname, '../../docs/plots');
const names = readdirSync(folder).flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []);
const figureOf = (name: string): Figure =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Figure;
const keptOf = (name: string): Buffer => readFileSync(path.join(folder, `${name}.png`));

/** All of them in Chromium, by Plotly alone: one page, one below the other. */
async function chromiumPictures(figures: readonly Figure[]): Promise<Buffer[]> {
  const sizes = figures.map(({ layout }) => layout as { width: number; height: number });
  const tops = sizes.map((_, at) =>
    sizes.slice(0, at).reduce((sum, { height }) => sum + height, 0),
  );
  const json = JSON.stringify(figures).replaceAll('<', '\\u003c');
  const source = (await plotlySource()).replaceAll('</script', '<\\/script');
  const page = pictureOf(
    `<!doctype html><meta charset="utf-8"><body style="margin:0"><script>${source}</script>
<script>for (const { data, layout } of ${json}) {
  const place = document.body.appendChild(document.createElement('div'));
  Plotly.newPlot(place, data, layout, { staticPlot: true });
}</script>`,
    {
      width: Math.max(...sizes.map(({ width }) => width)),
      height: sizes.reduce((sum, { height }) => sum + height, 0),
    },
  );
  return Promise.all(sizes.map((size, at) => partOf(page, { top: tops[at], ...size })));
}

describe('the pictures of docs/plots', () => {
  it('are of every kind, and each is small', () => {
    expect([...names].sort()).toEqual(plotKinds.map(({ name }) => name).sort());
    for (const name of names) expect(keptOf(name).length).toBeLessThan(60_000);
  });

  it.each(names)('%s is drawn as it was kept', async (name) => {
    expect(
      await differenceOf(keptOf(name), await renderPng(figureOf(name), { scale: 0.75 })),
    ).toBeLessThan(0.01);
  });

  it('would be noticed: other data, another picture', async () => {
    const figure = figureOf('learning');
    const [, line] = figure.data;
    const changed = { ...line, y: (line.y as number[]).map((_, at) => at % 2) };
    const other = {
      ...figure,
      data: figure.data.map((trace) => (trace === line ? changed : trace)),
    };
    expect(
      await differenceOf(keptOf('learning'), await renderPng(other, { scale: 0.75 })),
    ).toBeGreaterThan(0.01);
  });

  describe.skipIf(!hasChromium)('in Chromium', () => {
    let drawn: Buffer[];
    beforeAll(async () => {
      drawn = await chromiumPictures(names.map(figureOf));
    });

    it.each(names)('%s looks the same', async (name) => {
      const difference = await differenceOf(keptOf(name), drawn[names.indexOf(name)]);
      expect(difference).toBeLessThan(0.08);
    });
  });
});
