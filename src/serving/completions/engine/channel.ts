/** What is pushed on one side, read on the other as it comes. */
export interface Channel<T> {
  push(value: T): void;
  /** Nothing comes after it; with an error, the reader gets that behind what is left to read. */
  end(error?: Error): void;
  /** `onLeave` where the reader stops before the end. */
  read(onLeave: () => void): AsyncGenerator<T, void, undefined>;
}

export function createChannel<T>(): Channel<T> {
  let values: T[] = [];
  let ended: { error?: Error } | null = null;
  let wake: () => void = () => undefined;

  async function* read(onLeave: () => void): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const part = values;
        values = [];
        yield* part;
        if (values.length > 0) continue;
        if (ended !== null) {
          if (ended.error !== undefined) throw ended.error;
          return;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      onLeave();
    }
  }

  return {
    push(value) {
      values.push(value);
      wake();
    },
    end(error) {
      ended ??= { error };
      wake();
    },
    read,
  };
}
