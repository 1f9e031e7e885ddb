import type { Bench } from '../cases.js';
import { benchChecks, type BenchCheck, type BenchCheckName } from '../report.js';
import { checkCleanTokens } from './clean-tokens.js';
import { checkContract } from './contract.js';
import { checkHacks } from './hacks.js';
import { checkLength } from './length.js';
import { checkMutants } from './mutants.js';
import { checkReferences } from './references.js';
import { result, type CheckResult } from './result.js';
import { checkSpans } from './spans.js';
import { checkTiers } from './tiers.js';
import { checkTime } from './time.js';
import { checkVariance } from './variance.js';

const checks: Record<BenchCheckName, (bench: Bench) => CheckResult | Promise<CheckResult>> = {
  references: checkReferences,
  mutants: checkMutants,
  hacks: checkHacks,
  length: checkLength,
  tiers: checkTiers,
  spans: checkSpans,
  clean_tokens: checkCleanTokens,
  contract: checkContract,
  variance: checkVariance,
  time: checkTime,
};

/** Every check in the order of the report; where scoring failed, the contract says so and the others wait. */
export async function runChecks(bench: Bench, error: Error | null): Promise<BenchCheck[]> {
  const results: BenchCheck[] = [];
  for (const name of benchChecks) {
    const isSpecimens = !['references', 'contract', 'time'].includes(name);
    if (error !== null)
      results.push({
        name,
        ...(name === 'contract'
          ? result('fail', `scoring the specimens failed: ${error.message}`)
          : result('skip', 'the specimens could not be scored')),
      });
    else if (isSpecimens && bench.references.size === 0)
      results.push({
        name,
        ...result('skip', 'no reference is clean, so there is nothing to compare with'),
      });
    else results.push({ name, ...(await checks[name](bench)) });
  }
  return results;
}
