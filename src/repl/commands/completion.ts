import { usageError } from '../../errors.js';
import { didYouMean } from '../../tasks/closest.js';
import type { Command } from './command.js';
import { parentSummaries } from './parents.js';

const shells = ['bash', 'zsh', 'fish'] as const;

/** @param commands all that there are; handed in, for this one is among them */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'a script that completes commands, flags, files and run folders in your shell',
    arguments: [{ name: 'shell', summary: shells.join(', ') }],
    examples: [
      'eval "$(rlsf completion bash)"',
      'eval "$(rlsf completion zsh)"',
      'rlsf completion fish > ~/.config/fish/completions/rlsf.fish',
    ],
    async run(input, context) {
      const asked = input.arguments['shell'] ?? '';
      const shell = shells.find((each) => each === asked);
      if (shell === undefined)
        throw usageError(
          `rlsf completion: expected ${shells.join(', ')}, got '${asked}'.${didYouMean(asked, shells)}`,
        );
      const script = await completionScript(shell, commands());
      if (!context.json) context.write(script);
      return { value: script, lines: [] };
    },
  };
}

async function completionScript(
  shell: (typeof shells)[number],
  commands: readonly Command[],
): Promise<string> {
  const [{ sessionCommands }, { fieldsOf }, { completedProgram }] = await Promise.all([
    import('../../session/commands/index.js'),
    import('../../session/commands/fields.js'),
    import('./completion-words.js'),
  ]);
  const onSession = sessionCommands.map((command) => ({ command, fields: fieldsOf(command) }));
  const program = completedProgram(commands, onSession, parentSummaries);
  switch (shell) {
    case 'bash':
      return (await import('./completion-bash.js')).bashScript(program);
    case 'zsh':
      return (await import('./completion-zsh.js')).zshScript(program);
    case 'fish':
      return (await import('./completion-fish.js')).fishScript(program);
  }
}
