import { existsSync } from 'node:fs';
import os from 'node:os';
import { usageError } from '../../errors.js';
import type { JudgeJob, JudgePool } from '../../sandbox/index.js';
import { shipped, shippedPolicy } from '../../session/shipped.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import { flagOption, textOption, type Command } from './command.js';

interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'what this machine has: Node, backend, compiler, isolation, shipped policy',
  options: [
    {
      flags: '--build-tensorflow <dir>',
      summary: 'first build the tensorflow backend with the TensorFlow of a Python installation',
    },
    {
      flags: '--gpu',
      summary: 'with --build-tensorflow: for a GPU, to be taken before all others',
    },
  ],
  examples: [
    'rlsf doctor',
    'python3 -m venv tf && tf/bin/pip install tensorflow-cpu && rlsf doctor --build-tensorflow tf',
  ],
  async run(input, { note, signal }) {
    const installation = textOption(input, 'buildTensorflow');
    const gpu = flagOption(input, 'gpu');
    if (installation !== undefined) {
      const { buildTensorflow } = await import('../build-tensorflow.js');
      await buildTensorflow(installation, { gpu, signal, note });
    } else if (gpu) throw usageError('rlsf doctor: --gpu goes with --build-tensorflow <dir>.');
    const findings: Finding[] = [
      {
        name: 'node',
        ok: true,
        detail: `${process.version} on ${os.platform()} ${os.arch()}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, ${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`,
      },
      ...(await backendFindings()),
      await tensorflowFinding(), // after `auto`, which may leave it unloaded
      ...(await judgeFindings()),
      policyFinding(),
    ];
    return {
      value: findings,
      lines: [
        ...findings.map(findingLine),
        ...(findings.every((finding) => finding.ok)
          ? []
          : [line(''), line('Install what is missing: rlsf setup')]),
      ],
      exitCode: findings.every((finding) => finding.ok) ? 0 : 1,
    };
  },
};

function findingLine({ name, ok, detail }: Finding): StyledLine {
  return line(span(ok ? '✓ ' : '× ', ok ? 'good' : 'bad'), padEnd(name, 14), detail);
}

/** What `auto` chooses, on what, and what would be better. */
async function backendFindings(): Promise<Finding[]> {
  const { selectBackend } = await import('../../tensor/index.js');
  const choice = await selectBackend('auto');
  const { name, threads, instructions, matmulPrecision } = choice;
  const bf16 = instructions?.includes('BF16') ?? false;
  const products =
    matmulPrecision === 'bf16'
      ? 'bf16 products'
      : `float32 products${bf16 ? '; RLSF_MATMUL_PRECISION=bf16 makes the large ones 1.5 to 1.9 times as fast' : ''}`;
  const advice =
    name === 'native'
      ? []
      : ['for a faster one, build the native kernels: apt-get install g++ libdnnl-dev, rlsf setup'];
  return [
    { name: 'backend', ok: true, detail: choice.reason },
    {
      name: 'products',
      ok: true,
      detail: [`${threads} threads`, instructions, products, ...advice].filter(Boolean).join(', '),
    },
  ];
}

const howToGetTensorflow =
  'python3 -m venv tf && tf/bin/pip install tensorflow-cpu, then rlsf doctor --build-tensorflow tf (for a GPU: tensorflow[and-cuda], and --gpu)';

/** Optional: nothing is amiss where nothing was built or installed, but a build must work. */
async function tensorflowFinding(): Promise<Finding> {
  const name = 'tensorflow';
  const { startTensorflow } = await import('../../tensor/tensorflow/start.js');
  const { readTensorflowBuild } = await import('../../tensor/tensorflow/build.js');
  const build = readTensorflowBuild();
  try {
    const { note, onGpu } = await startTensorflow(os.availableParallelism());
    const linked = build === null ? '' : `, linked to ${build.libraries}`;
    return { name, ok: true, detail: `${note}${linked}${onGpu ? '' : '; it sees no GPU'}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const optional = build === null ? ' (optional)' : '';
    const detail = `${message}${optional}. To have it: ${howToGetTensorflow}`;
    return { name, ok: build === null, detail };
  }
}

/** Judges one small correct program in each language: the only proof that tools and isolation work. */
async function judgeFindings(): Promise<Finding[]> {
  const { createJudgePool } = await import('../../sandbox/index.js');
  const plain = { includes: '', prefix: '', suffix: '' };
  const programs: [string, JudgeJob][] = [
    [
      'judge, C++',
      {
        language: 'cpp',
        completion: 'int twice(int x) { return 2 * x; }\n',
        tests: { ...plain, cases: [{ code: 'rlsf_emit(twice(21));', expected: '42' }] },
      },
    ],
    [
      'judge, Python',
      {
        language: 'python',
        completion: 'print(2 * int(input()))\n',
        tests: { ...plain, cases: [{ stdin: '21', expected: '42' }] },
      },
    ],
    [
      'judge, Java',
      {
        language: 'java',
        completion:
          'class Main { public static void main(String[] a) { System.out.println(6 * 7); } }\n',
        tests: { ...plain, cases: [{ stdin: '', expected: '42' }] },
      },
    ],
  ];
  try {
    const pool = await createJudgePool({ workers: 1 });
    const findings: Finding[] = [
      { name: 'isolation', ok: pool.isolation !== 'none', detail: pool.isolation },
    ];
    try {
      for (const [name, job] of programs) findings.push(await judgeFinding(pool, name, job));
      return findings;
    } finally {
      await pool.close();
    }
  } catch (error) {
    return [
      { name: 'judge', ok: false, detail: error instanceof Error ? error.message : String(error) },
    ];
  }
}

/** A language other than C++ is optional. */
async function judgeFinding(pool: JudgePool, name: string, job: JudgeJob): Promise<Finding> {
  try {
    const [{ outcome, toolchain }] = await pool.judge([job]);
    const detail = `${toolchain}: a correct program is judged '${outcome}'`;
    return { name, ok: outcome === 'clean', detail };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, ok: job.language !== 'cpp', detail: `${message} (optional)` };
  }
}

function policyFinding(): Finding {
  const folder = shipped(shippedPolicy);
  const ok = existsSync(`${folder}/config.json`);
  return { name: 'policy', ok, detail: ok ? folder : `${shippedPolicy} is missing` };
}
