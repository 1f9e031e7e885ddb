import type { RolloutSource } from '../engine/protocol.js';
import { diffLines } from './diff.js';
import { createInspector } from './inspector.js';
import type { LogIndex } from './log-index.js';
import { openLogIndex } from './log-index.js';
import type { Answers, Progress, QuestionKind, ViewerRequest } from './messages.js';
import type { Pages } from './page.js';
import { createPages } from './page.js';
import type { ProblemList } from './problems.js';
import { openProblems } from './problems.js';

/** Logs kept open at once; the one that was asked for longest ago is closed. */
const openLogs = 3;
/** A slice of reading, between which questions are answered. */
const sliceMs = 12;
/** The first page of a log waits for so much of it at most. */
const firstSliceMs = 40;
/** How often a log that may grow is looked at. */
const followMs = 250;
const progressMs = 150;

export interface Answering {
  answer(request: ViewerRequest): Promise<Answers[QuestionKind]>;
  close(): void;
}

interface OpenLog {
  index: LogIndex;
  pages: Pages;
  inspect: ReturnType<typeof createInspector>;
  follows: boolean;
}

/** What the viewer's process does, without the process: logs are read between the answers. */
export function createAnswering(onProgress: (progress: Progress) => void): Answering {
  const logs = new Map<string, OpenLog>();
  const problems = new Map<string, Promise<ProblemList>>();
  let isClosed = false;

  const openLog = ({ file, follows, title }: RolloutSource): OpenLog => {
    const known = logs.get(file);
    if (known) {
      logs.delete(file);
      logs.set(file, known);
      return known;
    }
    const index = openLogIndex({ file, follows, title });
    index.advance(firstSliceMs);
    const opened: OpenLog = {
      index,
      pages: createPages(index),
      inspect: createInspector(index),
      follows,
    };
    logs.set(file, opened);
    for (const [other, { index: old }] of [...logs].slice(0, -openLogs)) {
      old.close();
      logs.delete(other);
    }
    readOn(file, opened);
    return opened;
  };

  /** Slice by slice until all is read; then, in a log that grows, now and then what came. */
  const readOn = (file: string, log: OpenLog): void => {
    let told = 0;
    const turn = (): void => {
      if (isClosed || logs.get(file) !== log) return;
      let changed = false;
      try {
        changed = log.index.advance(sliceMs);
      } catch {
        // The file went away: what was read stays, until it is there again.
        setTimeout(turn, followMs);
        return;
      }
      const progress = log.index.progress();
      const now = performance.now();
      if (progress.isWhole ? changed || told === 0 : now - told > progressMs) {
        told = now;
        onProgress(progress);
      }
      if (!progress.isWhole) setImmediate(turn);
      else if (log.follows) setTimeout(turn, followMs);
    };
    setImmediate(turn);
  };

  const openList = (source: Parameters<typeof openProblems>[0]): Promise<ProblemList> => {
    const key = JSON.stringify(source);
    const list = problems.get(key) ?? openProblems(source);
    problems.clear();
    problems.set(key, list);
    list.catch(() => problems.delete(key));
    return list;
  };

  return {
    async answer({ kind, question }) {
      switch (kind) {
        case 'page':
          return openLog(question.source).pages.page(question);
        case 'find':
          return openLog(question.source).pages.find(question);
        case 'inspect':
          return openLog(question.source).inspect(question);
        case 'diff': {
          const { index } = openLog(question.source);
          const [one, other] = [question.first, question.second].map((at) => index.read(at));
          return { lines: diffLines(one.completion, other.completion, question.width) };
        }
        case 'problems':
          return (await openList(question.source)).page(question);
        case 'problem':
          return {
            lines: (await openList(question.source)).problem(question.index, question.width),
          };
      }
    },
    close() {
      isClosed = true;
      for (const { index } of logs.values()) index.close();
      logs.clear();
    },
  };
}
