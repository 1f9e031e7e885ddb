import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry, RequestLog } from './log.js';

export interface Limits {
  /** Requests sent, further tries included. */
  maxRequests: number;
  /** Tokens of prompts and completions. */
  maxTokensTotal: number;
  requestsPerMinute: number;
}

/** What the folder has used so far, all its runs together. */
export interface Spent {
  /** Tries that reached the server. */
  requests: number;
  /** Tries that failed in passing, or were refused. */
  refused: number;
  /** Why, of the last of them. */
  lastRefusal: string | null;
  promptTokens: number;
  completionTokens: number;
  /** All that counts against the budget: told, estimated, and of tries whose answer was lost. */
  tokens: number;
  /** … of these not told by the server. */
  estimatedTokens: number;
  cost: number | null;
  /** Answers whose cost the server told. */
  costTold: number;
}

/** Thrown where a request would go over a limit; the run ends with what is there. */
export class BudgetUsed extends Error {
  constructor(readonly limit: 'requests' | 'tokens') {
    super(`the budget of ${limit} is used`);
    this.name = 'BudgetUsed';
  }
}

export interface Gate {
  /**
   * Waits for a try's turn and writes it to the log. Throws `BudgetUsed` where it might go over a limit
   * and none of those under way can make room.
   */
  enter(entry: Omit<Extract<LogEntry, { kind: 'sent' }>, 'kind' | 'at'>): Promise<void>;
  /** The slot's tries are settled: what they reserved is given back, what they cost is in the log. */
  leave(slot: number): void;
  /** Nothing is sent before that. */
  pause(ms: number): void;
}

/**
 * Lets requests through evenly, 60 / `requestsPerMinute` seconds apart, counted on from the log's last,
 * and only as long as all that is under way, at its dearest, stays within the budget.
 */
export function createGate(log: RequestLog, limits: Limits, signal?: AbortSignal): Gate {
  const spacing = 60_000 / limits.requestsPerMinute;
  const last = log.entries.findLast((entry) => entry.kind === 'sent');
  let next = last === undefined ? 0 : Date.parse(last.at) + spacing;
  const open = new Map<number, number>();
  let changed = deferred();
  const wake = (): void => {
    changed.resolve();
    changed = deferred();
  };
  return {
    async enter(entry) {
      for (;;) {
        signal?.throwIfAborted();
        const { requests, tokens } = spentOf(log.entries, new Set(open.keys()));
        if (requests >= limits.maxRequests) throw new BudgetUsed('requests');
        if (tokens + entry.reserved > limits.maxTokensTotal) throw new BudgetUsed('tokens');
        let others = 0;
        for (const [slot, reserved] of open) if (slot !== entry.slot) others += reserved;
        const wait = next - Date.now();
        // Those under way end when the signal does, so that this wait ends too.
        if (tokens + others + entry.reserved > limits.maxTokensTotal) await changed.promise;
        else if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
        else break;
      }
      const now = Date.now();
      next = now + spacing;
      log.append({ kind: 'sent', ...entry, at: new Date(now).toISOString() });
      open.set(entry.slot, entry.reserved);
    },
    leave(slot) {
      open.delete(slot);
      wake();
    },
    pause(ms) {
      next = Math.max(next, Date.now() + ms);
    },
  };
}

/**
 * Sums of the log. A try that has neither answer nor failure (the run was killed) counts with all that
 * it had reserved, but for those of `open`, which are under way.
 */
export function spentOf(
  entries: readonly LogEntry[],
  open: ReadonlySet<number> = new Set(),
): Spent {
  const spent: Spent = {
    requests: 0,
    refused: 0,
    lastRefusal: null,
    promptTokens: 0,
    completionTokens: 0,
    tokens: 0,
    estimatedTokens: 0,
    cost: null,
    costTold: 0,
  };
  const lost = new Map<number, number>();
  for (const entry of entries) {
    if (entry.kind === 'sent') {
      spent.requests++;
      lost.set(entry.slot, (lost.get(entry.slot) ?? 0) + entry.reserved);
    }
    if (entry.kind === 'refused') {
      spent.refused++;
      spent.lastRefusal = `${entry.reason}${entry.status > 0 ? ` ${entry.status}` : ''}: ${entry.detail}`;
      // No server was there.
      if (entry.status === 0 && entry.tokens === 0) spent.requests--;
    }
    if (entry.kind === 'failed' || entry.kind === 'refused') {
      lost.delete(entry.slot);
      spent.tokens += entry.tokens;
      spent.estimatedTokens += entry.tokens;
    }
    if (entry.kind === 'answer') {
      lost.delete(entry.slot);
      spent.tokens += entry.tokens;
      spent.promptTokens += entry.usage?.prompt ?? 0;
      spent.completionTokens += entry.usage?.completion ?? 0;
      if (entry.usage === null) spent.estimatedTokens += entry.tokens;
      if (entry.cost !== null) {
        spent.cost = (spent.cost ?? 0) + entry.cost;
        spent.costTold++;
      }
    }
  }
  for (const [slot, reserved] of lost)
    if (!open.has(slot)) {
      spent.tokens += reserved;
      spent.estimatedTokens += reserved;
    }
  return spent;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
