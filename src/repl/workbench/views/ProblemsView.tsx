import { useInput } from 'ink';
import { useEffect, useReducer } from 'react';
import type { ReactElement } from 'react';
import type { ProblemSource } from '../../viewer/messages.js';
import { Lines } from './Lines.js';
import type { ViewProps } from './RolloutsView.js';
import { problemsLines } from './problems-lines.js';
import { initialProblems, problemsAsks, reduceProblems } from './problems-state.js';
import { useViewer } from './use-viewer.js';
import { keyNames } from './view-keys.js';

export interface ProblemsViewProps extends ViewProps {
  source: ProblemSource;
  /** Runs a line of the prompt: `/pick ID`. */
  send(line: string): void;
}

/** The problems of a task: a list, one in full, and Enter picks one. */
export function ProblemsView(props: ProblemsViewProps): ReactElement {
  const { viewer, source, width, rows, send, onLeave, isActive = true } = props;
  const [state, dispatch] = useReducer(reduceProblems, null, () =>
    initialProblems(source, { width, rows }),
  );
  useEffect(() => {
    if (state.width !== width || state.rows !== rows) dispatch({ type: 'resize', width, rows });
  }, [width, rows, state.width, state.rows]);
  useEffect(() => {
    if (state.picked === null) return;
    send(state.picked);
    onLeave();
  }, [state.picked, send, onLeave]);
  useEffect(() => {
    if (state.hasLeft) onLeave();
  }, [state.hasLeft, onLeave]);
  useViewer(viewer, problemsAsks(state), {
    onAnswer: (answer) => {
      if (answer.kind === 'problems') dispatch({ type: 'page', page: answer.answer });
      if (answer.kind === 'problem') dispatch({ type: 'problem', lines: answer.answer.lines });
    },
    onFailed: (message) => dispatch({ type: 'failed', message }),
  });
  useInput(
    (input, key) => {
      for (const name of keyNames(input, key)) dispatch({ type: 'key', name });
    },
    { isActive },
  );
  return <Lines lines={problemsLines(state)} width={width} />;
}
