import { useInput } from 'ink';
import { useEffect, useReducer, useState } from 'react';
import type { ReactElement } from 'react';
import type { StyledLine } from '../../styled.js';
import { line, span } from '../../styled.js';
import type { CompareSide } from '../../viewer/messages.js';
import { Lines } from './Lines.js';
import type { ViewProps } from './RolloutsView.js';
import type { TextSize } from './text-state.js';
import { initialText, reduceText, textLines } from './text-state.js';
import { useViewer } from './use-viewer.js';
import { keyNames } from './view-keys.js';

export interface TextViewProps extends Omit<ViewProps, 'viewer'> {
  title: string;
  lines: readonly StyledLine[];
}

/** Lines to scroll through, such as what a new reward changed (`differenceLines`). */
export function TextView(props: TextViewProps): ReactElement {
  const { title, lines, width, rows, onLeave, isActive = true } = props;
  const size: TextSize = { lines: lines.length, rows };
  const [state, dispatch] = useReducer(
    (old: typeof initialText, { name, at }: { name: string; at: TextSize }) =>
      reduceText(old, name, at),
    initialText,
  );
  useEffect(() => {
    if (state.hasLeft) onLeave();
  }, [state.hasLeft, onLeave]);
  useInput(
    (input, key) => {
      for (const name of keyNames(input, key)) dispatch({ name, at: size });
    },
    { isActive },
  );
  return <Lines lines={textLines(state, { title, lines, width, rows })} width={width} />;
}

export interface ComparisonViewProps extends ViewProps {
  sides: CompareSide[];
}

/** Two logs of rollouts, or two evaluations, in the words of `rlsf compare`. */
export function ComparisonView({ viewer, sides, ...rest }: ComparisonViewProps): ReactElement {
  const [lines, setLines] = useState<readonly StyledLine[]>([line(span('comparing …', 'dim'))]);
  const question = { sides, width: rest.width };
  useViewer(viewer, [{ kind: 'compare', question, key: JSON.stringify(question) }], {
    onAnswer: (answer) => {
      if (answer.kind === 'compare') setLines(answer.answer.lines);
    },
    onFailed: (message) => setLines([line(span(`× ${message}`, 'bad'))]),
  });
  return <TextView {...rest} title="comparison" lines={lines} />;
}
