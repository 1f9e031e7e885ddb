import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../../src/repl/workbench/history.js';
import { readArguments, replOptions } from '../../../src/repl/workbench/options.js';
import { editorCommand } from '../../../src/repl/workbench/programs.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-history-'));
const file = path.join(folder, 'rlsf', 'history.jsonl');
afterEach(() => rmSync(path.dirname(file), { recursive: true, force: true }));

describe('the history of the prompt', () => {
  it('is there in the next session, also a text of several lines', () => {
    openHistory(file).add('/sample 4');
    openHistory(file).add('if (x) {\n}');
    expect(openHistory(file).lines).toEqual(['/sample 4', 'if (x) {\n}']);
  });

  it('survives half a line and lines that are no history', () => {
    openHistory(file).add('/judge');
    appendFileSync(file, 'null\n{"text": 3}\n{"text": "/st');
    openHistory(file).add('/step');
    expect(openHistory(file).lines).toEqual(['/judge', '/step']);
  });

  it('keeps the newest lines when it has grown long', () => {
    openHistory(file).add('first');
    const rows = Array.from(
      { length: 4001 },
      (_, n) => `${JSON.stringify({ text: `/step ${n}` })}\n`,
    );
    writeFileSync(file, rows.join(''));
    expect(openHistory(file).lines[1999]).toBe('/step 4000');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2000);
  });

  it('goes on where nothing can be written', () => {
    const nowhere = openHistory(path.join(process.execPath, 'history.jsonl'));
    expect(() => nowhere.add('/judge')).not.toThrow();
  });
});

describe('the arguments of the workbench', () => {
  it('are read without the command line when they are the usual ones', () => {
    const given = readArguments(['repl', '--task', 'cpp', '--set', 'a=1', 'b=2', '--set=c=3']);
    expect(given).toEqual({ task: 'cpp', set: ['a=1', 'b=2', 'c=3'] });
    expect(readArguments([])).toEqual({});
    expect(readArguments(['repl', '--help'])).toBeNull();
    expect(readArguments(['repl', '--session'])).toBeNull();
  });

  it('that exclude each other are refused', () => {
    expect(() => replOptions({ run: 'runs/tour', task: 'cpp' })).toThrow('leave out --task');
  });
});

describe('the editor', () => {
  it('is the one that is named, with its arguments, else one that is there', () => {
    expect(editorCommand({ EDITOR: 'code --wait', VISUAL: 'vim' })).toEqual(['code', '--wait']);
    expect(editorCommand({ EDITOR: ' ', VISUAL: 'vim' })).toEqual(['vim']);
    expect(editorCommand({ PATH: folder })).toBeNull();
  });
});
