import { useInput } from 'ink';
import { useEffect, useReducer } from 'react';
import type { ReactElement } from 'react';
import type { RolloutSource } from '../../engine/protocol.js';
import type { Viewer } from '../../viewer/client.js';
import { Lines } from './Lines.js';
import { rolloutsAsks } from './rollouts-asks.js';
import { rolloutsLines } from './rollouts-lines.js';
import { reduceRollouts } from './rollouts-reduce.js';
import type { RolloutsAction } from './rollouts-state.js';
import { initialRollouts } from './rollouts-state.js';
import type { Answer } from './use-viewer.js';
import { useViewer } from './use-viewer.js';
import { keyNames } from './view-keys.js';

export interface ViewProps {
  viewer: Viewer;
  /** Columns and rows that the view may take; it never draws more. */
  width: number;
  rows: number;
  onLeave(): void;
  /** `false`: keys are not for it. @default true */
  isActive?: boolean;
}

export interface RolloutsViewProps extends ViewProps {
  source: RolloutSource;
  /** Opens the inspector on the rollout with this place in the file, from 1. */
  position?: number;
}

/** The rollouts of a log: a list, one in full, a group, the difference of two. */
export function RolloutsView(props: RolloutsViewProps): ReactElement {
  const { viewer, source, width, rows, position, onLeave, isActive = true } = props;
  const [state, dispatch] = useReducer(reduceRollouts, null, () =>
    initialRollouts(source, { width, rows }, position),
  );
  useEffect(() => {
    if (state.width !== width || state.rows !== rows) dispatch({ type: 'resize', width, rows });
  }, [width, rows, state.width, state.rows]);
  useEffect(() => {
    if (state.source.file !== source.file) dispatch({ type: 'source', source, position });
  }, [source, position, state.source.file]);
  useEffect(() => {
    if (state.hasLeft) onLeave();
  }, [state.hasLeft, onLeave]);
  useViewer(viewer, rolloutsAsks(state), {
    onAnswer: (answer, isCurrent) => {
      const action = actionOfAnswer(answer, isCurrent);
      if (action) dispatch(action);
    },
    onFailed: (message) => dispatch({ type: 'failed', message }),
    onProgress: (progress) => dispatch({ type: 'progress', progress }),
  });
  useInput(
    (input, key) => {
      for (const name of keyNames(input, key)) dispatch({ type: 'key', name });
    },
    { isActive },
  );
  return <Lines lines={rolloutsLines(state)} width={width} />;
}

function actionOfAnswer(answer: Answer, isCurrent: boolean): RolloutsAction | null {
  switch (answer.kind) {
    case 'page':
      return { type: 'page', page: answer.answer, isCurrent };
    case 'inspect':
      return { type: 'inspected', page: answer.answer };
    case 'find':
      return { type: 'found', answer: answer.answer };
    case 'diff':
      return { type: 'diffed', lines: answer.answer.lines };
    default:
      return null;
  }
}
