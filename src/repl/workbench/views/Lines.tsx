import { Box } from 'ink';
import type { ReactElement } from 'react';
import { StyledText } from '../../StyledText.js';
import type { StyledLine } from '../../styled.js';

/** Lines from the top, as they are. */
export function Lines({
  lines,
  width,
}: {
  lines: readonly StyledLine[];
  width: number;
}): ReactElement {
  return (
    <Box flexDirection="column" width={width}>
      {lines.map((styled, index) => (
        <StyledText key={index} styled={styled} />
      ))}
    </Box>
  );
}
