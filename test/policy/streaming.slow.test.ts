import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  samplePolicy,
  streamPolicy,
  type Policy,
  type Sample,
  type SampleEvent,
  type SampleOptions,
  type SampleRequest,
} from '../../src/policy/index.js';
import type { SamplingSettings } from '../../src/records.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { availableBackends } from './backends.js';
import { programs, tinyPolicy, plainSettings } from './fixtures.js';

const settings = plainSettings(8);
const requests: SampleRequest[] = ['int sum(', 'i', programs[2]].map((prompt, seed) => ({
  prompt,
  n: 3,
  seed,
}));

for (const backend of await availableBackends()) {
  describe(`streaming on ${backend}`, () => {
    let policy: Policy;
    beforeAll(async () => {
      await selectBackend(backend);
      policy = await tinyPolicy();
    });
    afterAll(() => policy.dispose());

    const streamed = (
      changes: Partial<SamplingSettings> = {},
      options: SampleOptions = {},
      asked: SampleRequest[] = requests,
    ): Promise<Streamed> =>
      collect(streamPolicy(policy, asked, { ...settings, ...changes }, options));

    it.each<[string, Partial<SamplingSettings>]>([
      ['a plain one', {}],
      ['broken and whole characters', { temperature: 4, maxNewTokens: 20 }],
      ['stop strings of several tokens', { stop: [') {', 'int ', 'al', ';\n'], maxNewTokens: 30 }],
      ['a penalty and stop ids', { repetitionPenalty: 1.3, stopTokenIds: [40, 41, 42, 10, 299] }],
    ])('tells what samplePolicy returns, token by token: %s', async (_, changes) => {
      const { events, samples } = await streamed(changes, { maxRows: 4 });
      expect(samples).toEqual(await samplePolicy(policy, requests, { ...settings, ...changes }));
      const stops = changes.stop ?? changes.stopTokenIds ?? [];
      expect(samples.some(({ finishReason }) => finishReason === 'stop')).toBe(stops.length > 0);
      for (const sample of samples) {
        const own = events.filter(
          (event) => event.request === sample.request && event.sample === sample.sample,
        );
        expect(own.map(({ id }) => id)).toEqual(sample.completionIds);
        expect(own.map(({ logprob }) => logprob)).toEqual(sample.logprobs);
        expect(own.map(({ plainLogprob }) => plainLogprob)).toEqual(sample.plainLogprobs);
        expect(own.map(({ text }) => text).join('')).toBe(sample.completion);
        expect(own.map(({ finishReason }) => finishReason)).toEqual([
          ...own.slice(1).map(() => null),
          sample.finishReason,
        ]);
      }
    });

    it('comes in order of request and sample within a step', async () => {
      const { events } = await streamed();
      expect(events.slice(0, 9).map(({ request, sample }) => [request, sample])).toEqual(
        requests.flatMap((_, request) => [0, 1, 2].map((sample) => [request, sample])),
      );
    });

    it('reports progress as samples end', async () => {
      const told: number[][] = [];
      await streamed({}, { maxRows: 4, onProgress: (...all) => told.push(all) });
      expect(told.at(-1)).toEqual([9, 9]);
      expect(told.map(([done]) => done)).toEqual([...told.map(([done]) => done)].sort());
    });

    it('ends soon after it was aborted, with what every sample has', async () => {
      const controller = new AbortController();
      const before = tf.memory().numTensors;
      const stream = streamPolicy(policy, requests, settings, {
        maxRows: 4,
        signal: controller.signal,
      });
      const { events, samples } = await collect(stream, (seen) => {
        if (seen.length === 6) controller.abort();
      });
      // The step that was drawn already is told whole.
      expect(events).toHaveLength(8);
      expect(samples.map(({ completionIds }) => completionIds.length)).toEqual([
        2, 2, 2, 2, 0, 0, 0, 0, 0,
      ]);
      expect(new Set(samples.map(({ finishReason }) => finishReason))).toEqual(
        new Set(['cancelled']),
      );
      for (const { request, sample, completion } of samples) {
        const own = events.filter((event) => event.request === request && event.sample === sample);
        expect(completion.startsWith(own.map(({ text }) => text).join(''))).toBe(true);
      }
      expect(tf.memory().numTensors).toBe(before);
    });

    it('does nothing once aborted before', async () => {
      const { events, samples } = await streamed({}, { signal: AbortSignal.abort() });
      expect(events).toEqual([]);
      expect(samples.map(({ finishReason }) => finishReason)).toEqual(Array(9).fill('cancelled'));
    });

    // Two thousand tokens at once take plain JavaScript too long.
    it.skipIf(backend === 'cpu')('can be aborted while it reads long prompts', async () => {
      const long = {
        ...policy,
        config: { ...policy.config, maxPositions: 8192 },
      };
      const many = Array.from({ length: 6 }, (_, seed) => ({
        prompt: programs[0].repeat(20),
        n: 1,
        seed,
      }));
      const controller = new AbortController();
      const stream = streamPolicy(long, many, settings, { signal: controller.signal });
      const collected = collect(stream);
      setImmediate(() => controller.abort());
      const { events, samples } = await collected;
      expect(events).toEqual([]);
      expect(samples[0].promptIds.length * 6).toBeGreaterThan(2048);
      expect(samples.map(({ finishReason }) => finishReason)).toEqual(Array(6).fill('cancelled'));
    });

    it('leaves no tensor behind when it is left early', async () => {
      const before = tf.memory().numTensors;
      let seen = 0;
      for await (const event of streamPolicy(policy, requests, settings)) {
        expect(event.finishReason).toBeNull();
        if (++seen === 5) break;
      }
      expect(tf.memory().numTensors).toBe(before);
      // The policy is free for the next one.
      expect((await streamed()).samples).toHaveLength(9);
    });

    it('has nothing to tell without requests, or of requests for none', async () => {
      expect(await streamed({}, {}, [])).toEqual({ events: [], samples: [] });
      const none = requests.map((request) => ({ ...request, n: 0 }));
      expect(await streamed({}, {}, none)).toEqual({ events: [], samples: [] });
    });
  });
}

it('has the types of an async generator that returns the samples', () => {
  expectTypeOf(streamPolicy).returns.toEqualTypeOf<
    AsyncGenerator<SampleEvent, Sample[], undefined>
  >();
});

interface Streamed {
  events: SampleEvent[];
  samples: Sample[];
}

async function collect(
  stream: AsyncGenerator<SampleEvent, Sample[], undefined>,
  watch: (events: SampleEvent[]) => void = () => {},
): Promise<Streamed> {
  const events: SampleEvent[] = [];
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return { events, samples: next.value };
    events.push(next.value);
    watch(events);
  }
}
