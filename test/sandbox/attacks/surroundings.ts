import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tier, World } from './attack.js';

export interface Surroundings {
  world: World;
  /** What attacks have left, reached or changed since the beginning; empty when nothing. Waits for what is just ending. */
  harm(): Promise<string[]>;
  /** Texts that must stand in no verdict. */
  secrets: string[];
  close(): Promise<void>;
}

/** User ids of the judge's workers (isolation.ts). */
const isWorker = (uid: number): boolean => uid >= 60_000 && uid < 60_064;

export async function createSurroundings(tier: Tier): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'rlsf-attack-'));
  chmodSync(folder, 0o777);
  const marker = `marker-${folder.slice(-6)}`;
  const secretFile = join(folder, 'secret.txt');
  writeFileSync(secretFile, `secret of ${marker}`, { mode: 0o600 });
  process.env['RLSF_TEST_SECRET'] = `environment of ${marker}`;
  let met = 0;
  const listen = async (where: number | string): Promise<Server> => {
    const server = createServer((socket) => {
      met++;
      socket.destroy();
    });
    await new Promise<void>((resolve) =>
      typeof where === 'number'
        ? server.listen(where, '127.0.0.1', resolve)
        : server.listen(where, resolve),
    );
    return server;
  };
  const listeners = [await listen(0), await listen(`\0${marker}`)];
  const world: World = {
    tier,
    port: (listeners[0].address() as AddressInfo).port,
    socketName: marker,
    folder,
    secretFile,
    marker,
    home: homedir(),
    repository: process.cwd(),
  };
  const before = processes().map(({ pid }) => pid);
  const limits = readFileSync('/proc/self/limits', 'utf8');

  const harm = (): string[] => [
    ...(met > 0 ? [`${met} connections`] : []),
    ...strays(before).map((one) => `process: ${one}`),
    ...traces(world).map((path) => `file: ${path}`),
    ...sharedObjects().map((row) => `System V object: ${row}`),
    ...(readFileSync('/proc/self/limits', 'utf8') === limits ? [] : ['limits of the judge']),
  ];
  return {
    world,
    async harm() {
      for (let i = 0; i < 50 && harm().length > 0; i++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      return harm();
    },
    secrets: [`secret of ${marker}`, `environment of ${marker}`, 'root:*:', 'root:x:0', 'root:!'],
    async close() {
      await Promise.all(listeners.map((server) => new Promise((resolve) => server.close(resolve))));
      delete process.env['RLSF_TEST_SECRET'];
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Process {
  pid: number;
  parent: number;
  uid: number;
  state: string;
  name: string;
  command: string;
}

export function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const row = (key: string): string =>
        new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
      return [
        {
          pid: Number(name),
          parent: Number(row('PPid')),
          uid: Number(row('Uid')),
          state: row('State'),
          name: row('Name'),
          command: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' '),
        },
      ];
    } catch {
      return []; // ended meanwhile
    }
  });
}

/** Our own descendants, of one name if need be. */
export function descendants(name?: string): Process[] {
  const all = processes();
  const ours = new Set([process.pid]);
  for (let size = 0; size !== ours.size;) {
    size = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  ours.delete(process.pid);
  return all.filter((one) => ours.has(one.pid) && (name === undefined || one.name === name));
}

/**
 * Processes that should not be: below us all but the helpers that a pool keeps, and those of a worker's
 * user above which no judge stands any more. Others may be judging at the same time.
 */
function strays(before: readonly number[]): string[] {
  const all = new Map(processes().map((one) => [one.pid, one]));
  const hasJudge = ({ parent }: Process): boolean => {
    const above = all.get(parent);
    return above !== undefined && (isNode(above) || hasJudge(above));
  };
  const isHelper = ({ command }: Process): boolean =>
    /\bunit\.cpp\b|\brlsf\.Compile\b/.test(command);
  const ours = descendants().filter((one) => !before.includes(one.pid) && !isHelper(one));
  const isOfJudge = (one: Process): boolean =>
    isWorker(one.uid) || ['unit', 'bwrap', 'rlsf-launcher'].includes(one.name) || isHelper(one);
  // A dead one is its new parent's to collect: on some machines process 1 takes its time.
  const orphans = [...all.values()].filter(
    (one) => isOfJudge(one) && one.state !== 'Z' && !hasJudge(one),
  );
  return [...ours, ...orphans].map(({ pid, state, name, command }) =>
    `${pid} ${state} ${name} ${command}`.trim(),
  );
}

function isNode({ pid, name }: Process): boolean {
  if (name.startsWith('node')) return true;
  try {
    return readlinkSync(`/proc/${pid}/exe`).endsWith('/node');
  } catch {
    return false;
  }
}

/** Files by the attacks' mark, and what a compiler or a dying program might leave. */
function traces({ folder, marker, home, repository }: World): string[] {
  const places = [folder, tmpdir(), '/tmp', '/var/tmp', '/dev/shm', home, repository];
  const pools = poolFolders().flatMap((path) => below(path));
  const found = [...new Set(places)].flatMap((place) => {
    if (!existsSync(place)) return [];
    return readdirSync(place).map((name) => join(place, name));
  });
  return [...found, ...pools].filter((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name.includes(marker) || /^core(\.\d+)?$/.test(name)) return true;
    return /^cc\w{6}\.\w+$/.test(name) && isWorker(ownerOf(path)) && !pools.includes(path);
  });
}

/** Of pools of this process. */
export function poolFolders(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(`rlsf-judge-${process.pid}-`))
    .map((name) => join(tmpdir(), name));
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  } catch {
    return []; // removed meanwhile
  }
}

function ownerOf(path: string): number {
  try {
    return statSync(path).uid;
  } catch {
    return -1;
  }
}

function sharedObjects(): string[] {
  return ['shm', 'msg', 'sem'].flatMap((kind) => {
    const [head, ...rows] = readFileSync(`/proc/sysvipc/${kind}`, 'utf8').trim().split('\n');
    const column = head.trim().split(/\s+/).indexOf('uid');
    return rows.filter((row) => isWorker(Number(row.trim().split(/\s+/)[column])));
  });
}
