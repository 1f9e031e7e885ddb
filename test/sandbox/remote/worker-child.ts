import { startJudgeWorker } from '../../../src/sandbox/remote/index.js';

const [redis, host, lockMs, concurrency] = process.argv.slice(2);
const worker = await startJudgeWorker({
  redis,
  host,
  lockMs: Number(lockMs),
  concurrency: Number(concurrency),
  languages: ['cpp', 'text'],
});
process.on('SIGTERM', () => void worker.close().then(() => process.exit(0)));
process.send?.(host);
