import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { Verdict } from '../../src/records.js';
import { gallery, includes, job, sumTests } from './programs.js';
import { tiers } from './tiers.js';

const headers = `${includes}${['arpa/inet.h', 'cerrno', 'csignal', 'cstdio', 'fcntl.h', 'fstream', 'sys/mount.h', 'sys/prctl.h', 'sys/ptrace.h', 'sys/resource.h', 'sys/socket.h', 'sys/stat.h', 'sys/wait.h', 'thread', 'unistd.h'].map((name) => `#include <${name}>\n`).join('')}`;

for (const { tier, reason } of await tiers()) {
  describe.skipIf(reason !== null)(
    `attacks on tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let pool: JudgePool;
      const folder = mkdtempSync(join(tmpdir(), 'rlsf-attack-'));
      const secret = join(folder, 'secret.txt');
      const listener = createServer((socket) => {
        reached = true;
        socket.destroy();
      });
      let reached = false;

      beforeAll(async () => {
        writeFileSync(secret, 'secret', { mode: 0o600 });
        process.env['RLSF_TEST_SECRET'] = 'in the environment';
        await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
        pool = await createJudgePool({ isolation: tier, memoryMiB: 192, cpuMs: 400, wallMs: 1500 });
      });
      afterAll(async () => {
        listener.close();
        delete process.env['RLSF_TEST_SECRET'];
        rmSync(folder, { recursive: true, force: true });
        await pool.close();
        expect(strays()).toEqual([]);
      });

      /** A batch of one attack per program, each emitting 1 where it succeeded. */
      const attempts: Record<string, string> = {
      fork: 'int made = 0; for (int i = 0; i < 100; i++) { int p = fork(); if (p == 0) { for (;;) pause(); } made += p > 0; } return made > 0;',
      shell: 'return std::system("true") == 0;',
      exec: 'execl("/bin/true", "true", (char*)nullptr); return 0;',
      network: `int s = socket(AF_INET, SOCK_STREAM, 0); sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(PORT); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK); return s >= 0 && connect(s, (sockaddr*)&a, sizeof a) == 0;`,
      shadow: 'std::ifstream f("/etc/shadow"); std::string line; return (bool)std::getline(f, line);',
      home: `std::ifstream f("${secret}"); std::string line; return (bool)std::getline(f, line);`,
      write: `std::ofstream f("${folder}/written"); f << "x"; f.close(); std::ofstream g("/tmp/rlsf-written"); g << "x"; g.close(); return f.good() || g.good();`,
      writeHere: 'std::ofstream f("unit"); std::ofstream g("x.txt"); return f.is_open() || g.is_open();',
      mount: 'return mount("none", "/tmp", "tmpfs", 0, nullptr) == 0;',
      killParent: 'return kill(getppid(), SIGKILL) == 0 || kill(-1, SIGKILL) == 0;',
      limitParent: 'rlimit r{0, 0}; return prlimit(getppid(), RLIMIT_CPU, &r, nullptr) == 0;',
      traceParent: 'return ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr) == 0;',
      parentFiles: 'char p[64]; int n = 0; for (int i = 0; i < 20; i++) { std::snprintf(p, sizeof p, "/proc/%d/fd/%d", getppid(), i); n += open(p, O_WRONLY) >= 0; } std::snprintf(p, sizeof p, "/proc/%d/mem", getppid()); return n > 0 || open(p, O_RDWR) >= 0;',
      environment: 'return std::getenv("RLSF_TEST_SECRET") != nullptr || std::getenv("USER") != nullptr;',
      daemon: 'return daemon(0, 0) == 0 || setsid() > 0;',
      setuid: 'return setuid(0) == 0;',
    }; // prettier-ignore

      it('are all refused, and the judge stays up', async () => {
        const { port } = listener.address() as AddressInfo;
        const jobs = Object.values(attempts).map((body) =>
          job(
            {
              includes: headers,
              prefix: 'bool attack() {\n',
              suffix: '',
              cases: [{ code: 'rlsf_emit(attack());', expected: '0' }],
            },
            `    ${body.replace('PORT', String(port))}\n}\n`,
          ),
        );
        const verdicts = await pool.judge(jobs);
        const told = Object.keys(attempts).map((name, i) => [
          name,
          verdicts[i].outcome,
          summary(verdicts[i]),
        ]);
        expect(told.filter(([, outcome]) => outcome !== 'clean' && outcome !== 'warning')).toEqual(
          [],
        );
        expect(reached).toBe(false);
        expect(existsSync(join(folder, 'written'))).toBe(false);
        expect(existsSync('/tmp/rlsf-written')).toBe(false);
        expect(strays()).toEqual([]);
        expect((await pool.judge([job(sumTests, gallery.clean.completion)]))[0].outcome).toBe(
          'clean',
        );
      });

      it('do not reach a sibling’s results or verdict', async () => {
        const right = gallery.clean.completion;
        // Writes results for everybody into every open file, scribbles over memory, ends early.
        const forger = `    for (int fd = 1; fd < 64; fd++) {\n        const char* all = "0\\ti6\\n1\\ti-5\\n2\\ti0\\n3\\ti15\\n!\\n";\n        if (write(fd, all, strlen(all)) < 0) continue;\n        const char* frame = "RLSF1 1 exit 0 none 0 0 0 0 0 26 0\\n0\\ti6\\n1\\ti-5\\n2\\ti0\\n3\\ti15\\n!\\n";\n        if (write(fd, frame, strlen(frame)) < 0) continue;\n    }\n    _exit(n - n + v[0] * 0);\n}\n`;
        const tests = { ...sumTests, includes: headers };
        const verdicts = await pool.judge([
          job(tests, right),
          job(tests, right.replace('s = 0', 's = 1')),
          job(tests, forger),
          job(tests, right.replace('int s', 'int  s')),
          job(tests, right.replace('s = 0', 's = 2')),
        ]);
        expect(verdicts.map(({ outcome }) => outcome).filter((_, i) => i !== 2)).toEqual([
          'clean',
          'wrong_answer',
          'clean',
          'wrong_answer',
        ]);
        // It left before its end, and without the run's secret it cannot claim otherwise.
        expect(verdicts[2].outcome).toBe('runtime_error');
      });

      it('before main end nobody’s judgement but their own', async () => {
        const right = gallery.clean.completion;
        const attacks = [
          '__attribute__((constructor)) void first() { _exit(0); }\n',
          'struct First { First() { std::_Exit(0); } };\nFirst first;\n',
          'int first = (std::abort(), 1);\n',
          'extern "C" void __asan_init() { _exit(0); }\n',
          '#undef main\nint main() { return 0; }\n',
          'void* operator new(std::size_t) { _exit(0); }\n',
        ];
        const tests = { ...sumTests, includes: headers };
        const verdicts = await pool.judge([
          job(tests, right),
          ...attacks.map((attack) => job(tests, right + attack)),
          job(tests, `${right}\n`),
        ]);
        expect(verdicts[0].outcome).toBe('clean');
        expect(verdicts.at(-1)?.outcome).toBe('clean');
        for (const verdict of verdicts.slice(1, -1))
          expect(['compile_error', 'runtime_error', 'clean', 'warning']).toContain(verdict.outcome);
        for (const i of [1, 2, 3]) expect(verdicts[i].outcome).toBe('runtime_error');
      });

      it('on the compiler end as compile errors', async () => {
        const attacks = [
          '#include "/dev/zero"\n',
          '#include </etc/shadow>\n',
          `#include "${secret}"\n`,
          'template <int n> struct A : A<n + 1> {};\nA<0> a;\n',
          'int x = "\n',
          'int f() { return rlsf_emit; }\n',
        ];
        const verdicts = await pool.judge(
          attacks.map((attack) => job(sumTests, gallery.clean.completion + attack)),
        );
        expect(verdicts.map(({ outcome }) => outcome)).toEqual(attacks.map(() => 'compile_error'));
        expect(JSON.stringify(verdicts)).not.toContain('root:');
      });

      it('on time, threads and signals end at their limits', async () => {
        const bodies = [
          'signal(SIGPROF, SIG_IGN); signal(SIGXCPU, SIG_IGN); signal(SIGTERM, SIG_IGN); volatile bool on = true; while (on) {} return 0;',
          'for (;;) { std::thread* t = new std::thread([] { for (;;) pause(); }); if (!t->joinable()) return 1; }',
          'for (;;) sleep(100);',
        ];
        const verdicts = await pool.judge(
          bodies.map((body) =>
            job(
              {
                includes: headers,
                prefix: 'bool attack() {\n',
                suffix: '',
                cases: [{ code: 'rlsf_emit(attack());', expected: '0' }],
              },
              `    ${body}\n}\n`,
            ),
          ),
        );
        expect(verdicts[0].outcome).toBe('timeout');
        expect(['runtime_error', 'memory_limit', 'timeout']).toContain(verdicts[1].outcome);
        expect(verdicts[2]).toMatchObject({ outcome: 'timeout', retried: true });
        expect(strays()).toEqual([]);
      });
    },
  );
}

/** What is still running with our marker in its environment, zombies aside. */
function strays(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      // Children of this test's own process only: others may be judging at the same time.
      return /(^|\/)unit$/.test(command[0]) && ancestors(pid).includes(process.pid)
        ? [command.join(' ')]
        : [];
    } catch {
      return [];
    }
  });
}

function ancestors(pid: string): number[] {
  const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return parent === undefined || parent === '0' || parent === '1'
    ? [Number(parent)]
    : [Number(parent), ...ancestors(parent)];
}

function summary(verdict: Verdict): string {
  return [
    ...verdict.diagnostics.map(({ kind, message }) => `${kind}: ${message}`),
    verdict.stages.at(-1)?.stdout,
  ].join(' | ');
}
