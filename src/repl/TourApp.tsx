import { Box, Static, Text, useInput, useStdout } from 'ink';
import { useEffect, useReducer } from 'react';
import type { ReactElement } from 'react';
import type { TourEvent } from '../experiments/run/events.js';
import { StyledText } from './StyledText.js';
import { initialTourState, reduceTour } from './tour-state.js';
import { liveLines } from './views/live-view.js';

export interface TourAppProps {
  /** Called once; the function it is given receives every event, and `null` when there are no more. */
  connect: (receive: (event: TourEvent | null) => void) => void;
  /** Ctrl-C. */
  onInterrupt: () => void;
  /** Columns; the terminal's when left out. */
  width?: number;
}

/** Draws a run: finished lines once, above; progress and curves live, below. */
export function TourApp({ connect, onInterrupt, width }: TourAppProps): ReactElement {
  const { stdout } = useStdout();
  const [state, dispatch] = useReducer(reduceTour, width ?? columnsOf(stdout), initialTourState);
  useEffect(() => {
    connect((event) => dispatch(event ? { type: 'event', event } : { type: 'ended' }));
  }, [connect]);
  useInput((input, key) => {
    if (key.ctrl && input === 'c') {
      dispatch({ type: 'stopping' });
      onInterrupt();
    }
  });
  // Ink redraws from the top when the live part is as high as the screen.
  const rows = (stdout.rows ?? 24) - 1;
  return (
    <>
      <Static items={state.finished.map((styled, index) => ({ styled, index }))}>
        {({ styled, index }) => <StyledText key={index} styled={styled} />}
      </Static>
      <Box flexDirection="column" width={state.width}>
        {liveLines(state, rows)
          .slice(-rows)
          .map((styled, index) => (
            <StyledText key={index} styled={styled} />
          ))}
        {state.ended ? null : <Text> </Text>}
      </Box>
    </>
  );
}

function columnsOf(stdout: { columns?: number }): number {
  return Math.max(60, (stdout.columns ?? 80) - 1);
}
