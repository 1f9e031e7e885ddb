import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import { blamed, javaJob, javaTests, javaTiers } from './java-programs.js';

const tests = javaTests({
  prefix: 'import java.io.*;\nimport java.lang.reflect.*;\nclass Problem {\n    static int attack() throws Exception {\n',
  suffix: '\n    }\n}\n',
  cases: [
    { code: 'Rlsf.emit(Problem.attack());', expected: '0' },
    { assert: 'assert Problem.attack() == 1;' },
  ],
}); // prettier-ignore

/** Each returns 0 where it was refused, and could not pass the second case but by a lie. */
const refused: Record<string, string> = {
  ownChannels: 'int made = 0; for (int fd = 1; fd < 9; fd++) try (OutputStream o = new FileOutputStream("/proc/self/fd/" + fd)) { o.write("0\\ti0\\n=1\\n!\\n".getBytes()); made++; } catch (IOException e) { continue; } return made;',
  descriptor: 'try { Constructor<FileDescriptor> c = FileDescriptor.class.getDeclaredConstructor(int.class); c.setAccessible(true); new FileOutputStream(c.newInstance(3)).write(65); return 2; } catch (RuntimeException e) { return 0; }',
  secret: 'try (InputStream in = new FileInputStream("/proc/self/fd/5")) { String s = new String(in.readNBytes(64)); return s.matches("(?s)[A-Z]{24}.*") ? 2 : 0; } catch (IOException e) { return 0; }',
  unsafe: 'Field f = sun.misc.Unsafe.class.getDeclaredField("theUnsafe"); f.setAccessible(true); try { ((sun.misc.Unsafe) f.get(null)).allocateMemory(8); return 2; } catch (NullPointerException e) { return 0; }',
  newUnsafe: 'Constructor<sun.misc.Unsafe> c = sun.misc.Unsafe.class.getDeclaredConstructor(); c.setAccessible(true); try { c.newInstance().putAddress(0, 0); return 2; } catch (NullPointerException e) { return 0; }',
  shadow: 'try (InputStream in = new FileInputStream("/etc/shadow")) { return 2; } catch (IOException e) { return 0; }',
  home: 'try (InputStream in = new FileInputStream("SECRET")) { return 2; } catch (IOException e) { return 0; }',
  network: 'try (java.net.Socket s = new java.net.Socket("127.0.0.1", PORT)) { return 2; } catch (IOException e) { return 0; }',
  shell: 'try { return new ProcessBuilder("/bin/true").start().waitFor() + 2; } catch (IOException e) { return 0; }',
  write: 'int made = 0; for (String name : new String[] {"x", "classes/x", "/tmp/rlsf-java", "FOLDER/x"}) try (OutputStream o = new FileOutputStream(name)) { made++; } catch (IOException e) { continue; } return made;',
  remove: 'File f = new File("classes/Problem.class"); return f.delete() || f.renameTo(new File("y")) || f.setReadOnly() ? 2 : 0;',
  others: 'return (int) ProcessHandle.allProcesses().filter(p -> p.pid() != ProcessHandle.current().pid() && p.destroyForcibly()).count();',
  environment: 'return System.getenv("RLSF_TEST_SECRET") != null || System.getenv("USER") != null ? 2 : 0;',
  driver: 'for (Field f : Class.forName("rlsf.Rlsf").getDeclaredFields()) { f.setAccessible(true); if (f.get(null) instanceof PrintStream) ((PrintStream) f.get(null)).print("=1\\n!\\n"); } return 0;',
  assertions: 'ClassLoader.getSystemClassLoader().setDefaultAssertionStatus(false); ClassLoader.getSystemClassLoader().setClassAssertionStatus("RlsfCases", false); return 0;',
  streams: 'System.setOut(null); System.setErr(null); return 0;',
  leftThreads: 'java.util.concurrent.Executors.newFixedThreadPool(2).submit(() -> 1); return 0;',
}; // prettier-ignore

/** What ends the program, the outcome, and what is blamed. */
const ending: Record<string, [string, string, string]> = {
  exit: ['System.exit(0); return 0;', 'runtime_error', 'early-exit «System.exit(0); return 0;»'],
  halt: ['Runtime.getRuntime().halt(0); return 0;', 'runtime_error', 'early-exit «no stack could be had»'],
  crash: ['Runtime.getRuntime().halt(134); return 0;', 'runtime_error', 'exit-code «no stack could be had»'],
  initialiser: ['return Bad.x; } static class Bad { static int x; static { System.exit(0); }', 'runtime_error', 'early-exit «return Bad.x; } static class Bad { static int x; static { System.exit(0); }»'],
  hook: ['Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0))); throw new Exception();', 'runtime_error', 'Exception «Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0))); throw new Exception();»'],
  handler: ['Thread.setDefaultUncaughtExceptionHandler((t, e) -> { }); throw new Exception();', 'runtime_error', 'Exception «Thread.setDefaultUncaughtExceptionHandler((t, e) -> { }); throw new Exception();»'],
  threads: ['for (;;) new Thread(() -> { try { Thread.sleep(9999); } catch (InterruptedException e) { return; } }).start();', 'runtime_error', 'OutOfMemoryError «for (;;) new Thread(() -> { try { Thread.sleep(9999); } catch (InterruptedException e) { return; } }).start();»'],
  spin: ['for (int i = 0; i < 8; i++) new Thread(() -> { for (;;) { } }).start();\nfor (;;) { }', 'timeout', 'timeout «for (;;)»'],
  deadlock: ['synchronized (Problem.class) { Thread t = new Thread(() -> { synchronized (Problem.class) { t(); } }); t.start(); t.join(); }\nreturn 0; } static void t() {', 'timeout', 'timeout «synchronized (Problem.class) { Thread t = new Thread(() -> { synchronized (Problem.class) { t(); } }); t.start(); t.join(); }»'],
}; // prettier-ignore

for (const { tier, reason } of await javaTiers()) {
  describe.skipIf(reason !== null)(
    `attacks in Java on tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let pool: JudgePool;
      let isReached = false;
      const folder = mkdtempSync(join(tmpdir(), 'rlsf-attack-'));
      const listener = createServer((socket) => {
        isReached = true;
        socket.destroy();
      });

      beforeAll(async () => {
        writeFileSync(join(folder, 'secret'), 'secret', { mode: 0o600 });
        process.env['RLSF_TEST_SECRET'] = 'in the environment';
        await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
        pool = await createJudgePool({ isolation: tier, wallMs: 2500 });
      });
      afterAll(async () => {
        listener.close();
        delete process.env['RLSF_TEST_SECRET'];
        await pool.close();
        await vi.waitFor(() => expect(machines()).toEqual([]), { timeout: 5000 });
        rmSync(folder, { recursive: true, force: true });
      });

      it('are refused, and lie about nothing', async () => {
        const { port } = listener.address() as AddressInfo;
        const verdicts = await pool.judge(
          Object.values(refused).map((body) =>
            javaJob(
              tests,
              body.replace('PORT', String(port)).replace('SECRET', join(folder, 'secret')).replace('FOLDER', folder),
            ),
          ),
        );
        const told = Object.keys(refused).map((name, i) => [
          name,
          verdicts[i].tests.map(({ passed, actual }) => (passed ? 'passed' : actual)),
        ]);
        const assertion = 'assert Problem.attack() == 1;';
        expect(told).toEqual(Object.keys(refused).map((name) => [name, ['passed', assertion]]));
        expect(isReached).toBe(false);
        expect(existsSync('/tmp/rlsf-java') || existsSync(join(folder, 'x'))).toBe(false);
      }); // prettier-ignore

      it('end as what they are', async () => {
        const verdicts = await pool.judge(Object.values(ending).map(([body]) => javaJob(tests, body)));
        const told = Object.entries(ending).map(([name, [body]], i) => {
          const { outcome, diagnostics, testsPassed } = verdicts[i];
          const finding = diagnostics.find(({ severity }) => severity === 'error');
          return [name, outcome, `${finding?.kind} «${blamed(body, finding)}»`, testsPassed];
        });
        expect(told).toEqual(Object.entries(ending).map(([name, [, ...rest]]) => [name, ...rest, 0]));
        // No report of a crash, no file of the machine's own.
        const left = readdirSync(process.cwd()).concat(readdirSync(tmpdir()));
        expect(left.filter((name) => /^hs_err|^core\.?\d*$/.test(name))).toEqual([]);
      }); // prettier-ignore
    },
  );
}

/** Java machines that this process started and that still run. */
function machines(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return /\0rlsf\.(Driver|Compile)\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) && isOurs(pid);
    } catch {
      return false;
    }
  });
} // prettier-ignore

function isOurs(pid: string): boolean {
  const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return Number(parent) === process.pid || (Number(parent) > 1 && isOurs(parent));
}
