import { Text } from 'ink';
import type { ReactElement } from 'react';
import { colourNumber, toneStyles } from './styled.js';
import type { StyledLine, Tone } from './styled.js';

interface TextStyle {
  color?: string;
  bold?: boolean;
  dimColor?: boolean;
  underline?: boolean;
}

/** Without colours where NO_COLOR is set: every colour has a sign beside it. */
function styleOf(tone: Tone): TextStyle {
  const { colour, bold = false, dim = false, underline = false } = toneStyles[tone];
  const rest = { bold, dimColor: dim, underline };
  if (colour === undefined || process.env['NO_COLOR']) return rest;
  const number = colourNumber(colour);
  return { ...rest, color: number < 8 ? colour : `ansi256(${number})` };
}

/** One styled line; an empty one still takes its row. */
export function StyledText({ styled }: { styled: StyledLine }): ReactElement {
  const drawn = styled.filter((part) => part.text !== '');
  return (
    <Text wrap="truncate">
      {drawn.length === 0
        ? ' '
        : drawn.map((part, index) => (
            <Text key={index} {...styleOf(part.tone)}>
              {part.text}
            </Text>
          ))}
    </Text>
  );
}
