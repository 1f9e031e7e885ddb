import { describe, expect, it } from 'vitest';
import { plainText, textWidth } from '../../src/repl/styled.js';
import { groupView } from '../../src/repl/views/group-view.js';
import { rolloutView } from '../../src/repl/views/rollout-view.js';
import { overflow, reachedByOverflow, rolloutWith } from './sample-events.js';

const view = (...given: Parameters<typeof rolloutView>): string[] =>
  rolloutView(...given).map(plainText);

describe('the view of one rollout', () => {
  it('puts the tokens reached and the finding under the line they lie in', () => {
    const rollout = rolloutWith({ diagnostics: [overflow] });
    expect(view(rollout, reachedByOverflow, { width: 80 })).toEqual([
      'sample 1  × runtime_error  tests 2/5  reward 0.20  advantage −0.71',
      ' 1 │ {',
      ' 2 │   int s = 0;',
      ' 3 │   for (int i = 0; i <= n; i++) s += v[i];',
      '   │                                ^^~~^~~~~',
      '   │                              ╰× asan heap-buffer-overflow: READ of size 4,',
      '   │                                 0 bytes after a region of 12 bytes',
      ' 4 │   return s;',
      ' 5 │ }',
    ]);
  });

  it('says by a mark row what it says by colour, so that colour can be left out', () => {
    const rollout = rolloutWith({ diagnostics: [overflow] });
    const marked = rolloutView(rollout, reachedByOverflow, { width: 80 })
      .flat()
      .filter((part) => part.tone === 'mark');
    expect(marked.map((part) => part.text)).toEqual(['s += v[i]']);
  });

  it('gives the reason where a finding has no place in the completion', () => {
    const leak = {
      ...overflow,
      tool: 'lsan' as const,
      kind: 'leak',
      message: '8 bytes',
      span: { precision: 'none' as const, reason: 'harness line' },
    };
    expect(view(rolloutWith({ diagnostics: [leak] }), [], { width: 80 }).at(-1)).toBe(
      '    × lsan leak: 8 bytes (no place in the completion: harness line)',
    );
  });

  it('keeps columns right behind tabs, wide characters and bytes of several', () => {
    const completion = '\tx = "äöü日本"; y[9] = 1;\n';
    const start = Buffer.byteLength('\tx = "äöü日本"; ');
    const finding = { ...overflow, span: { start, end: start + 4, precision: 'span' as const } };
    const rows = view(
      rolloutWith({ completion, diagnostics: [finding] }),
      [{ token: 0, start, end: start + 4, kind: 'x', severity: 'error' }],
      { width: 90 },
    );
    const column = textWidth(rows[1].slice(0, rows[1].indexOf('y[9]')));
    expect(rows[2].indexOf('^~~~')).toBe(column);
  });

  it('shows a tab as two blanks and a control character by its name', () => {
    expect(view(rolloutWith({ completion: '\ta\u0007b' }), [], { width: 60 })[1]).toBe(
      ' 1 │   a⟨BEL⟩b',
    );
  });

  it('shows the lines around the findings when the source is long', () => {
    const completion = Array.from({ length: 100 }, (_, index) => `line ${index + 1};`).join('\n');
    const start = Buffer.byteLength(completion.split('\n').slice(0, 69).join('\n')) + 1;
    const finding = { ...overflow, span: { start, end: start + 4, precision: 'line' as const } };
    const rows = view(rolloutWith({ completion, diagnostics: [finding] }), [], {
      width: 80,
      maxSourceLines: 5,
    });
    expect(
      rows.filter((row) => /line \d+;/.test(row)).map((row) => row.match(/line (\d+)/)?.[1]),
    ).toEqual(['68', '69', '70', '71', '72']);
    expect(rows.at(-1)).toContain('28 more lines');
  });

  it('never draws beyond the width it is given', () => {
    const completion = `${'x'.repeat(300)};\n`;
    const finding = { ...overflow, span: { start: 280, end: 290, precision: 'span' as const } };
    const rows = view(rolloutWith({ completion, diagnostics: [finding] }), [], { width: 60 });
    expect(Math.max(...rows.map(textWidth))).toBeLessThanOrEqual(60);
  });
});

describe('the view of a group', () => {
  const members = [
    { rollout: rolloutWith(), findings: [] },
    { rollout: rolloutWith({ sample: 1, reward: null }), findings: [] },
    { rollout: rolloutWith({ sample: 2, diagnostics: [overflow] }), findings: reachedByOverflow },
  ];

  it('lists every member and shows the one with a sanitizer finding first', () => {
    const rows = groupView('int sum();', members, { width: 90, sources: 1 }).map(plainText);
    expect(rows[0]).toBe('  int sum();');
    expect(rows.slice(2, 5).map((row) => row.trim().split(/\s+/)[0])).toEqual(['1', '2', '3']);
    expect(rows[4]).toContain('asan heap-buffer-overflow → 3 tokens');
    expect(rows[6]).toContain('sample 3');
  });

  it('does not call an unscorable rollout worthless', () => {
    const rows = groupView('p', members, { width: 90, sources: 3 }).map(plainText);
    expect(rows[3]).toMatch(/reward {3}—/);
    expect(rows.join('\n')).toContain('unscorable');
  });
});
