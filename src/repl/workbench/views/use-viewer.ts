import { useEffect, useRef } from 'react';
import type { Viewer } from '../../viewer/client.js';
import type { Answers, Progress, QuestionKind } from '../../viewer/messages.js';
import type { Ask } from './rollouts-asks.js';

export type Answer = {
  [Kind in QuestionKind]: { kind: Kind; answer: Answers[Kind] };
}[QuestionKind];

export interface ViewerHooks {
  /** `isCurrent`: it answers what is asked now; else something newer is under way. */
  onAnswer(answer: Answer, isCurrent: boolean): void;
  onFailed(message: string): void;
  onProgress?(progress: Progress): void;
}

/** Asks what a state wants whenever it wants something else, and hands on what comes. */
export function useViewer(viewer: Viewer, asks: readonly Ask[], hooks: ViewerHooks): void {
  const keys = useRef(new Map<QuestionKind, string>());
  const latest = useRef(hooks);
  latest.current = hooks;
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    const end = viewer.onProgress((progress) => latest.current.onProgress?.(progress));
    return () => {
      isThere.current = false;
      end();
    };
  }, [viewer]);
  useEffect(() => {
    for (const { kind, question, key } of asks) {
      if (keys.current.get(kind) === key) continue;
      keys.current.set(kind, key);
      viewer.ask(kind, question).then(
        (answer) => {
          if (answer === null || !isThere.current) return;
          latest.current.onAnswer({ kind, answer } as Answer, keys.current.get(kind) === key);
        },
        (error: unknown) => {
          if (!isThere.current) return;
          latest.current.onFailed(error instanceof Error ? error.message : String(error));
        },
      );
    }
  });
}
