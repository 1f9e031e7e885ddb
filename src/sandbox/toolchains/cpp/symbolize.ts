import { join } from 'node:path';
import { parseFrames } from '../../../diagnostics/index.js';
import type { RawFrame } from '../../../diagnostics/index.js';
import type { Execution } from '../../execution.js';
import { findProgram } from '../../process.js';
import { writeReadable } from '../../workspace.js';
import { askServer, readOutput } from './compile-server.js';
import type { Workbench } from './workbench.js';

export type Resolver = (frame: RawFrame) => RawFrame[];

/**
 * Source places for all addresses of a unit's reports, by one `addr2line` for the whole unit: each
 * resolution inside a dying program would cost it a tenth of a second. The binary comes from a
 * stranger's source, so the tool runs under the same isolation as the compiler.
 */
export async function createResolver(
  bench: Workbench,
  executions: readonly (Execution | null)[],
): Promise<Resolver> {
  const offsets = new Set<string>();
  for (const execution of executions) {
    if (execution === null) continue;
    for (const line of `${execution.stderr}\n${execution.stops}`.split('\n')) {
      const [frame] = parseFrames([line]);
      if (frame !== undefined && isUnit(frame) && frame.offset !== null) offsets.add(frame.offset);
    }
  }
  if (offsets.size === 0) return () => [];
  await writeReadable(join(bench.folder, 'addresses'), [...offsets].join('\n'));
  const command = [findProgram('addr2line'), '-a', '-C', '-f', '-i', '-e', 'unit', '@addresses'];
  const served = await askServer(bench, ['run', ...command]);
  const text =
    served === null
      ? (await bench.build({ command })).stdout.toString('utf8')
      : ((await readOutput(bench.folder, 'output')) ?? '');
  const places = readAddr2line(text);
  return (frame) => {
    if (!isUnit(frame) || frame.offset === null) return [];
    return (places.get(BigInt(frame.offset)) ?? []).map((place) => ({ ...frame, ...place }));
  };
}

function isUnit(frame: RawFrame): boolean {
  return frame.module !== null && /(^|\/)unit$/.test(frame.module);
}

type Place = Pick<RawFrame, 'function' | 'file' | 'line'>;

/** `-a -f -i`: an address line, then pairs of function and `file:line`, innermost first. */
export function readAddr2line(text: string): Map<bigint, Place[]> {
  const places = new Map<bigint, Place[]>();
  const lines = text.split('\n');
  let current: Place[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (/^0x[0-9a-f]+$/.test(lines[i])) {
      current = [];
      places.set(BigInt(lines[i]), current);
    } else if (lines[i] !== '' && i + 1 < lines.length) {
      const place = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(lines[i + 1]);
      const known = place !== null && place[1] !== '??' && place[2] !== '?' && place[2] !== '0';
      current.push({
        function: lines[i] === '??' ? '' : lines[i],
        file: known ? place[1] : null,
        line: known ? Number(place[2]) : null,
      });
      i++;
    }
  }
  return places;
}
