import { expect } from 'vitest';
import { runMutant } from './mutants/run-mutant.js';
import type { Mutant } from './mutants/table.js';

/** The chapter's own assertion is what fails: no type error, no other assertion, no crash. */
export async function expectNoticed(mutant: Mutant): Promise<void> {
  const outcome = await runMutant(mutant);
  expect(outcome, 'no cell failed').not.toBeNull();
  const said = [outcome?.evalue, ...(outcome?.traceback ?? [])].join('\n');
  expect(outcome?.ename, said).toBe('AssertionError');
  expect(said).toContain(mutant.assertion);
}
