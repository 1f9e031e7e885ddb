import { createRequire } from 'node:module';
import path from 'node:path';
import { packageFile } from '../engine/package-files.js';
import { createPromptCompiler } from '../engine/typescript/compiler.js';
import { tslabRequire } from '../engine/typescript/tslab.js';
import type { Executor } from '../engine/typescript/tslab.js';
import { loadAs } from '../engine/typescript/load-as.js';
import { createCellExecutor } from './cell-executor.js';
import type { CellExecutor } from './cell-executor.js';
import { failureText } from './failure.js';

/** What of tslab's `jupyter.js` is used; its own declarations lead into its compiler. */
interface TslabJupyter {
  JupyterHandlerImpl: new (executor: Executor, isJavaScript: boolean) => Handler;
  ZmqServer: new (handler: Handler, connectionFile: string) => Server;
}

interface Handler {
  execCount: number;
  handleExecute(
    request: unknown,
    writeStream: WriteStream,
    writeDisplayData: WriteDisplayData,
  ): Promise<ExecuteReply>;
  /** When its turn has come. */
  handleExecuteImpl(
    request: { code: string },
    writeStream: WriteStream,
    writeDisplayData: WriteDisplayData,
  ): Promise<unknown>;
}

type WriteStream = (name: string, text: string) => void;
type WriteDisplayData = (data: unknown, update: boolean) => void;

interface ExecuteReply {
  status: string;
  execution_count?: number;
}

interface Server {
  init(): Promise<void>;
  handleExecute(socket: unknown, message: Message): Promise<void>;
  connInfo: { key: string };
  iopub: unknown;
}

interface Message {
  content: unknown;
  header: { msg_type: string };
  createReply(): Message;
  signAndSend(key: string, socket: unknown): void;
}

/**
 * tslab's kernel with the parts changed that it has no option for: what a cell throws is told in a few
 * lines and sent as an error, so that front ends and nbconvert name it; a last expression that is a
 * figure or rollouts is shown as one; `rlsf` is there wherever the notebook lies.
 */
export function startKernel(connectionFile: string): void {
  const library = libraryOf(process.cwd());
  const compiler = createPromptCompiler(path.join(path.dirname(library), 'index.d.ts'));
  if (!isInstalledAt(process.cwd())) loadAs('rlsf', () => createRequire(library)(library));
  const executor = createCellExecutor({
    compiler,
    library: () => createRequire(library)(library) as Record<string, unknown>,
  });
  const jupyter = tslabRequire('./jupyter.js') as TslabJupyter;
  const handler = new jupyter.JupyterHandlerImpl(executor, false);
  const server = new jupyter.ZmqServer(handler, connectionFile);
  announceCells(handler);
  server.handleExecute = (socket, message) => answer(server, handler, executor, socket, message);
  process.on('SIGINT', () => executor.interrupt());
  process.on('uncaughtException', (error) => void told(error));
  process.on('unhandledRejection', (error) => void told(error));
  void server.init();
}

type Publish = (type: string, content: unknown) => void;

/** How to speak of the cell whose output is written by the key. */
const publishers = new WeakMap<WriteStream, Publish>();

/** A cell that begins is announced with its number, which tslab leaves out: `In [3]` comes from there. */
function announceCells(handler: Handler): void {
  const run = handler.handleExecuteImpl.bind(handler);
  handler.handleExecuteImpl = (request, writeStream, writeDisplayData) => {
    const input = { code: request.code, execution_count: handler.execCount + 1 };
    publishers.get(writeStream)?.('execute_input', input);
    return run(request, writeStream, writeDisplayData);
  };
}

/** tslab's own answer to a cell, which says that it failed and not of what, with the error in it. */
async function answer(
  server: Server,
  handler: Handler,
  executor: CellExecutor,
  socket: unknown,
  message: Message,
): Promise<void> {
  const { key } = server.connInfo;
  const publish: Publish = (type, content) => {
    const reply = message.createReply();
    reply.header.msg_type = type;
    reply.content = content;
    reply.signAndSend(key, server.iopub);
  };
  const writeStream: WriteStream = (name, text) => publish('stream', { name, text });
  publishers.set(writeStream, publish);
  const content = await handler.handleExecute(message.content, writeStream, (data, isUpdate) =>
    publish(isUpdate ? 'update_display_data' : 'display_data', data),
  );
  const failure = content.status === 'error' ? executor.takeFailure() : null;
  if (failure) publish('error', failure);
  const reply = message.createReply();
  reply.header.msg_type = 'execute_reply';
  reply.content = failure ? { ...content, ...failure } : content;
  reply.signAndSend(key, socket);
}

/** What nobody caught, after its cell has ended; the kernel goes on. */
async function told(error: unknown): Promise<void> {
  console.error(await failureText(error));
}

/** The notebook's own copy of the library where its folder has one, else this one. */
function libraryOf(folder: string): string {
  return isInstalledAt(folder)
    ? createRequire(path.join(folder, 'cell.js')).resolve('rlsf')
    : packageFile('dist/index.js');
}

function isInstalledAt(folder: string): boolean {
  try {
    createRequire(path.join(folder, 'cell.js')).resolve('rlsf');
    return true;
  } catch {
    return false;
  }
}
