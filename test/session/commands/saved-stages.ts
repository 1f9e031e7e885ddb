/** A tiny session, saved as it was sampled, judged and scored; the prompt and the command line on copies of it. */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { savePolicy } from '../../../src/policy/index.js';
import { openLiveSession } from '../../../src/repl/engine/live-session.js';
import type { Prompt } from '../../../src/repl/engine/typescript/prompt.js';
import { doWork } from '../../../src/repl/engine/work.js';
import { plainText } from '../../../src/repl/styled.js';
import { openWithInputs, runLine, saveWithInputs } from '../../../src/session/commands/index.js';
import type { CommandHooks } from '../../../src/session/commands/index.js';
import { closeSession, openSession, stateHash } from '../../../src/session/index.js';
import { selectBackend } from '../../../src/tensor/index.js';
import { tinyPolicy } from '../../training/tiny-policy.js';

export type Stage = 'sampled' | 'judged' | 'scored';

export const needsCompiler = !existsSync('/usr/bin/g++');

const hooks: CommandHooks = {
  signal: new AbortController().signal,
  emit: () => {},
  note: () => {},
};

/** Each file of tests has a place of its own. */
export interface SavedStages {
  inPlace(name: string): string;
  /** A copy of a saved session, without the lock of who has it open. */
  copied(from: string, to: string): string;
  hashOf(folder: string): Promise<string>;
}

export function savedStages(): SavedStages {
  const place = mkdtempSync(path.join(os.tmpdir(), 'rlsf-table-'));
  const inPlace = (name: string): string => path.join(place, name);
  const copied = (from: string, to: string): string => {
    rmSync(inPlace(to), { recursive: true, force: true });
    cpSync(inPlace(from), inPlace(to), {
      recursive: true,
      filter: (file) => !path.basename(file).startsWith('lock'),
    });
    return inPlace(to);
  };
  beforeAll(async () => {
    if (needsCompiler) return;
    await makeStages(inPlace, copied);
  }, 60_000);
  afterAll(() => rmSync(place, { recursive: true, force: true }));
  return {
    inPlace,
    copied,
    async hashOf(folder) {
      const session = await openWithInputs(folder);
      try {
        return await stateHash(session);
      } finally {
        await closeSession(session);
      }
    },
  };
}

async function makeStages(
  inPlace: SavedStages['inPlace'],
  copied: SavedStages['copied'],
): Promise<void> {
  await selectBackend('auto', { threads: 1 });
  for (const [name, seed] of [
    ['model', 1],
    ['other', 2],
  ] as const) {
    const policy = await tinyPolicy(seed, { maxPositions: 1024 });
    await savePolicy(policy, inPlace(name));
    policy.dispose();
  }
  const rewardFile = (expression: string): string =>
    `export default (rollouts) => rollouts.map(({ completionIds }) => ${expression});\n`;
  writeFileSync(
    inPlace('low-ids.ts'),
    rewardFile('completionIds.filter((id) => id < 128).length + 0.1 * (completionIds[0] ?? 0)'),
  );
  writeFileSync(inPlace('first-id.ts'), rewardFile('completionIds[0] ?? 0'));
  const session = await openSession({
    policy: inPlace('model'),
    seed: 5,
    numGenerations: 2,
    sampling: { maxNewTokens: 8 },
    loraR: 2,
    judge: { workers: 1, cacheFolder: inPlace('verdicts') },
  });
  const stages: [Stage, string][] = [
    ['sampled', 'sample'],
    ['judged', 'judge'],
    ['scored', 'score'],
  ];
  await runLine(session, `reward ${inPlace('low-ids.ts')}`, hooks);
  for (const [stage, line] of stages) {
    await runLine(session, line, hooks);
    await saveWithInputs(session, inPlace('session'));
    copied('session', stage);
  }
  await closeSession(session);
}

/** The prompt on a saved session: what its engine does with a line, without its process. */
export interface OpenPrompt {
  /** Runs a line as it is typed behind `/`, saves as the engine does, and says what was printed. */
  line(text: string): Promise<string>;
  hash(): Promise<string>;
  close(): Promise<void>;
}

export async function openPrompt(folder: string): Promise<OpenPrompt> {
  const live = await openLiveSession({
    opening: { kind: 'saved', folder },
    columns: 80,
    linesOnly: true,
    again: null,
  });
  const noTypeScript = new Proxy({} as Prompt, {
    get: (_, name) => {
      throw new Error(`a command asked TypeScript for ${String(name)}`);
    },
  });
  return {
    async line(text) {
      const said: string[] = [];
      const told = (lines: Parameters<typeof plainText>[0][]): void =>
        void said.push(...lines.map(plainText));
      const outcome = await doWork(
        { type: 'command', id: 1, text },
        {
          live,
          prompt: noTypeScript,
          width: 80,
          linesOnly: true,
          signal: new AbortController().signal,
          output: told,
          failed: told,
          progress: () => {},
          settle: () => live.save(),
          show: () => {},
        },
      );
      if (outcome !== 'well') throw new Error(`/${text}: ${outcome}\n${said.join('\n')}`);
      await live.save();
      return said.join('\n');
    },
    hash: () => stateHash(live.session),
    close: () => live.close(),
  };
}
