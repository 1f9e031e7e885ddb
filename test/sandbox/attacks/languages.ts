import type { Language, Outcome } from '../../../src/records.js';
import type { JudgeJob } from '../../../src/sandbox/index.js';
import { findProgram } from '../../../src/sandbox/process.js';
import type { Attack, AttackGroup, World } from './attack.js';

/** Python: a module that defines `attack()`, which must give 0. */
function python(completion: string): JudgeJob {
  const cases = [{ code: 'rlsf_emit(attack())', expected: '0' }];
  return {
    language: 'python',
    completion,
    tests: { includes: '', prefix: '', suffix: '', cases },
  };
}

/** Java: the body of `static int attack()`. */
function java(body: string): JudgeJob {
  const tests = {
    includes: '',
    prefix: 'import java.io.*;\nclass Problem {\n    static int attack() throws Exception {\n',
    suffix: '\n    }\n}\n',
    cases: [{ code: 'Rlsf.emit(Problem.attack());', expected: '0' }],
  };
  return { language: 'java', completion: body, tests };
}

function among(
  make: (text: string) => JudgeJob,
  [name, tries]: readonly [string, string],
  outcome: Outcome,
  text: string | ((world: World) => string),
): Attack {
  return {
    name,
    outcome,
    tries,
    stops: 'as for C++',
    job: (world) => make(typeof text === 'string' ? text : text(world)),
  };
}

const attempts = (...lines: string[]): string =>
  `import ctypes, os, resource, signal, socket, subprocess\ndef attack():\n    done = 0\n${lines
    .map(
      (line) =>
        `    try:\n        ${line}\n        done += 1\n    except (OSError, ValueError): pass\n`,
    )
    .join('')}    return done\n`;

export const pythonPrograms: AttackGroup = {
  title: 'Python',
  about: 'The essential ones; `python-attacks.slow.test.ts` has those that turn against its driver.',
  attacks: [
    among(python, ['Python: processes', 'fork, a shell, exec, posix_spawn, setsid'], 'clean', attempts('os.fork()', 'subprocess.run(["/bin/true"])', 'os.execv("/bin/true", ["true"])', 'os.posix_spawn("/bin/true", ["true"], {})', 'os.setsid()')),
    among(python, ['Python: files', 'reading and writing what is not its own'], 'clean', ({ secretFile, folder, repository, marker }) => attempts('open("/etc/shadow").read(1)', `open("${secretFile}").read(1)`, `open("${repository}/package.json").read(1)`, `open("${folder}/${marker}", "w")`, `open("/tmp/${marker}", "w")`, `os.mkdir("/dev/shm/${marker}")`, `os.symlink("/etc/shadow", "${marker}")`)),
    among(python, ['Python: network', 'TCP, an abstract socket, a message with an address from a pair of sockets'], 'clean', ({ port, socketName }) => attempts(`socket.create_connection(("127.0.0.1", ${port}))`, `socket.socket(socket.AF_UNIX).connect("\\0${socketName}")`, `socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", "\\0${socketName}")`)),
    among(python, ['Python: its parent', 'signals, /proc, limits, priority'], 'clean', attempts('os.kill(os.getppid(), 9)', 'os.kill(-1, 9)', 'open("/proc/%d/environ" % os.getppid(), "rb").read(1)', 'open("/proc/%d/mem" % os.getppid(), "rb").read(1)', 'os.readlink("/proc/%d/cwd" % os.getppid())', 'resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))', 'os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)')),
    among(python, ['Python: infinite loop', '`while True`'], 'timeout', 'def attack():\n    while True: pass\n'),
    among(python, ['Python: memory bomb', 'bytearrays without end'], 'memory_limit', 'def attack():\n    all = []\n    while True: all.append(bytearray(1 << 20))\n'),
    among(python, ['Python: output flood', 'print without end'], 'output_limit', 'def attack():\n    while True: print("x" * 4096)\n'),
    among(python, ['Python: forged results', 'what the driver would say, then os._exit(0)'], 'runtime_error', 'import os\ndef attack():\n    for fd in range(1, 64):\n        try: os.write(fd, b"\\n0\\ti0\\n=0\\n!\\n")\n        except OSError: pass\n    os._exit(0)\n'),
  ],
}; // prettier-ignore

const tried = (...statements: string[]): string =>
  `int done = 0;\n${statements.map((one) => `try { ${one} done++; } catch (IOException | SecurityException | UnsupportedOperationException | IllegalArgumentException e) { }\n`).join('')}return done;`;

export const javaPrograms: AttackGroup = {
  title: 'Java',
  about: 'The essential ones; `java-attacks.slow.test.ts` has those that turn against its driver.',
  attacks: [
    among(java, ['Java: processes', 'ProcessBuilder, Runtime.exec'], 'clean', tried('new ProcessBuilder("/bin/true").start();', 'Runtime.getRuntime().exec(new String[] {"/bin/sh", "-c", "true"});')),
    among(java, ['Java: files', 'reading and writing what is not its own, /proc of its parent'], 'clean', ({ secretFile, folder, marker }) => tried('new FileInputStream("/etc/shadow").read();', `new FileInputStream("${secretFile}").read();`, `new FileOutputStream("${folder}/${marker}").write(1);`, `new FileOutputStream("/tmp/${marker}").write(1);`, `java.nio.file.Files.createDirectory(java.nio.file.Path.of("/dev/shm/${marker}"));`, 'new FileInputStream("/proc/" + ProcessHandle.current().parent().get().pid() + "/environ").read();')),
    among(java, ['Java: network', 'sockets of three kinds'], 'clean', ({ port }) => tried(`new java.net.Socket("127.0.0.1", ${port});`, 'new java.net.ServerSocket(0);', 'new java.net.DatagramSocket();')),
    among(java, ['Java: infinite loop', '`for (;;)`'], 'timeout', 'for (;;) { }'),
    among(java, ['Java: memory bomb', 'arrays without end'], 'memory_limit', 'java.util.List<byte[]> all = new java.util.ArrayList<>(); for (;;) all.add(new byte[1 << 20]);'),
    among(java, ['Java: output flood', 'println without end'], 'output_limit', 'for (;;) System.out.println("x".repeat(4096));'),
    among(java, ['Java: leaving in a test', 'Runtime.halt(0)'], 'runtime_error', 'Runtime.getRuntime().halt(0); return 0;'),
  ],
}; // prettier-ignore

const kits: Partial<Record<Language, string>> = { python: 'python3', java: 'javac' };

/** Why programs in this language cannot be judged here, or `null`. */
export function missingFor(language: Language): string | null {
  const tool = kits[language];
  return tool !== undefined && findProgram(tool) === tool ? `${tool} is not installed` : null;
}
