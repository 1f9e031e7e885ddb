import type { JudgeFleet } from '../../sandbox/remote/index.js';
import { line, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { Command } from './command.js';
import { flagOption } from './command.js';
import { redisAccess, redisCaOption, redisOption } from './worker.js';

export const workersCommand: Command = {
  name: 'workers',
  summary: 'the judging workers of a Redis: hosts, rates, queues, and what nobody could judge',
  options: [
    redisOption,
    redisCaOption,
    { flags: '--retry', summary: 'give what nobody could judge new tries' },
  ],
  examples: ['rlsf workers --redis redis://127.0.0.1:6379', 'rlsf workers --retry'],
  async run(input) {
    const access = await redisAccess(input, 'workers');
    const { judgeFleet } = await import('../../sandbox/remote/index.js');
    const value = await judgeFleet(access, { retry: flagOption(input, 'retry') });
    return { value, lines: fleetLines(value) };
  },
};

function fleetLines({ workers, queues, retried }: JudgeFleet): StyledLine[] {
  const rate = workers.reduce((sum, { lastMinute }) => sum + lastMinute, 0);
  return [
    line(
      span(
        `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}, ${rate} completions in the last minute`,
        'title',
      ),
    ),
    ...(workers.length > 0
      ? []
      : [line(span('  On each machine with compilers: rlsf worker --redis URL', 'dim'))]),
    ...workers.map((worker) =>
      line(
        `  ${worker.host.padEnd(20)} ${String(worker.running).padStart(3)} of ${worker.concurrency} busy  ${String(worker.lastMinute).padStart(6)}/min  ${String(worker.judged).padStart(8)} in all  ${worker.fingerprint}`,
        span(`  ${worker.isolation}${worker.draining ? ', stopping' : ''}`, 'dim'),
      ),
    ),
    ...queues.flatMap((queue) => [
      line(
        span(`queue ${queue.fingerprint}`, 'title'),
        `  ${queue.waiting} wait, ${queue.active} run, ${queue.delayed} to be tried again, ${queue.failed} dead`,
      ),
      ...queue.dead.map((task) =>
        line(
          span('  dead ', 'bad'),
          `${task.id.slice(0, 12)}  ${task.completions} × ${task.language}, ${task.tries} tries: ${task.reason.slice(0, 120)}`,
        ),
      ),
    ]),
    ...(retried > 0 ? [line(span(`${retried} tasks get new tries.`, 'good'))] : []),
  ];
}
