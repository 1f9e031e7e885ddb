import { describe, expect, it } from 'vitest';
import { tableHtml, tableText } from '../../src/notebook/table.js';
import { valueBundle } from '../../src/notebook/value-bundle.js';
import { objectsTable } from '../../src/notebook/value-table.js';
import { visibleFigure } from '../../src/plots/visible-figure.js';
import { hostileRollout, hostileText, hugeText, steeringText } from './hostile.js';

const isSteering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\ufeff]/;

describe('hostile texts in a notebook', () => {
  const values: [string, unknown][] = [
    ['a rollout', hostileRollout()],
    ['rollouts', [hostileRollout(), hostileRollout('int main() {}', 1)]],
    ['a list of objects', [{ [hostileText]: hostileText, n: 1 }]],
    ['a record', { a: { [hostileText]: hostileText } }],
    ['a text', hostileText],
  ];
  it.each(values)('%s is shown as text, without control characters', async (_, value) => {
    const { data } = await valueBundle(value, { name: hostileText });
    for (const form of Object.values(data).map(String)) expect(form).not.toMatch(isSteering);
    const html = String(data['text/html'] ?? '');
    expect(html).not.toMatch(/<(script|img|svg|iframe|a)\b/i);
    expect(html.replaceAll(/<[^>]*>/g, '')).not.toContain('<');
    expect(String(data['text/plain'])).toContain('⟨ESC⟩[31mred');
  });

  it('keeps a table of endless texts small', () => {
    const table = objectsTable(
      [
        { text: hugeText, n: 1 },
        { text: 'short', n: 2 },
      ],
      null,
    );
    expect(tableHtml(table).length).toBeLessThan(40_000);
    expect(tableText(table).length).toBeLessThan(400);
  });

  it('keeps a row for each of many objects, up to a limit that it tells', () => {
    const { rows, note } = objectsTable(
      Array.from({ length: 1000 }, (_, n) => ({ n })),
      null,
    );
    expect(rows.length).toBe(200);
    expect(note).toContain('800 more rows');
  });

  it('gives a figure no control characters and no endless text', () => {
    const figure = visibleFigure({
      data: [{ name: steeringText, text: [hugeText], y: new Float32Array([1, 2]) }],
      layout: { title: { text: steeringText } },
    });
    expect(JSON.stringify(figure)).not.toMatch(isSteering);
    expect(String((figure.data[0].text as string[])[0]).length).toBeLessThan(5000);
    expect(figure.data[0].y).toEqual([1, 2]);
  });
});
