/** The naive way: one g++ with both sanitizers and one run for each program, one after the other. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { compileFlags } from '../../src/sandbox/toolchains/cpp/flags.js';

/** `rlsf_emit` for everything that the shipped task emits, by way of printf. */
const emit = `#include <cstdio>
#include <string>
inline void rlsf_emit(const std::string& v) { std::printf("%s\\n", v.c_str()); }
inline void rlsf_emit(const char* v) { std::printf("%s\\n", v ? v : "null"); }
inline void rlsf_emit(bool v) { std::printf("%d\\n", v); }
inline void rlsf_emit(char v) { std::printf("%c\\n", v); }
inline void rlsf_emit(int v) { std::printf("%d\\n", v); }
inline void rlsf_emit(unsigned v) { std::printf("%u\\n", v); }
inline void rlsf_emit(long v) { std::printf("%ld\\n", v); }
inline void rlsf_emit(unsigned long v) { std::printf("%lu\\n", v); }
inline void rlsf_emit(long long v) { std::printf("%lld\\n", v); }
inline void rlsf_emit(unsigned long long v) { std::printf("%llu\\n", v); }
inline void rlsf_emit(double v) { std::printf("%.17g\\n", v); }
inline void rlsf_emit(const void* v) { std::printf("%s\\n", v ? "non-null" : "null"); }
inline void rlsf_emit(std::nullptr_t) { std::printf("null\\n"); }
`;

/** A whole program of the job, its cases in a \`main\` of their own. */
export function sourceOf({ tests, completion }: JudgeJob): string {
  if (tests === undefined) throw new Error('a program has tests');
  const codes = tests.cases.flatMap((one) => ('code' in one ? [one.code] : []));
  const body = `${tests.prefix}${completion}${tests.suffix}`;
  if (codes.length === 0) return body;
  const functions = codes.map((code, i) => `static void case_${i}() {\n${code}\n}\n`).join('');
  const calls = codes.map((_, i) => `  case_${i}();\n`).join('');
  return `${tests.includes}${emit}${body}\n${functions}int main() {\n${calls}}\n`;
}

/** Seconds for all of them, and what each came to: did not compile, ended badly, ended well. */
export function judgeNaively(jobs: readonly JudgeJob[]): { seconds: number; ends: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'rlsf-naive-'));
  const started = performance.now();
  const ends = jobs.map((job) => {
    writeFileSync(join(folder, 'program.cpp'), sourceOf(job));
    const flags = [...compileFlags('c++17', []), 'program.cpp', '-o', 'program'];
    const compiled = spawnSync('g++', flags, { cwd: folder, stdio: 'pipe' });
    if (compiled.status !== 0) return 'compile_error';
    const limits = 'ulimit -f 512; exec timeout -k 0.1 0.5 ./program';
    const run = spawnSync('sh', ['-c', limits], { cwd: folder, stdio: 'pipe', maxBuffer: 1 << 22 });
    // UndefinedBehaviorSanitizer reports and goes on, and the exit status says nothing of it.
    const isFine = run.status === 0 && !run.stderr.toString().includes('runtime error:');
    return isFine ? 'ended' : 'failed';
  });
  const seconds = (performance.now() - started) / 1000;
  rmSync(folder, { recursive: true });
  return { seconds, ends };
}

export function compilerVersion(): string {
  return execFileSync('g++', ['--version'], { encoding: 'utf8' }).split('\n')[0];
}
