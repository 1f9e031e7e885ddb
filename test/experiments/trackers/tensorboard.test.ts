import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readFields } from '../../../src/experiments/trackers/protobuf.js';
import { openTensorBoard } from '../../../src/experiments/trackers/tensorboard.js';
import { temporaryFolder, trackedRun, trackerContext } from './context.js';

const python = process.env['RLSF_TEST_PYTHON'];

/** Steps 1 to 3, killed, and again from step 2 on, which now earns more. */
async function resumedRun(): Promise<string> {
  const folder = await temporaryFolder();
  const context = trackerContext(folder);
  const first = await openTensorBoard(context);
  for (const step of [1, 2, 3]) await first.log(step, { step, reward: step / 8, kl: NaN });
  const run = trackedRun(folder, { resumedAfterStep: 1 });
  const second = await openTensorBoard(trackerContext(folder, { run, now: context.now }));
  for (const step of [2, 3]) await second.log(step, { step, reward: step, eval_reward: 0.5 });
  await second.finish('finished');
  return path.join(folder, 'tensorboard');
}

describe('openTensorBoard', () => {
  it('has each step on disk when log returns', async () => {
    const folder = await temporaryFolder();
    const tracker = await openTensorBoard(trackerContext(folder));
    const events = path.join(folder, 'tensorboard');
    const sizes: number[] = [];
    for (const step of [1, 2]) {
      await tracker.log(step, { reward: step });
      const [file] = await readdir(events);
      sizes.push((await readFile(path.join(events, file))).length);
    }
    expect(sizes[1] - sizes[0]).toBe(16 + 9 + 2 + 2 + 2 + 14 + 5);
    await tracker.finish('interrupted');
  });

  it('begins a resumed run’s file with the start at which later points are dropped', async () => {
    const folder = await resumedRun();
    const files = (await readdir(folder)).sort();
    expect(files).toHaveLength(2);
    expect(files.every((name) => name.startsWith('events.out.tfevents.17000000'))).toBe(true);
    const events = records(await readFile(path.join(folder, files[1])));
    // file_version, then session_log at step 2, then summaries.
    expect(events.slice(0, 3).map(({ step, what }) => [step, what])).toEqual([
      [0, 3],
      [2, 7],
      [2, 5],
    ]);
  });

  it('goes where TENSORBOARD_LOGGING_DIR says, a folder for each run', async () => {
    const folder = await temporaryFolder();
    const env = { TENSORBOARD_LOGGING_DIR: path.join(folder, 'boards') };
    const tracker = await openTensorBoard(trackerContext(folder, { env }));
    await tracker.finish('failed');
    expect(await readdir(folder)).toEqual(['boards']);
    expect(await readdir(path.join(folder, 'boards'))).toEqual(['grpo_tiny_K4_steps3']);
  });
});

/** The events of a file: step, and the number of the field that says what it is. */
function records(bytes: Buffer): { step: number; what: number }[] {
  const events: { step: number; what: number }[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const fields = readFields(bytes.subarray(at + 12, at + 12 + length)) ?? [];
    const step = fields.find(({ number }) => number === 2)?.value ?? 0;
    events.push({ step: Number(step), what: fields.at(-1)?.number ?? 0 });
    at += 16 + length;
  }
  return events;
}

// Set RLSF_TEST_PYTHON to the path of an interpreter that has tensorboard.
describe.skipIf(python === undefined)('TensorBoard’s own reader (RLSF_TEST_PYTHON)', () => {
  it('reads scalars, text and hparams, and of a resumed run no point twice', async () => {
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
a = EventAccumulator(sys.argv[1]); a.Reload()
tags = a.Tags()
content = lambda tag: a.SummaryMetadata(tag).plugin_data.content
start = metadata.parse_session_start_info_plugin_data(content('_hparams_/session_start_info'))
end = metadata.parse_session_end_info_plugin_data(content('_hparams_/session_end_info'))
print(json.dumps({
  'scalars': {t: [(e.step, str(e.value)) for e in a.Scalars(t)] for t in tags['scalars']},
  'text': a.Tensors('config')[0].tensor_proto.string_val[0].decode(),
  'plugin': a.SummaryMetadata('config').plugin_data.plugin_name,
  'hparams': {k: v.WhichOneof('kind') for k, v in start.hparams.items()},
  'status': end.status,
}))`;
    const { stdout } = await execa(python ?? '', ['-c', script, await resumedRun()]);
    expect(JSON.parse(stdout)).toEqual({
      scalars: {
        'train/reward': [
          [1, '0.125'],
          [2, '2.0'],
          [3, '3.0'],
        ],
        'train/kl': [[1, 'nan']],
        'eval/reward': [
          [2, '0.5'],
          [3, '0.5'],
        ],
      },
      text: expect.stringContaining('loss_type: dapo') as string,
      plugin: 'text',
      hparams: {
        'grpo.beta': 'number_value',
        'grpo.loss_type': 'string_value',
        'run.seed': 'number_value',
        'run.name': 'null_value',
      },
      status: 1,
    });
  }, 60_000);
});
