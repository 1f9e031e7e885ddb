/** Against TensorBoard's own writer: golden/make_events.py says how the records were made. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  crc32c,
  fileVersionEvent,
  frameRecord,
  hparamsEndEvent,
  hparamsStartEvent,
  scalarsEvent,
  sessionStartEvent,
  textEvent,
} from '../../../src/experiments/trackers/event-file.js';
import { readFields, varintField } from '../../../src/experiments/trackers/protobuf.js';

interface Golden {
  wallTime: number;
  crc32c: { text: string; crc: number }[];
  records: Record<string, string>;
}

const golden = JSON.parse(
  await readFile(path.join(import.meta.dirname, 'golden/events.json'), 'utf8'),
) as Golden;
const { wallTime } = golden;

describe('an event file', () => {
  it.each([
    ['version', fileVersionEvent({ wallTime })],
    ['start', sessionStartEvent({ wallTime, step: 301 })],
    [
      'scalars',
      scalarsEvent(
        { wallTime, step: 300 },
        {
          'train/reward': 0.1,
          'train/loss': NaN,
          'train/kl': Infinity,
          'train/rewards/length/mean': -12.5,
        },
      ),
    ],
    ['large_step', scalarsEvent({ wallTime, step: 2 ** 40 + 3 }, { 'train/reward': 0 })],
    ['text', textEvent({ wallTime }, 'config', '# Größe\n')],
    [
      'hparams_start',
      hparamsStartEvent({ wallTime }, [
        ['grpo.beta', 0],
        ['grpo.loss_type', 'dapo'],
        ['policy.use_peft', true],
        ['run.name', null],
      ]),
    ],
    ['hparams_end', hparamsEndEvent({ wallTime }, true)],
  ])('holds the record «%s» with the bytes of TensorBoard’s own writer', (name, message) => {
    expect(Buffer.from(frameRecord(message)).toString('base64')).toBe(golden.records[name]);
  });

  it('is checked by the CRC that TensorBoard computes', () => {
    for (const { text, crc } of golden.crc32c) expect(crc32c(Buffer.from(text))).toBe(crc);
  });
});

describe('readFields', () => {
  it('gives back the fields of a message, and null for bytes that are none', () => {
    const message = scalarsEvent({ wallTime, step: 300 }, { reward: 1 });
    const fields = readFields(message) ?? [];
    expect(fields.map(({ number }) => number)).toEqual([1, 2, 5]);
    expect(fields[1]?.value).toBe(300);
    expect(readFields(varintField(4, 2 ** 52))).toEqual([{ number: 4, value: 2 ** 52 }]);
    expect(readFields(message.subarray(0, message.length - 1))).toBeNull();
  });
});
