/** The user's own `wandb` command, which uploads a run folder. */
import { execa } from 'execa';

export interface WandbCommand {
  /** The `offline-run-…` folder. */
  readonly folder: string;
  /** Where the command keeps its own log. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Uploads the whole folder; what is there already is written over, so calling it again adds the new
 * rows and doubles none. @returns what went wrong and what to do, `null` when all is well
 */
export async function wandbSync(command: WandbCommand): Promise<string | null> {
  const { folder, cwd, env, timeoutMs, signal } = command;
  const later = `The run is kept in ${folder}: upload it by hand with \`wandb sync --include-synced ${folder}\`.`;
  // `--include-synced`: the command marks a folder it has uploaded, and leaves it out next time.
  const result = await execa('wandb', ['sync', '--include-synced', folder], {
    cwd,
    // Colours and questions are for terminals.
    env: { ...env, NO_COLOR: '1', TERM: 'dumb' },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    maxBuffer: 1_000_000,
    timeout: timeoutMs,
    forceKillAfterDelay: 500,
    cancelSignal: signal,
    reject: false,
  });
  if (result.code === 'ENOENT') {
    return `expected the command \`wandb\` on the PATH, but it is not there. Install it (\`pip install wandb\`). ${later}`;
  }
  const said = lastLines(result.all ?? '');
  if (result.timedOut || result.isCanceled) {
    return `\`wandb sync\` did not end within ${timeoutMs / 1000} s (last: ${said}). Check the network and WANDB_BASE_URL. ${later}`;
  }
  if (
    /no api key|not authenticated|api key must|api_key invalid|not logged in/i.test(
      result.all ?? '',
    )
  ) {
    return `\`wandb sync\` has no key it can use (${said}). Set WANDB_API_KEY or run \`wandb login\`; WANDB_MODE=offline leaves the upload out. ${later}`;
  }
  return result.exitCode === 0
    ? null
    : `\`wandb sync\` ended with ${result.exitCode ?? result.signal ?? result.code} (${said}). ${later}`;
}

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 ? lines.slice(-2).join(' / ').slice(-300) : 'it said nothing';
}
