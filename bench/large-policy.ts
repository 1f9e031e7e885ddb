/**
 * Whether a policy of half a billion weights fits: a folder of Qwen2.5-0.5B's shape with random bfloat16
 * weights is made, and a process of its own loads it, samples a group and takes a LoRA GRPO step.
 *   npm run bench -- large-policy [--held bfloat16|float32] [--checkpointing] [--write]
 * The tokenizer: qwen2.5 of `RLSF_TEST_DATA`, else ../shared/data. `--write` renews the table in
 * docs/policies.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeFolder } from './large-policy/folder.js';
import { tableOf, verdictOf, writeTable, type Outcome } from './large-policy/report.js';
import type { Stage } from './large-policy/memory.js';

const { values } = parseArgs({
  options: {
    held: { type: 'string' },
    checkpointing: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const asked = values.held ?? 'both';
if (!['both', 'bfloat16', 'float32'].includes(asked)) {
  console.error(`large-policy: --held expects bfloat16 or float32, got '${asked}'.`);
  process.exit(2);
}
const tokenizer = join(process.env['RLSF_TEST_DATA'] ?? '../shared/data', 'tokenizers/qwen2.5');
if (!existsSync(tokenizer)) {
  console.error(`large-policy: no tokenizer in ${tokenizer}: set RLSF_TEST_DATA.`);
  process.exit(2);
}
const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url));
const work = fileURLToPath(new URL('large-policy/work.ts', import.meta.url));
const threads = availableParallelism();

const folder = mkdtempSync(join(tmpdir(), 'rlsf-large-'));
const stop = (): void => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
};
process.on('SIGINT', stop).on('SIGTERM', stop);
const outcomes: Outcome[] = [];
try {
  const weights = await makeFolder(folder, tokenizer);
  console.log(`${(weights / 1e6).toFixed(0)} million weights in ${folder}`);
  for (const held of asked === 'both' ? ['bfloat16', 'float32'] : [asked]) {
    const options = JSON.stringify({ folder, held, checkpointing: values.checkpointing });
    const out = execFileSync(process.execPath, [tsx, work, options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: String(threads) },
    });
    const stages = JSON.parse(out.trim().split('\n').at(-1)!) as Stage[];
    const outcome = { held, bytes: weights * (held === 'bfloat16' ? 2 : 4), stages };
    outcomes.push(outcome);
    console.log(`${tableOf([outcome])}\n${verdictOf(outcome)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.write) writeTable(outcomes, `${threads} × ${cpus()[0].model.trim()}`);
