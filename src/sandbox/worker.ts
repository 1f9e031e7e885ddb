import { join } from 'node:path';
import { createBench } from './bench.js';
import type { Tier } from './isolation.js';
import { buildLimits } from './limits.js';
import type { Limits } from './limits.js';
import { startDialogue } from './process.js';
import type { Dialogue } from './process.js';
import type { Bench, HelperCommand } from './toolchain.js';
import type { Workspace } from './workspace.js';

/** One of a pool's workers: a user of its own where that can be, an area on disk, and its helpers. */
export interface Worker {
  /** A bench in a fresh folder of the area, removed with all in it after its use. */
  withBench<T>(signal: AbortSignal, use: (bench: Bench) => Promise<T>): Promise<T>;
  close(): void;
}

/** A helper holds some tens of megabytes. */
const keptHelpers = 4;
const dayMs = 86_400_000;
/** A helper keeps time itself, in two steps at most; this is for one that is stuck. */
const patienceMs = 2 * buildLimits.totalMs + 10_000;

export function createWorker(options: {
  slot: number;
  tier: Tier;
  limits: Limits;
  workspace: Workspace;
}): Worker {
  const { slot, tier, limits, workspace } = options;
  const helpers = new Map<string, Promise<Dialogue>>();
  let area: Promise<string> | null = null;
  let next = 0;

  const start = async (command: HelperCommand): Promise<Dialogue> => {
    const folder = await (area ??= workspace.create(tier.owner(slot)));
    const name = `h${next++}`;
    const own = await workspace.create(tier.owner(slot), join(folder, name));
    await command.prepare(own);
    const { file, args, cwd, env } = tier.wrap({
      mode: 'compile',
      folder,
      writable: true,
      readOnly: command.readOnly ?? [],
      // It is idle between questions, and ends with us.
      limits: { ...buildLimits, cpuMs: dayMs, wallMs: dayMs, totalMs: dayMs },
      command: command.command,
      environment: command.environment,
      preload: command.preload,
      slot,
      start: name,
    });
    return startDialogue(file, args, { cwd, env });
  };

  const helper = async (command: HelperCommand): Promise<Dialogue> => {
    const known = helpers.get(command.key);
    helpers.delete(command.key);
    const dialogue = known ?? start(command);
    helpers.set(command.key, dialogue);
    if (helpers.size > keptHelpers) {
      const [oldest] = helpers.keys();
      const old = helpers.get(oldest);
      helpers.delete(oldest);
      void old?.then((one) => one.close());
    }
    return dialogue;
  };

  return {
    async withBench(signal, use) {
      const root = await (area ??= workspace.create(tier.owner(slot)));
      const name = `b${next++}`;
      const folder = await workspace.create(tier.owner(slot), join(root, name));
      try {
        const bench = createBench({ folder, slot, tier, limits, signal });
        return await use({
          ...bench,
          seenByHelpers: `../${name}`,
          async helper(command) {
            const dialogue = await helper(command).catch(() => null);
            if (dialogue === null) return null;
            return {
              async ask(line) {
                // A question that nobody waits for any more, or for too long: the helper may hang on it.
                const stop = (): void => {
                  helpers.delete(command.key);
                  dialogue.close();
                };
                signal.throwIfAborted();
                signal.addEventListener('abort', stop, { once: true });
                const timer = setTimeout(stop, patienceMs);
                const answer = await dialogue.ask(line);
                clearTimeout(timer);
                signal.removeEventListener('abort', stop);
                signal.throwIfAborted();
                if (answer === null) helpers.delete(command.key);
                return answer;
              },
            };
          },
        });
      } finally {
        await workspace.remove(folder);
      }
    },
    close() {
      for (const dialogue of helpers.values())
        void dialogue.then(
          (one) => one.close(),
          () => undefined,
        );
      helpers.clear();
    },
  };
}
