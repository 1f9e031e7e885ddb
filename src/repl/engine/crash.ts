/** Why a process ended, in one sentence, from its exit and its last words. */
export function crashReason(end: {
  code: number | null;
  signal: string | null;
  stderr: string;
  isReady: boolean;
}): string {
  const { code, signal, stderr, isReady } = end;
  if (/JavaScript heap out of memory|Fatal JavaScript out of memory/.test(stderr))
    return 'The engine ran out of memory: JavaScript values filled its heap.';
  if (signal === 'SIGKILL')
    return 'The engine was killed (SIGKILL): by someone, or by the system for want of memory.';
  if (signal === 'SIGSEGV' || signal === 'SIGBUS' || signal === 'SIGILL')
    return `The engine crashed in native code (${signal}).`;
  if (signal !== null) return `The engine was ended by the signal ${signal}.`;
  if (code === null) return 'The engine could not be started.';
  if (!isReady) return `The engine ended before it was ready (exit code ${code}).`;
  return `The engine ended by itself with exit code ${code}: a line may have called process.exit.`;
}

/** The last lines that say something. */
export function lastLines(text: string, count = 12): string[] {
  return text
    .split('\n')
    .map((row) => row.trimEnd())
    .filter((row) => row !== '')
    .slice(-count);
}
