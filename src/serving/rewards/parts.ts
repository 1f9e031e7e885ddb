import type { TokenScheme } from '../../algorithms/index.js';
import { inputError } from '../../errors.js';
import type { PolicyTokenizer } from '../../policy/index.js';
import type { RewardFunction } from '../../rewards/index.js';
import type { JudgePool } from '../../sandbox/index.js';
import type { AdvantageSettings } from '../../training/index.js';
import type { Judging } from './judging.js';
import type { RewardLimits } from './limits.js';
import type { ProblemBook } from './problem-book.js';
import type { RunJudges } from './run-judges.js';

/** What the addresses of the reward server share. */
export interface RewardParts {
  judge: JudgePool;
  /** Pools with the limits that a /run_code call asks for. */
  runJudges: RunJudges;
  judging: Judging;
  book: ProblemBook;
  rewards: readonly RewardFunction[];
  tokenizers: Tokenizers;
  /** The config's, where a request names none. */
  advantages: AdvantageSettings & { tokenScheme: TokenScheme };
  /** What OpenRLHF is told of an unscorable completion; `null`: the request fails. */
  unscorable: number | null;
  limits: RewardLimits;
}

export interface Tokenizers {
  /** The one of this name, the first without a name, `null` without any. @throws where there is none of the name */
  find(name: string | undefined): PolicyTokenizer | null;
}

/** The tokenizers that the server was started with: a request names one, and reads no folder of its own. */
export function createTokenizers(named: ReadonlyMap<string, PolicyTokenizer>): Tokenizers {
  return {
    find(name) {
      if (name === undefined) return named.values().next().value ?? null;
      const found = named.get(name);
      if (found) return found;
      throw inputError(
        `tokenizer: expected one that the server was started with (${[...named.keys()].join(', ') || 'none: --tokenizer FOLDER'}), got '${name.slice(0, 80)}'.`,
      );
    },
  };
}
