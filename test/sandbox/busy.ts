import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * Runs something while the machine is busy with `4 × its cores` processes of arithmetic and memory
 * traffic. They end with the work, with this process, whatever becomes of it, and after `lastMs` at
 * the latest.
 */
export async function underLoad<T>(
  work: () => Promise<T>,
  { times = 4, lastMs }: { times?: number; lastMs: number },
): Promise<T> {
  const count = times * availableParallelism();
  const crowd = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', busy, String(process.pid), String(lastMs)], { stdio: 'ignore' }),
  );
  const endAll = (): void => crowd.forEach((one) => void one.kill('SIGKILL'));
  process.once('exit', endAll);
  try {
    return await work();
  } finally {
    const alive = crowd.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    endAll();
    process.off('exit', endAll);
    // Else the figure is not what it says.
    if (alive.length < count)
      throw new Error(`${count - alive.length} of ${count} busy processes ended before the work`);
  }
}

/** Half a second of work at a time, then a look whether anybody still wants it. */
const busy = `
const [parent, lastMs] = process.argv.slice(-2).map(Number);
const end = Date.now() + lastMs;
const memory = new Float64Array(1 << 20).fill(1.5);
let sum = 0;
while (process.ppid === parent && Date.now() < end)
  for (const until = Date.now() + 500; Date.now() < until;)
    for (let i = 0; i < memory.length; i++) sum += memory[i] = Math.sqrt(memory[i] + i);
if (sum < 0) console.log(sum);
`;
