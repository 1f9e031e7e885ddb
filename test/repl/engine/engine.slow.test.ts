import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savePolicy } from '../../../src/policy/index.js';
import { startEngine } from '../../../src/repl/engine/client.js';
import type { Engine, EngineCrash } from '../../../src/repl/engine/client.js';
import type { Message, SessionSummary } from '../../../src/repl/engine/protocol.js';
import { plainText } from '../../../src/repl/styled.js';
import { tinyPolicy, useOneThread } from '../../training/tiny-policy.js';

type Ended = { outcome: string; lines: string[] };

let folder = '';
let engine: Engine;
let state: SessionSummary;
let whenReady: Promise<void>;
let sayReady: () => void = () => undefined;
const crashes: EngineCrash[] = [];
const outputs = new Map<number, string[]>();
const ends = new Map<number, (end: Ended) => void>();

function receive(message: Message): void {
  if (message.type === 'ready' || message.type === 'state') ({ state } = message);
  if (message.type === 'ready') sayReady();
  if (message.type === 'output')
    outputs.set(message.id, [...(outputs.get(message.id) ?? []), ...message.lines.map(plainText)]);
  if (message.type === 'done')
    ends.get(message.id)?.({ outcome: message.outcome, lines: outputs.get(message.id) ?? [] });
}

/** Does a line to its end; `during` is called while it is under way. */
async function run(text: string, during?: () => void): Promise<Ended> {
  await whenReady;
  const id = engine.work(
    text.startsWith('/')
      ? { type: 'command', text: text.slice(1) }
      : { type: 'evaluate', code: text },
  );
  const ended = new Promise<Ended>((resolve) => ends.set(id, resolve));
  if (during) setTimeout(during, 700);
  return ended;
}

const awaitReady = (): void => {
  whenReady = new Promise((resolve) => (sayReady = resolve));
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-engine-'));
  await useOneThread();
  const policy = await tinyPolicy(1, { maxPositions: 1024 });
  await savePolicy(policy, path.join(folder, 'model'));
  policy.dispose();
  process.env['RLSF_SESSIONS'] = path.join(folder, 'sessions');
  awaitReady();
  engine = startEngine({
    columns: 92,
    opening: {
      kind: 'new',
      options: {
        policy: path.join(folder, 'model'),
        task: 'cpp',
        set: [
          'grpo.num_generations=4',
          'sampling.max_completion_length=8',
          'policy.lora_r=2',
          'judge.workers=1',
        ],
      },
    },
    onMessage: receive,
    onCrash(crash) {
      crashes.push(crash);
      awaitReady();
    },
  });
  await whenReady;
});

afterAll(async () => {
  await engine.close();
  delete process.env['RLSF_SESSIONS'];
  rmSync(folder, { recursive: true, force: true });
});

describe('TypeScript at the prompt', () => {
  it('runs lines with await and keeps what they declare, and the last value', async () => {
    expect(await run('const two = await Promise.resolve(2)')).toEqual({
      outcome: 'well',
      lines: [],
    });
    expect((await run('two + 1')).lines).toEqual(['3']);
    expect((await run('_ * 2')).lines).toEqual(['6']);
  });

  it('takes names of earlier lines wherever a name may stand', async () => {
    await run(
      'const epsilon = 0.5; const config = { dataset: { pairs: 3, other: 4 } }; let pairs = 1',
    );
    expect((await run('JSON.stringify({ epsilon })')).lines).toEqual(['{"epsilon":0.5}']);
    await run('const { pairs: options, other: second = 5 } = config.dataset');
    expect((await run('options + second')).lines).toEqual(['7']);
    await run('let third = 1; ({ pairs: third } = config.dataset)');
    expect((await run('third')).lines).toEqual(['3']);
    await run('({ pairs } = config.dataset)');
    expect((await run('pairs')).lines).toEqual(['3']);
    await run('({ pairs = 9 } = {} as { pairs?: number })');
    expect((await run('pairs')).lines).toEqual(['9']);
    const maker =
      'const make = ({ pairs: a }: { pairs: number }) => ({ a, epsilon, pairs: a + epsilon })';
    expect((await run(maker)).outcome).toBe('well');
    expect((await run('JSON.stringify(make({ pairs }))')).lines).toEqual([
      '{"a":9,"epsilon":0.5,"pairs":9.5}',
    ]);
  });

  it('tells a type error with its line before anything runs', async () => {
    const { outcome, lines } = await run('const three = 3\nthree.nothing');
    expect(outcome).toBe('failed');
    expect(lines[0]).toContain("2:7  Property 'nothing' does not exist");
    expect(lines[2]).toMatch(/^ +│ +\^{7}$/);
  });

  it('tells a thrown error with the line that was typed, of an earlier input too', async () => {
    await run(
      "interface A { x: number }\n\nfunction fail(a: A) {\n  throw new Error('no ' + a.x);\n}",
    );
    const { outcome, lines } = await run('1;\nfail({ x: 3 })');
    expect(outcome).toBe('failed');
    expect(lines[0]).toBe('× no 3');
    expect(lines[1]).toContain("4 │   throw new Error('no ' + a.x);");
    expect(lines.at(-1)).toMatch(/at input \d+, line 2/);
    expect(lines.join('\n')).not.toMatch(/node:|tslab|node_modules/);
  });

  it('prints what a line writes, and cuts a flood with its count', async () => {
    expect((await run("console.log('a\\u001b[2J'); process.stdout.write('half')")).lines).toEqual([
      'a⟨ESC⟩[2J',
      'half',
      'true',
    ]);
    const { lines } = await run('for (let i = 0; i < 5100; i++) console.log(i)');
    expect(lines).toHaveLength(5001);
    expect(lines.at(-1)).toContain('100 more lines');
  });

  it('changes the very session that commands work on, which is saved after each change', async () => {
    expect(state.folder).toBeNull();
    expect((await run('await sample(session)')).lines).toHaveLength(5);
    expect(state).toMatchObject({ undo: 'sample', draws: 1, rollouts: { total: 4, judged: 0 } });
    expect(existsSync(path.join(folder, 'sessions', 'session', 'session.json'))).toBe(true);
    await run('/sample');
    expect((await run('session.draws')).lines).toEqual(['2']);
    await run('/undo');
    expect((await run('history(session).cursor')).lines).toEqual(['1']);
    const file = path.join(folder, 'sessions', 'session', 'inputs.json');
    expect(readFileSync(file, 'utf8')).toContain('await sample(session)');
  });

  it('completes names, hints at signatures, and knows whether a line is whole', async () => {
    const text = 'session.rol';
    expect(await engine.ask({ type: 'complete', text, cursor: text.length })).toMatchObject({
      start: 8,
      candidates: [{ text: 'rollouts', summary: 'property' }],
    });
    expect(await engine.ask({ type: 'complete', text: '/sam', cursor: 4 })).toMatchObject({
      candidates: [{ text: 'sample' }],
    });
    await run('new Map([[1, 2]])');
    expect(await engine.ask({ type: 'complete', text: '_.ge', cursor: 4 })).toMatchObject({
      candidates: [{ text: 'get' }],
    });
    const hint = await engine.ask({ type: 'hint', text: 'sample(session, {', cursor: 17 });
    expect(hint && 'lines' in hint ? hint.lines.map(plainText)[0] : '').toContain('‹options');
    expect(await engine.ask({ type: 'whole', text: 'function f() {' })).toEqual({
      whole: false,
      indent: 2,
    });
  });

  it('says what is wrong with a command', async () => {
    expect(await run('/sampel')).toEqual({
      outcome: 'failed',
      lines: [expect.stringMatching(/^× there is no command 'sampel'/)],
    });
  });
});

describe('Ctrl-C', () => {
  it('stops a loop, an await and a long command, and the variables stay', async () => {
    const stop = (): void => engine.interrupt();
    await run('const kept = 5');
    expect((await run('while (true) {}', stop)).outcome).toBe('interrupted');
    expect((await run('await new Promise(() => {})', stop)).outcome).toBe('interrupted');
    const { outcome, lines } = await run('/sample 20000', stop);
    expect([outcome, lines.at(-1)]).toEqual(['interrupted', '× stopped']);
    expect((await run('await sample(session, { n: 20_000 })', stop)).outcome).toBe('interrupted');
    expect((await run('kept + session.draws')).lines).toEqual(['6']);
    expect(crashes).toEqual([]);
  });

  it('ends an engine that hears nothing, and a new one opens the session again', async () => {
    const { outcome } = await run('await Promise.resolve(); while (true) {}', () =>
      engine.interrupt(),
    );
    expect(outcome).toBe('interrupted');
    expect(crashes.pop()).toMatchObject({
      restarts: true,
      reason: expect.stringContaining('3 seconds'),
      lost: [expect.stringContaining('variables'), expect.stringContaining('saved last')],
    });
    expect((await run('session.draws')).lines).toEqual(['1']);
    expect((await run('kept')).outcome).toBe('failed');
  });
});

describe('an engine that ends by itself', () => {
  it('is reported with its reason, and the session survives', async () => {
    expect((await run('process.exit(3)')).outcome).toBe('failed');
    await whenReady;
    expect(crashes.pop()?.reason).toContain('exit code 3');
    const pid = engine.pid ?? 0;
    const killed = run('await new Promise(() => {})', () => process.kill(pid, 'SIGKILL'));
    expect((await killed).outcome).toBe('failed');
    await whenReady;
    expect(crashes.pop()?.reason).toContain('SIGKILL');
    expect(state).toMatchObject({ name: 'session', undo: 'sample', rollouts: { total: 4 } });
  });
});

it('an engine whose screen is gone leaves nothing running and nothing behind', async () => {
  const pid = engine.pid ?? 0;
  await engine.close();
  expect(isAlive(pid)).toBe(false);
  expect(readdirSync(path.join(folder, 'sessions', 'session'))).not.toContain('lock.json');
  expect(readdirSync(os.tmpdir()).filter((name) => name.startsWith(`rlsf-judge-${pid}-`))).toEqual(
    [],
  );
});
