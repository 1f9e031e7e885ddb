import { spawnSync } from 'node:child_process';

function ip(...args: string[]): boolean {
  return spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
}

export interface Namespaces {
  /** Of the bridge that all of them reach. */
  host: string;
  names: string[];
  remove(): void;
}

/** Network namespaces with a bridge between them: hosts of their own, as far as the network goes. `null`: not allowed here. */
export function makeNamespaces(count: number): Namespaces | null {
  const tag = `rlsf${process.pid % 10_000}`;
  const net = `10.${200 + (process.pid % 50)}.${process.pid % 250}`;
  const names: string[] = [];
  const remove = (): void => {
    for (const name of names) ip('netns', 'del', name);
    ip('link', 'del', tag);
  };
  const made =
    ip('link', 'add', tag, 'type', 'bridge') &&
    ip('addr', 'add', `${net}.1/24`, 'dev', tag) &&
    ip('link', 'set', tag, 'up') &&
    Array.from({ length: count }, (_, i) => `${tag}-${i}`).every((name, i) => {
      const [outer, inner] = [`${tag}o${i}`, `${tag}i${i}`];
      if (!ip('netns', 'add', name)) return false;
      names.push(name);
      return (
        ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner) &&
        ip('link', 'set', outer, 'master', tag, 'up') &&
        ip('link', 'set', inner, 'netns', name) &&
        ip('-n', name, 'addr', 'add', `${net}.${i + 2}/24`, 'dev', inner) &&
        ip('-n', name, 'link', 'set', inner, 'up') &&
        ip('-n', name, 'link', 'set', 'lo', 'up')
      );
    });
  if (made) return { host: `${net}.1`, names, remove };
  remove();
  return null;
}
