import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../../../errors.js';
import { makeOnce } from '../../made-once.js';
import { runProcess } from '../../process.js';
import { standardHeaders } from './standard-headers.js';

/** Headers of the system that programs include too. */
const systemHeaders =
  `arpa/inet.h dirent.h fcntl.h getopt.h glob.h grp.h langinfo.h libgen.h malloc.h netdb.h
  netinet/in.h poll.h pthread.h pwd.h regex.h sched.h search.h semaphore.h spawn.h strings.h sys/epoll.h
  sys/ioctl.h sys/mman.h sys/resource.h sys/select.h sys/socket.h sys/stat.h sys/time.h sys/types.h sys/uio.h
  sys/un.h sys/wait.h termios.h ucontext.h unistd.h utime.h wordexp.h x86intrin.h`.split(/\s+/);

/**
 * Every name that a header of the standard or of the system declares at global scope. Who declares
 * one of them again means something else inside a namespace. Asked of the preprocessor once for each
 * compiler and flags.
 */
export async function globalNames(options: {
  base: string;
  compiler: string;
  flags: readonly string[];
}): Promise<ReadonlySet<string>> {
  const { base, compiler, flags } = options;
  const target = join(base, 'global-names');
  await makeOnce(target, async (folder) => {
    const all = [...standardHeaders, ...systemHeaders];
    const text = all.map((name) => `#if __has_include(<${name}>)\n#include <${name}>\n#endif\n`);
    await writeFile(join(folder, 'all.cpp'), text.join(''));
    const args = [...flags, '-E', '-P', 'all.cpp'];
    const read = await runProcess(compiler, args, {
      wallMs: 60_000,
      maxBytes: 1 << 26,
      cwd: folder,
    });
    const names = namesAtGlobalScope(read.stdout.toString('utf8'));
    // A header that another standard needs is an error and leaves the rest.
    if (!names.has('printf'))
      throw environmentError(
        `createJudgePool: expected ${compiler} to read the standard headers, but it failed: ${read.startError ?? read.stderr.trim().slice(0, 400)}. Install a complete g++ (apt-get install g++).`,
      );
    await writeFile(join(folder, 'names.txt'), [...names].sort().join('\n'));
  });
  return new Set((await readFile(join(target, 'names.txt'), 'utf8')).split('\n'));
}

/** Words that declare nothing. Whatever else stands at global scope counts: too many names do no harm. */
const words = new Set(
  `alignas auto bool char class const constexpr decltype double enum explicit extern float inline int long
  namespace noexcept short signed sizeof static struct template throw typedef typename union unsigned using
  virtual void volatile operator new delete pragma wchar_t char8_t char16_t char32_t __attribute__ __extension__ __asm__ __inline
  __restrict`.split(/\s+/),
);

/** Of preprocessed text: names outside of braces, inside `extern "C" {}`, and enumerators. */
export function namesAtGlobalScope(text: string): Set<string> {
  const names = new Set<string>();
  const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|[(){};*]|\S/g;
  const open: boolean[] = []; // whether what stands in these braces is at global scope still
  let item: string[] = [];
  let brackets = 0;
  for (const [word] of text.matchAll(token)) {
    const isOutside = open.every(Boolean);
    const last = item.at(-1) ?? '';
    if (word === '{') {
      const isLinkage = last.startsWith('"') && item.at(-2) === 'extern';
      open.push(brackets === 0 && (isLinkage || (isOutside && item.includes('enum'))));
      if (isLinkage) item = [];
    } else if (word === '}') {
      open.pop();
      if (!item.some((one) => ['struct', 'class', 'union', 'enum', 'typedef'].includes(one)))
        item = [];
    } else if (isOutside) {
      // `extern void (*signal(int, void (*)(int)))(int);` declares behind a bracket and a star.
      const isHidden = brackets > 0 && !(last === '*' && item.at(-2) === '(');
      if (/^[A-Za-z_]/.test(word) && !isHidden && !words.has(word)) names.add(word);
      if (word === '(') brackets++;
      if (word === ')') brackets--;
      item.push(word);
      if (word === ';' && brackets === 0) item = [];
    }
  }
  return names;
}
