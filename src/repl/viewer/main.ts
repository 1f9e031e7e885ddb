/** The viewer's process: started by `client.ts`, it ends with the screen that started it. */
import { createAnswering } from './answer.js';
import type { ViewerMessage, ViewerRequest } from './messages.js';

const send = (message: ViewerMessage): void => {
  if (process.connected) process.send?.(message);
};

const answering = createAnswering((progress) => send({ type: 'progress', progress }));

process.on('message', (request: ViewerRequest) => {
  answering.answer(request).then(
    (answer) => send({ type: 'answer', id: request.id, answer }),
    (error: unknown) =>
      send({
        type: 'error',
        id: request.id,
        message: error instanceof Error ? error.message : String(error),
      }),
  );
});
process.on('disconnect', () => {
  answering.close();
  process.exit(0);
});
// Ctrl-C in the terminal is the screen's affair.
process.on('SIGINT', () => {});
