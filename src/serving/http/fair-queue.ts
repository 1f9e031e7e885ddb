import { httpError } from './http-error.js';

export interface FairQueueOptions {
  /** Pieces of work at a time. */
  concurrency: number;
  /** Pieces that wait, of one tenant. Beyond: 429. @default 4096 */
  waitingPerTenant?: number;
  /** Pieces that wait, of all. Beyond: 503. @default 16384 */
  waiting?: number;
}

export interface FairQueue {
  /**
   * Runs `work` when it is its turn: tenants take turns, the pieces of one tenant in their order. A
   * piece whose signal aborts while it waits never runs. Rejects as `work` does.
   */
  run<T>(tenant: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  readonly waiting: number;
  readonly running: number;
}

interface Piece {
  start(): void;
}

/** One tenant's thousand pieces delay another's first one by one turn, not by a thousand. */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { concurrency, waitingPerTenant = 4096, waiting: most = 16384 } = options;
  // In the order of turns: the tenant served goes to the end.
  const tenants = new Map<string, Set<Piece>>();
  let waiting = 0;
  let running = 0;

  const next = (): void => {
    while (running < concurrency && waiting > 0) {
      const [tenant, pieces] = tenants.entries().next().value as [string, Set<Piece>];
      const piece = pieces.values().next().value as Piece;
      tenants.delete(tenant);
      pieces.delete(piece);
      if (pieces.size > 0) tenants.set(tenant, pieces);
      waiting--;
      running++;
      piece.start();
    }
  };
  const leave = (tenant: string, piece: Piece): void => {
    const pieces = tenants.get(tenant);
    if (!pieces?.delete(piece)) return;
    if (pieces.size === 0) tenants.delete(tenant);
    waiting--;
  };

  return {
    get waiting() {
      return waiting;
    },
    get running() {
      return running;
    },
    async run(tenant, work, signal) {
      signal?.throwIfAborted();
      const pieces = tenants.get(tenant) ?? new Set<Piece>();
      if (running >= concurrency) refuseBeyond(pieces.size, waitingPerTenant, waiting, most);
      let piece: Piece | null = null;
      let abort = (): void => undefined;
      const turn = new Promise<void>((resolve, reject) => {
        piece = { start: resolve };
        const own = piece;
        abort = () => {
          leave(tenant, own);
          reject(signal?.reason as Error);
        };
        pieces.add(own);
        tenants.set(tenant, pieces);
        waiting++;
      });
      signal?.addEventListener('abort', abort, { once: true });
      next();
      try {
        await turn;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
      try {
        signal?.throwIfAborted();
        return await work();
      } finally {
        running--;
        next();
      }
    },
  };
}

function refuseBeyond(own: number, mostOwn: number, all: number, mostAll: number): void {
  if (own >= mostOwn)
    throw httpError(
      429,
      'queue_full',
      `Your queue is full: ${own} pieces of work wait. Send fewer at a time, and again later.`,
      { retryAfterSeconds: 1 },
    );
  if (all >= mostAll)
    throw httpError(503, 'busy', `${all} pieces of work wait already. Send it again later.`, {
      retryAfterSeconds: 5,
    });
}
