import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Knows which connections carry a request. `closeIdle` closes the others, from then on each as it is done.
 * Node's own `closeIdleConnections` spares a connection that has not said anything yet, and one that is kept
 * alive after the request that was in progress.
 */
export function trackConnections(server: Server): { closeIdle(): void } {
  const requests = new Map<Socket, number>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = requests.get(socket);
      if (left === undefined) return;
      requests.set(socket, left - 1);
      if (closing && left === 1) socket.destroySoon();
    });
  });
  return {
    closeIdle() {
      closing = true;
      for (const [socket, left] of requests) if (left === 0) socket.destroySoon();
    },
  };
}
