import type { QuestionKind, Questions } from '../../viewer/messages.js';
import { bodyRows, type RolloutsState } from './rollouts-state.js';

/** One thing that the screen wants to know; asked again when its key changes. */
export type Ask = {
  [Kind in QuestionKind]: { kind: Kind; question: Questions[Kind]; key: string };
}[QuestionKind];

/** All that the state as it is wants of the viewer's process. */
export function rolloutsAsks(state: RolloutsState): Ask[] {
  const { source, query, place, anchor, toEnd, asked, screen, inspector, diff, search } = state;
  const page: Questions['page'] = {
    source,
    query,
    offset: place.offset,
    count: bodyRows(state),
    ...(anchor && { anchor }),
    ...(toEnd && { end: true }),
  };
  const asks: Ask[] = [{ kind: 'page', question: page, key: keyOf(page, asked) }];
  if (search) {
    const { ticket, ...rest } = search;
    const question: Questions['find'] = { source, query, ...rest };
    asks.push({ kind: 'find', question, key: String(ticket) });
  }
  const isRead =
    state.progress !== null &&
    (state.progress.isWhole || state.progress.records > (inspector.position ?? 0));
  if (screen === 'inspector' && inspector.position !== null && isRead) {
    const { position, heat, scheme, lambda, token } = inspector;
    const question: Questions['inspect'] = {
      source,
      position,
      width: state.width,
      heat,
      scheme,
      lambda,
      token,
    };
    asks.push({ kind: 'inspect', question, key: keyOf(question, 0) });
  }
  if (diff) {
    const question: Questions['diff'] = {
      source,
      first: diff.first.position,
      second: diff.second.position,
      width: state.width,
    };
    asks.push({ kind: 'diff', question, key: keyOf(question, 0) });
  }
  return asks;
}

function keyOf(question: unknown, asked: number): string {
  return JSON.stringify([question, asked]);
}
