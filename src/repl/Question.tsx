import { Box, Text, useInput } from 'ink';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Choice } from './commands/command.js';

export interface QuestionProps {
  question: string;
  /** The first one is taken by Enter. */
  choices: Choice[];
  /** `null`: left with Ctrl-C. */
  onAnswer: (key: string | null) => void;
}

/** One question, answered by a key or by arrows and Enter. */
export function Question({ question, choices, onAnswer }: QuestionProps): ReactElement {
  const [selected, select] = useState(0);
  useInput((input, key) => {
    const typed = choices.find((choice) => choice.key === input.toLowerCase());
    if (key.ctrl && input === 'c') onAnswer(null);
    else if (key.upArrow) select((selected + choices.length - 1) % choices.length);
    else if (key.downArrow) select((selected + 1) % choices.length);
    else if (key.return) onAnswer(choices[selected].key);
    else if (typed) onAnswer(typed.key);
  });
  return (
    <Box flexDirection="column">
      <Text bold>{question}</Text>
      {choices.map((choice, index) => (
        <Text key={choice.key} {...(index === selected ? { color: 'cyan' } : {})}>
          {index === selected ? '› ' : '  '}[{choice.key}] {choice.label}
        </Text>
      ))}
      <Text dimColor>a letter, or arrows and Enter</Text>
    </Box>
  );
}
