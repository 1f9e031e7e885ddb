export { benchReward, type BenchRewardInput } from './bench.js';
export type { SampledGroups } from './cases.js';
export { benchMarkdown, statusWords } from './markdown.js';
export {
  benchChecks,
  type BenchCheck,
  type BenchCheckName,
  type BenchExample,
  type BenchRow,
  type BenchStatus,
  type RewardBenchReport,
} from './report.js';
export type { SpecimenKind } from './specimens/specimen.js';
