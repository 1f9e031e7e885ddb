/** What one request may ask for. */
export interface RewardLimits {
  /** Completions. @default 1024 */
  items: number;
  /** Characters of one completion, and of one prompt. @default 262144 */
  completion: number;
  /** Characters of what surrounds a completion: includes, prefix, suffix, files. @default 1048576 */
  program: number;
  /** Test cases of one problem. @default 1000 */
  cases: number;
  /** Tokens of one completion. @default 131072 */
  tokens: number;
  /** Wall and CPU time that a /run_code call may ask for, seconds. @default 30 */
  runSeconds: number;
  /** Memory that a /run_code call may ask for, MiB. @default 2048 */
  memoryMiB: number;
}

export const defaultRewardLimits: RewardLimits = {
  items: 1024,
  completion: 262_144,
  program: 1_048_576,
  cases: 1000,
  tokens: 131_072,
  runSeconds: 30,
  memoryMiB: 2048,
};
