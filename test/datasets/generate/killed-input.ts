import type { GenerateProblemsOptions } from '../../../src/datasets/index.js';

/** What the killed run and the one that goes on have in common. */
export function killedInput(folder: string, baseUrl: string): GenerateProblemsOptions {
  return {
    folder,
    baseUrl,
    n: 4,
    model: 'm',
    seed: 3,
    apiKey: 'key',
    requestsPerMinute: 1e6,
    concurrency: 2,
    mutants: 4,
    maxRequests: 40,
    maxTokens: 1000,
  };
}
