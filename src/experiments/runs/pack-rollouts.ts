/** The rollouts of a run as report.html carries them: one packed text for each problem at each step. */
import { existsSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import type { FindingCounts, ReportCell, ReportGrid } from '../../plots/index.js';
import { cellHtml, promptAccuracy } from '../../plots/index.js';
import type { Rollout } from '../../records.js';
import { inspectRollouts, readRollouts } from '../../rollouts/index.js';
import { humanSize } from './human-size.js';
import { portableRecord, type MachineMarks } from './portable.js';

export interface PackOptions {
  /** Rollouts kept of one problem at one step. @default 16 */
  maxRollouts?: number;
  /** Bytes of all packed rollouts together. @default 15e6 */
  maxBytes?: number;
}

export interface PackedRollouts {
  grid: ReportGrid;
  findings: FindingCounts;
}

/**
 * Reads the log once, a step at a time. Where the cells together are larger than `maxBytes`, every second
 * of those kept is left out, and again, so that what stays is spread evenly over the run.
 * @returns `null` where nothing was sampled
 */
export function packRollouts(
  file: string,
  place: string,
  marks: MachineMarks,
  { maxRollouts = 16, maxBytes = 15e6 }: PackOptions = {},
): PackedRollouts | null {
  if (!existsSync(file)) return null;
  const cells: ReportCell[] = [];
  const counter = findingCounter();
  let every = 1;
  let bytes = 0;
  const thin = (): void => {
    while (bytes > maxBytes && every < 2 ** 30) {
      every *= 2;
      for (const [at, cell] of cells.entries()) {
        if (cell.packed === null || at % every === 0) continue;
        bytes -= cell.packed.length;
        cell.packed = null;
      }
      // One cell that is larger than the budget by itself.
      if (every > cells.length && bytes > maxBytes && cells[0]) cells[0].packed = null;
    }
  };
  const add = (rollouts: readonly Rollout[]): void => {
    const [{ problemId, step }] = rollouts;
    const groups = [...new Set(rollouts.map(({ group }) => group))];
    const commands = groups.map((group) => `rlsf inspect ${place}#${step}/${group}`);
    let packed: string | null = null;
    if (cells.length % every === 0) {
      const shown = rollouts.slice(0, maxRollouts);
      const omitted = rollouts.length - shown.length;
      const inspections = inspectRollouts(shown).map((each) =>
        portableRecord(each, marks, ['prompt', 'completion', 'tokens', 'lines', 'heat']),
      );
      const html = cellHtml(inspections, { omitted, commands });
      packed = deflateRawSync(html).toString('base64');
      bytes += packed.length;
    }
    cells.push({ problem: problemId, step, packed, rollouts: rollouts.length, commands });
    thin();
  };
  const accuracy = promptAccuracy(tapped(file, add, counter.count));
  if (cells.length === 0) return null;
  const leftOut = cells.filter(({ packed }) => packed === null).length;
  const example = cells.find(({ packed }) => packed === null)?.commands[0];
  return {
    grid: {
      accuracy,
      cells,
      leftOut:
        leftOut === 0
          ? null
          : `The rollouts of ${leftOut} of ${cells.length} cells are not in this page, which keeps them to ${humanSize(maxBytes)}: see them with ${example}.`,
    },
    findings: counter.result(),
  };
}

/** The rollouts in order; on their way each goes to `count`, and each step's, by problem, to `add`. */
function* tapped(
  file: string,
  add: (rollouts: readonly Rollout[]) => void,
  count: (rollout: Rollout) => void,
): Generator<Rollout> {
  let cells = new Map<string, Rollout[]>();
  let step: number | null = null;
  const flush = (): void => {
    for (const rollouts of cells.values()) add(rollouts);
    cells = new Map();
  };
  for (const rollout of readRollouts(file)) {
    if (rollout.step !== step) flush();
    step = rollout.step;
    const cell = cells.get(rollout.problemId);
    if (cell) cell.push(rollout);
    else cells.set(rollout.problemId, [rollout]);
    count(rollout);
    yield rollout;
  }
  flush();
}

/** Completions with each kind of finding, by step; a kind counts once a completion. */
function findingCounter(): { count(rollout: Rollout): void; result(): FindingCounts } {
  const completions = new Map<number, number>();
  const kinds = new Map<string, Map<number, number>>();
  const increment = (counts: Map<number, number>, step: number): void =>
    void counts.set(step, (counts.get(step) ?? 0) + 1);
  return {
    count({ step, verdict }) {
      if (!verdict) return;
      increment(completions, step);
      const found = verdict.diagnostics.filter(({ severity }) => severity !== 'note');
      for (const kind of new Set(found.map((each) => `${each.tool} ${each.kind}`))) {
        const counts = kinds.get(kind) ?? new Map<number, number>();
        kinds.set(kind, counts);
        increment(counts, step);
      }
    },
    result() {
      const steps = [...completions.keys()].sort((a, b) => a - b);
      return {
        steps,
        completions: steps.map((step) => completions.get(step) ?? 0),
        kinds: [...kinds].map(([kind, counts]) => ({
          kind,
          counts: steps.map((step) => counts.get(step) ?? 0),
        })),
      };
    },
  };
}
