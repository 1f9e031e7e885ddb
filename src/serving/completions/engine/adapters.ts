import { createHash } from 'node:crypto';
import { deleteAdapter, loadAdapter, type Adapter, type Policy } from '../../../policy/index.js';
import type { tf } from '../../../tensor/index.js';
import type { AdapterFacts, AdapterSource } from './protocol.js';
import { badRequest, modelNotFound } from './problems.js';

/**
 * The adapters that are served, by name. One that is taken away or replaced serves the rows it has to
 * their end; its weights are freed then.
 */
export interface Adapters {
  load(source: AdapterSource, replace: boolean): Promise<AdapterFacts>;
  /** @throws where there is none of that name */
  unload(name: string): void;
  /** What the policy calls it, held until `release`. @throws where there is none of that name */
  hold(name: string): string;
  release(key: string): void;
}

export function createAdapters(
  policy: Policy,
  /** Of the base. */
  revision: string,
  /** The policy forgets this one next. */
  onLeave: (key: string) => void,
): Adapters {
  const keys = new Map<string, string>();
  const held = new Map<string, number>();
  const leaving = new Set<string>();
  let made = 0;

  function leave(key: string): void {
    leaving.add(key);
    if ((held.get(key) ?? 0) > 0) return;
    leaving.delete(key);
    held.delete(key);
    onLeave(key);
    deleteAdapter(policy, key);
  }

  function refuseSecond(name: string, replace: boolean): void {
    if (!keys.has(name) || replace) return;
    throw badRequest(
      `The lora adapter '${name}' has already been loaded. Unload it first, or send "load_inplace": true.`,
      { param: 'lora_name' },
    );
  }

  return {
    async load({ name, folder }, replace) {
      refuseSecond(name, replace);
      const key = `${name}#${made++}`;
      const adapter = await loadAdapter(policy, folder, { name: key, activate: false });
      try {
        refuseSecond(name, replace); // another of this name may have come meanwhile
      } catch (error) {
        leave(key);
        throw error;
      }
      const before = keys.get(name);
      keys.set(name, key);
      if (before !== undefined) leave(before);
      return { name, folder, revision: revisionOf(adapter, revision) };
    },
    unload(name) {
      const key = keys.get(name);
      if (key === undefined) throw modelNotFound(name);
      keys.delete(name);
      leave(key);
    },
    hold(name) {
      const key = keys.get(name);
      if (key === undefined) throw modelNotFound(name);
      held.set(key, (held.get(key) ?? 0) + 1);
      return key;
    },
    release(key) {
      const left = (held.get(key) ?? 1) - 1;
      held.set(key, left);
      if (left === 0 && leaving.has(key)) leave(key);
    },
  };
}

/** Names base and adapter together, without reading the base's weights once more. */
function revisionOf(adapter: Adapter, base: string): string {
  const hash = createHash('sha256').update(base);
  const add = (name: string, variable: tf.Variable): void => {
    const values = variable.dataSync();
    hash.update(`${name}[${variable.shape.join(',')}]`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  };
  for (const [module, { a, b, scale }] of adapter.pairs) {
    hash.update(`${scale}`);
    add(`${module}.A`, a);
    add(`${module}.B`, b);
  }
  for (const [name, variable] of adapter.saved) add(name, variable);
  return hash.digest('hex').slice(0, 16);
}
