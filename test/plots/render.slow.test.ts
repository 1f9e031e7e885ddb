import { describe, expect, it } from 'vitest';
import {
  learningCurves,
  promptAccuracy,
  promptAccuracyGrid,
  renderHtml,
  renderPng,
  renderSvg,
} from '../../src/plots/index.js';
import { exampleRun, metricsRows } from './examples.js';

const grid = promptAccuracyGrid(promptAccuracy(exampleRun(24, 12)));

describe('rendering', () => {
  it('writes an SVG with title, axes and a drawn heat map', async () => {
    const before = JSON.stringify(grid);
    const svg = await renderSvg(grid);
    expect(svg).toMatch(/^<svg/);
    expect(svg).toContain('Accuracy of each prompt over the steps');
    expect(svg).toContain('data:image/png;base64');
    expect(JSON.stringify(grid)).toBe(before);
  }, 20_000);

  it('writes a PNG of the figure’s size times the scale', async () => {
    const png = Buffer.from(await renderPng(learningCurves(metricsRows(30)), { scale: 1 }));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([900, 820]);
  }, 20_000);

  it('writes an HTML page that loads nothing from elsewhere', async () => {
    const html = await renderHtml(grid);
    expect(html).not.toMatch(/<script[^>]+src=/);
    expect(html).toContain('Plotly.newPlot');
  });
});
