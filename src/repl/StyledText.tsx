import { Text } from 'ink';
import type { ReactElement } from 'react';
import type { StyledLine, Tone } from './styled.js';

interface TextStyle {
  color?: string;
  bold?: boolean;
  dimColor?: boolean;
  underline?: boolean;
}

const styles: Record<Tone, TextStyle> = {
  plain: {},
  title: { bold: true },
  dim: { dimColor: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red' },
  accent: { color: 'cyan' },
  mark: { color: 'red', bold: true, underline: true },
};

/** Without colours where NO_COLOR is set: every colour has a sign beside it. */
function styleOf(tone: Tone): TextStyle {
  const { color, ...rest } = styles[tone];
  return color === undefined || process.env['NO_COLOR'] ? rest : { color, ...rest };
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
