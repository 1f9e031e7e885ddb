import { createJudgePool } from '../../src/sandbox/index.js';

/** Both tiers, each with the reason why this machine does not give it, or `null`. */
export async function tiers(): Promise<
  { tier: 'bubblewrap' | 'restricted'; reason: string | null }[]
> {
  const found: { tier: 'bubblewrap' | 'restricted'; reason: string | null }[] = [];
  for (const tier of ['bubblewrap', 'restricted'] as const) {
    try {
      await (await createJudgePool({ isolation: tier })).close();
      found.push({ tier, reason: null });
    } catch (error) {
      found.push({ tier, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return found;
}
