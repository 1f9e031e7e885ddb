import type {
  Answer,
  Engine,
  EngineCrash,
  QuestionInput,
} from '../../../src/repl/engine/client.js';
import type { Message, SessionSummary } from '../../../src/repl/engine/protocol.js';
import type { WorkbenchOptions } from '../../../src/repl/workbench/workbench.js';

/** An engine in this process that says what a test tells it to, and keeps what it was told. */
export interface EngineDouble extends Engine {
  works: { id: number; text: string }[];
  interrupts: number;
  /** As the real one: outputs, then `done`. */
  end(lines: string[], outcome?: 'well' | 'failed' | 'interrupted'): void;
  tell(message: Message): void;
  crash(reason: string, restarts: boolean): void;
}

export function engineDouble(
  hooks: Parameters<WorkbenchOptions['startEngine']>[0],
  answers: (question: QuestionInput) => Answer = () => null,
): EngineDouble {
  let id = 100;
  const double: EngineDouble = {
    works: [],
    interrupts: 0,
    pid: undefined,
    work(input) {
      double.works.push({ id, text: input.type === 'command' ? `/${input.text}` : input.code });
      return id++;
    },
    ask: (question) => Promise.resolve(answers(question)),
    interrupt: () => void double.interrupts++,
    resize: () => {},
    restart: () => double.crash('The engine was started again.', true),
    close: () => Promise.resolve(),
    tell: (message) => hooks.onMessage(message),
    end(lines, outcome = 'well') {
      const last = double.works[double.works.length - 1].id;
      if (lines.length > 0)
        hooks.onMessage({
          type: 'output',
          id: last,
          lines: lines.map((text) => [{ text, tone: 'plain' }]),
          ...(outcome === 'failed' ? { isError: true } : {}),
        });
      hooks.onMessage({ type: 'done', id: last, outcome });
    },
    crash(reason, restarts) {
      const crash: EngineCrash = {
        reason,
        lost: [],
        stderr: ['last words'],
        code: 1,
        signal: null,
        restarts,
      };
      hooks.onCrash(crash);
    },
  };
  return double;
}

export function summaryOf(changes: Partial<SessionSummary> = {}): SessionSummary {
  return {
    name: 'monday',
    folder: 'sessions/monday',
    policy: 'data/policies/cpp-tiny',
    adapter: null,
    task: 'cpp',
    split: 'train',
    pool: { name: 'cpp', seed: 42, n: null, options: {} },
    rewards: ['sanitizer_curriculum'],
    method: 'grpo',
    problems: 2,
    rollouts: { total: 8, judged: 8, scored: 8, clean: 3 },
    meanReward: 0.5,
    draws: 1,
    steps: 2,
    undo: 'step',
    redo: null,
    source: null,
    memory: 210_000_000,
    readOnly: false,
    ...changes,
  };
}
