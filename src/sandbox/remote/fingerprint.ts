import { createHash } from 'node:crypto';
import type { Language } from '../../records.js';
import type { JudgePool } from '../pool.js';
import type { JudgeJob } from '../toolchain.js';

const tests = { includes: '', prefix: '', suffix: '', cases: [{ stdin: '', expected: null }] };

/** Programs that every toolchain calls clean. */
const proofs: Partial<Record<Language, JudgeJob>> = {
  cpp: { language: 'cpp', completion: 'int main() {}\n', tests },
  python: { language: 'python', completion: 'pass\n', tests },
  java: {
    language: 'java',
    completion: 'class Main { public static void main(String[] a) {} }\n',
    tests,
  },
  text: { language: 'text', completion: '#### 1', answer: '1' },
};

export interface ToolchainProof {
  /** Of all that follows: workers with the same one give the same verdicts. */
  fingerprint: string;
  /** By language, the tool that judged; a language that did not work here is not there. */
  toolchains: Record<string, string>;
  isolation: string;
}

/** Judges one program of each language, and names what judged: a worker whose tools do not work offers none. */
export async function proveToolchains(
  pool: JudgePool,
  languages: readonly Language[] = Object.keys(proofs) as Language[],
): Promise<ToolchainProof> {
  const toolchains: Record<string, string> = {};
  for (const language of Object.keys(proofs) as Language[]) {
    const job = proofs[language];
    if (job === undefined || !languages.includes(language)) continue;
    const verdict = await pool.judge([job]).then(
      ([first]) => first,
      () => null,
    );
    if (verdict?.outcome === 'clean') toolchains[language] = verdict.toolchain;
  }
  const { isolation } = pool;
  const text = JSON.stringify([toolchains, isolation]);
  const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { fingerprint, toolchains, isolation };
}
