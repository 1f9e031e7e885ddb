/** Whether a process of this machine still runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, but lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
