import type { Limits } from '../../limits.js';

/**
 * A Java machine for programs of a second: one simple collector, the quick compiler only, nothing
 * reserved that is not needed (an address space of 3 GiB must do), nothing written, no word on stdout.
 */
const small = [
  '-Xshare:auto', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-XX:+IgnoreUnrecognizedVMOptions',
  '-XX:ReservedCodeCacheSize=32m', '-XX:CompressedClassSpaceSize=64m', '-XX:-UseContainerSupport',
  // The same on every machine, so that thread pools are.
  '-XX:ActiveProcessorCount=2',
  // A crash leaves no report in the folder and none in the output.
  '-XX:+SuppressFatalErrorMessage', '-XX:+DisplayVMOutputToStderr', '-Xlog:disable',
]; // prettier-ignore

/** For the compiler: `archive` holds its classes as they lie in memory. */
export function compilerFlags(archive: string | null): string[] {
  return [
    ...small,
    '-Xmx512m',
    // Deep nesting is a fault of style only: its limit must lie beyond any text that a policy writes.
    '-Xss128m',
    '-XX:MaxMetaspaceSize=256m',
    ...(archive === null ? [] : [`-XX:SharedArchiveFile=${archive}`]),
  ];
}

/**
 * What javac is asked for: all it can warn of that says something about a program, and names of
 * variables in the classes. `serial` does not: every exception of one's own lacks a version to be
 * stored by, and no judged program stores one.
 */
export const javacOptions = [
  '-Xlint:all,-serial', '-g', '-encoding', 'UTF-8', '-proc:none', '-Xmaxerrs', '100', '-Xmaxwarns', '10000',
]; // prettier-ignore

/**
 * For programs. The heap is the limit on memory: at its end the machine throws an OutOfMemoryError,
 * which has a place. It is there at once: growing takes as long as filling it.
 */
export function programFlags({ memoryMiB }: Limits, major: number): string[] {
  return [
    ...small,
    `-Xms${memoryMiB}m`, `-Xmx${memoryMiB}m`, '-Xss8m', '-XX:MaxMetaspaceSize=96m',
    '-XX:+DisableAttachMechanism', '-ea',
    ...(major >= 23 ? ['--sun-misc-unsafe-memory-access=allow'] : []),
    '-Dfile.encoding=UTF-8', '-Dsun.stdout.encoding=UTF-8', '-Dsun.stderr.encoding=UTF-8',
    '-Dstdout.encoding=UTF-8', '-Dstderr.encoding=UTF-8', '-Duser.language=en', '-Duser.timezone=UTC',
    '-Djava.awt.headless=true',
    // There is no /dev/random: without this word Java makes its own chance, which takes a second.
    '-Djava.security.egd=file:/dev/urandom',
  ]; // prettier-ignore
}

/** Arguments of a program and names of files are UTF-8; one arena of malloc is enough. */
export function javaEnvironment(): Record<string, string> {
  return { LC_ALL: 'C.UTF-8', MALLOC_ARENA_MAX: '1' };
}
