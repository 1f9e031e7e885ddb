import type { Language } from '../records.js';
import type { Tier } from './isolation.js';
import type { JudgeSettings } from './judge-options.js';
import { prepareRuntime } from './runtime.js';
import type { JudgeRuntime } from './runtime.js';
import { selectTier } from './select-tier.js';
import type { Sandbox, Toolchain } from './toolchain.js';
import { toolchains } from './toolchains/index.js';
import { createTextToolchain, nothingRuns } from './toolchains/text/toolchain.js';
import { createWorker } from './worker.js';
import type { Worker } from './worker.js';
import type { Workspace } from './workspace.js';

/** What programs need to be run, whatever their language. */
interface Workshop {
  runtime: JudgeRuntime;
  tier: Tier;
  crew: Worker[];
  free: Worker[];
}

/** What a pool judges with: each part is made when the first job asks for it. */
export interface LazyWorkshop {
  /** `null` as long as nothing was to be run. */
  readonly runtime: JudgeRuntime | null;
  /** The isolation tier; that none is needed as long as nothing was to be run. */
  readonly isolation: string;
  open(): Promise<{ tier: Tier }>;
  toolchainOf(language: Language): Promise<Toolchain>;
  sandboxFor(signal: AbortSignal): Sandbox;
  close(): void;
}

/** @param cache the folder of what is compiled once for all pools */
export function createWorkshop(
  settings: JudgeSettings,
  { workspace, cache }: { workspace: Workspace; cache: string },
): LazyWorkshop {
  const { workers, limits, isolation, cacheMiB: _, ...tools } = settings;
  let shop: Workshop | null = null;
  let opening: Promise<Workshop> | null = null;
  const open = (): Promise<Workshop> => {
    opening ??= (async () => {
      const runtime = await prepareRuntime(cache);
      const tier = await selectTier(isolation, runtime, workspace, limits);
      const slots = Array.from({ length: workers }, (_, slot) => slot);
      const crew = slots.map((slot) => createWorker({ slot, tier, limits, workspace }));
      shop = { runtime, tier, crew, free: [...crew] };
      return shop;
    })();
    opening.catch(() => (opening = null)); // what is missing may be installed meanwhile
    return opening;
  };

  const made = new Map<Language, Promise<Toolchain>>();
  const toolchainOf = (language: Language): Promise<Toolchain> => {
    const known = made.get(language);
    if (known !== undefined) return known;
    const fresh =
      language === 'text'
        ? createTextToolchain()
        : open().then(({ runtime }) =>
            toolchains[language]({ runtime, cache, workspace, workers, ...tools }),
          );
    made.set(language, fresh);
    fresh.catch(() => made.delete(language));
    return fresh;
  };

  return {
    get runtime() {
      return shop?.runtime ?? null;
    },
    get isolation() {
      return shop?.tier.label ?? nothingRuns;
    },
    open,
    toolchainOf,
    sandboxFor: (signal) => ({
      limits,
      isolation: shop?.tier.label ?? nothingRuns,
      leakCheck: shop?.tier.leakCheck ?? false,
      lastTry: false,
      async reachable(path) {
        const { tier } = await open();
        return tier.needsOpenPaths ? workspace.openCopy(path) : path;
      },
      async withBench(use) {
        const { crew, free } = await open();
        const worker = free.pop() ?? crew[0];
        try {
          return await worker.withBench(signal, use);
        } finally {
          free.push(worker);
        }
      },
    }),
    close() {
      for (const worker of shop?.crew ?? []) worker.close();
    },
  };
}
