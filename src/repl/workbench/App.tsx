import { Box, Static, Text, useCursor, useStdin } from 'ink';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { ansiText, plainText } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { PasteState } from './decode-keys.js';
import { decodeKeys } from './decode-keys.js';
import { liveLines } from './layout.js';
import { readerLines } from './reader-lines.js';
import type { Workbench } from './workbench.js';

export interface AppProps {
  workbench: Workbench;
  colour: boolean;
  /** For a screen reader: sentences, nothing that is redrawn without need. */
  spoken: boolean;
}

/** Draws the state and passes keys on; it holds nothing itself. */
export function App({ workbench, colour, spoken }: AppProps): ReactElement {
  const state = useSyncExternalStore(workbench.subscribe, workbench.state);
  useKeys(workbench);
  const { setCursorPosition } = useCursor();
  const live = spoken ? readerLines(state) : liveLines(state);
  setCursorPosition(live.cursor ?? undefined);
  const write = colour ? ansiText : plainText;
  return (
    <>
      <Static items={[...state.blocks]}>
        {({ id, lines }) => <Text key={id}>{lines.map(write).map(atLeastSpace).join('\n')}</Text>}
      </Static>
      <Box flexDirection="column">
        {live.lines.map((styled: StyledLine, index) => (
          <Text key={index} wrap="truncate">
            {atLeastSpace(write(styled))}
          </Text>
        ))}
      </Box>
    </>
  );
}

/** An empty text takes no row. */
function atLeastSpace(text: string): string {
  return text === '' ? ' ' : text;
}

/** Every key by itself: Ink's `useInput` gives keys that came together as one text. */
function useKeys(workbench: Workbench): void {
  const { internal_eventEmitter: input, setRawMode } = useStdin();
  const pasting = useRef<PasteState>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    setRawMode(true);
    const receive = (raw: string): void => {
      // Typed before the terminal was in raw mode: it made a line feed of Enter.
      const typed = isFirst.current ? raw.replaceAll('\n', '\r') : raw;
      isFirst.current = false;
      const decoded = decodeKeys(typed, pasting.current);
      pasting.current = decoded.pasting;
      if (decoded.events.length > 0) workbench.keys(decoded.events);
    };
    input.on('input', receive);
    return () => {
      input.removeListener('input', receive);
      setRawMode(false);
    };
  }, [input, setRawMode, workbench]);
}
