import { environmentError } from '../errors.js';
import type { RlsfError } from '../errors.js';
import { findProgram } from './process.js';

export type TierName = 'bubblewrap' | 'restricted' | 'none';

/** One command of a judged program, before it is wrapped. */
export interface IsolatedCommand {
  /** `compile`: any tool, its output passed through; `batch` and `program`: see kernels/launcher. */
  mode: 'compile' | 'batch' | 'program';
  /** A folder of ours that becomes the working folder. */
  folder: string;
  writable: boolean;
  /** Further folders and files that may be read. */
  readOnly: readonly string[];
  /** `wallMs` is for each program, `totalMs` for the command as a whole. */
  limits: {
    cpuMs: number;
    wallMs: number;
    totalMs: number;
    memoryMiB: number;
    outputBytes: number;
  };
  /** Paths relative to the folder, or absolute system paths. */
  command: readonly string[];
  /** Files in the folder, one run of `program` each. */
  stdin?: readonly string[];
  /** What the command sees beside our own places. */
  environment?: Readonly<Record<string, string>>;
  /** A library that the tool loads first. */
  preload?: string;
  /** The folder in `folder` where the command starts. @default `folder` itself */
  start?: string;
  stopSignal?: number;
  /** The program has a CPU timer of its own, which may be late by this. */
  cpuGraceMs?: number;
  /** Which worker asks: each has its own user id where we may choose. */
  slot: number;
}

/**
 * What keeps a program in.
 * - `bubblewrap`: no network, read-only system, private /tmp, own processes; and our launcher inside.
 * - `restricted`: our launcher alone: system-call filter, Landlock or a user id of its own.
 * - `none`: limits only; whoever asks for it takes the risk.
 * All three have the limits on time, memory, processes, files and output.
 */
export interface Tier {
  name: TierName;
  /** What the verdict says. */
  label: string;
  leakCheck: boolean;
  /** Programs see our folders by their real paths, as another user: those under a home may be closed to it. */
  needsOpenPaths: boolean;
  /** The user id that owns a worker's folder, `null`: ours. */
  owner(slot: number): number | null;
  wrap(command: IsolatedCommand): {
    file: string;
    args: string[];
    cwd: string;
    env: Record<string, string>;
  };
}

/** Tiers to try, best first; `none` only when it was named. */
export function candidateTiers(choice: 'auto' | TierName, launcher: string): Tier[] {
  const isRoot = process.getuid?.() === 0;
  const bubblewrap = findProgram('bwrap') !== 'bwrap';
  const all: Tier[] = [];
  if (bubblewrap && isRoot) all.push(bubblewrapTier(launcher, 'privileged'));
  if (bubblewrap) all.push(bubblewrapTier(launcher, 'user namespace and Landlock'));
  if (bubblewrap) all.push(bubblewrapTier(launcher, 'user namespace'));
  all.push(restrictedTier(launcher, { landlock: true, uid: isRoot }));
  if (isRoot) all.push(restrictedTier(launcher, { landlock: false, uid: true }));
  if (!isRoot) all.push(restrictedTier(launcher, { landlock: false, uid: false }));
  if (choice === 'auto') return all;
  return choice === 'none' ? [unguardedTier(launcher)] : all.filter((tier) => tier.name === choice);
}

export function noTierError(choice: string, tried: readonly string[]): RlsfError {
  return environmentError(
    `createJudgePool: expected a working isolation tier (${choice}), found none: ${tried.join('; ') || 'bubblewrap is not installed'}. ` +
      `Install bubblewrap (apt-get install bubblewrap), or name the risk with isolation: 'none'.`,
  );
}

/** User ids that no account uses: one per worker, so that workers cannot reach each other. */
const firstUid = 60_000;
const nobody = 65_534;

/** Without a user id of its own, a program is kept from looking into bubblewrap’s own process by Landlock. */
function bubblewrapTier(
  launcher: string,
  kind: 'privileged' | 'user namespace and Landlock' | 'user namespace',
): Tier {
  const drops = kind === 'privileged';
  return {
    name: 'bubblewrap',
    label: 'bubblewrap',
    leakCheck: true,
    needsOpenPaths: false,
    owner: (slot) => (drops ? firstUid + slot : null),
    wrap(command) {
      const { folder, writable, readOnly, slot } = command;
      const args = [
        '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try',
        '--die-with-parent', '--new-session',
        '--cap-drop', 'ALL',
        ...(drops
          ? ['CAP_SETUID', 'CAP_SETGID', 'CAP_DAC_READ_SEARCH'].flatMap((name) => ['--cap-add', name])
          : ['--unshare-user', '--uid', String(nobody), '--gid', String(nobody)]),
        // What bubblewrap makes above a mount is for its owner only.
        '--perms', '0755', '--dir', '/etc',
        '--ro-bind', '/usr', '/usr',
        ...['/bin', '/lib', '/lib64', '/etc/ld.so.cache', '/etc/alternatives'].flatMap((path) => ['--ro-bind-try', path, path]),
        '--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', '/dev',
        ...['/dev/null', '/dev/urandom'].flatMap((path) => ['--dev-bind', path, path]),
        ...readOnly.flatMap((path) => [...openParents(path), '--ro-bind', path, path]),
        '--ro-bind', launcher, '/rlsf-launcher',
        writable ? '--bind' : '--ro-bind', folder, '/judge',
        '--chdir', command.start === undefined ? '/judge' : `/judge/${command.start}`,
        '/rlsf-launcher',
        ...(drops ? ['--uid', String(firstUid + slot)] : []),
        ...(kind.endsWith('Landlock')
          ? ['--landlock', '--ro', '/', '--rw', '/dev/null', ...(writable ? ['--rw', '/judge'] : [])]
          : []),
        ...launcherArguments(command),
      ]; // prettier-ignore
      return { file: 'bwrap', args, cwd: '/', env: environmentOf(command, '/judge') };
    },
  };
}

/** bubblewrap makes the folders above a mount for their owner only; our user must pass them. */
function openParents(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.flatMap((_, i) => [
    '--perms',
    '0755',
    '--dir',
    `/${names.slice(0, i + 1).join('/')}`,
  ]);
}

function restrictedTier(launcher: string, walls: { landlock: boolean; uid: boolean }): Tier {
  const guarded = walls.landlock || walls.uid;
  return {
    name: 'restricted',
    label: guarded
      ? 'restricted'
      : 'restricted (leak checking off: neither Landlock nor a user id of its own)',
    leakCheck: guarded,
    needsOpenPaths: walls.uid,
    owner: (slot) => (walls.uid ? firstUid + slot : null),
    wrap(command) {
      const { folder, writable, readOnly, slot } = command;
      const system = [
        '/usr',
        '/bin',
        '/lib',
        '/lib64',
        '/etc/ld.so.cache',
        '/etc/alternatives',
        '/proc',
        '/dev/null',
        '/dev/urandom',
      ];
      const args = [
        ...(walls.uid ? ['--uid', String(firstUid + slot)] : []),
        ...(walls.landlock ? ['--landlock'] : []),
        ...(guarded ? [] : ['--no-ptrace']),
        ...[...system, ...readOnly].flatMap((path) => ['--ro', path]),
        writable ? '--rw' : '--ro', folder,
        '--rw', '/dev/null',
        ...launcherArguments(command),
      ]; // prettier-ignore
      const cwd = command.start === undefined ? folder : `${folder}/${command.start}`;
      return { file: launcher, args, cwd, env: environmentOf(command, folder) };
    },
  };
}

function unguardedTier(launcher: string): Tier {
  return {
    name: 'none',
    label: 'none',
    leakCheck: true,
    needsOpenPaths: false,
    owner: () => null,
    wrap(command) {
      const args = ['--unfiltered', ...launcherArguments(command)];
      return {
        file: launcher,
        args,
        cwd: command.start === undefined ? command.folder : `${command.folder}/${command.start}`,
        env: environmentOf(command, command.folder),
      };
    },
  };
}

/** A judged program sees the same environment everywhere: its length moves the stack, and so its reports. */
function environmentOf(
  { mode, environment = {} }: IsolatedCommand,
  folder: string,
): Record<string, string> {
  const places: Record<string, string> =
    mode === 'compile' ? { HOME: folder, TMPDIR: folder } : { HOME: '/' };
  return { ...places, ...environment };
}

function launcherArguments(command: IsolatedCommand): string[] {
  const { mode, limits, stdin = [], preload, stopSignal, cpuGraceMs } = command;
  const [program, ...rest] = command.command;
  return [
    '--cpu-ms', String(limits.cpuMs),
    '--wall-ms', String(limits.wallMs),
    '--total-ms', String(limits.totalMs),
    '--memory-mib', String(limits.memoryMiB),
    '--output-bytes', String(limits.outputBytes),
    '--processes', '64',
    ...stdin.flatMap((name) => ['--stdin', name]),
    ...(preload === undefined ? [] : ['--preload', preload]),
    ...(stopSignal === undefined ? [] : ['--stop-signal', String(stopSignal)]),
    ...(cpuGraceMs === undefined ? [] : ['--cpu-grace-ms', String(cpuGraceMs)]),
    mode,
    program.startsWith('/') ? program : `./${program}`,
    ...rest,
  ]; // prettier-ignore
}
