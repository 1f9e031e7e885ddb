import type { Choice } from './commands/command.js';

/** Asks in the terminal; `null` when the question was left with Ctrl-C. */
export async function ask(question: string, choices: Choice[]): Promise<string | null> {
  const [{ render }, { createElement }, { Question }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./Question.js'),
  ]);
  return new Promise((resolve) => {
    const app = render(
      createElement(Question, {
        question,
        choices,
        onAnswer: (key: string | null) => {
          app.unmount();
          resolve(key);
        },
      }),
      { exitOnCtrlC: false },
    );
  });
}
