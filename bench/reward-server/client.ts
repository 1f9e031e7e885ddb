import { connect } from 'node:net';

/** One connection that is kept alive; a call at a time. Speaks just the HTTP that our server answers in. */
export interface Client {
  /** @throws where the status is not 200 */
  post(request: Buffer): Promise<void>;
  close(): void;
}

/** The bytes of a request, made once: the client should cost little beside the server. */
export function requestBytes(url: string, path: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

export function createClient(url: string): Client {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let come = Buffer.alloc(0);
  let settle: { resolve(): void; reject(error: Error): void } | null = null;
  const fail = (error: Error): void => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed the connection.')));
  socket.on('data', (part) => {
    come = come.length === 0 ? part : Buffer.concat([come, part]);
    const end = come.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = come.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (come.length < end + 4 + length) return;
    const status = head.slice(9, 12);
    const body = come.subarray(end + 4);
    come = Buffer.alloc(0);
    if (status === '200') settle?.resolve();
    else settle?.reject(new Error(`status ${status}: ${body.toString().slice(0, 200)}`));
  });
  return {
    post: (request) =>
      new Promise<void>((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}
