import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { SamplingSettings } from '../../records.js';
import { nextTurn, sampleRow } from '../../tensor/index.js';
import type { TextGenerator } from './generator.js';
import {
  addToken,
  endTokens,
  makeRows,
  nextUniform,
  toSample,
  type Row,
} from '../sampling/rows.js';
import { loadTokenizer } from '../tokenizer/tokenizer.js';
import { findOnnxFile, hashOnnx, readOnnxConfig } from './onnx-files.js';
import { openOnnxModel, type OnnxModel } from './onnx-model.js';

export interface OnnxOptions {
  /** The model file, relative to the folder. @default found by name, full precision before quantised */
  file?: string;
  /** Samples of one prompt that run at once. @default 16 */
  maxRows?: number;
}

/**
 * An exported ONNX decoder as a frozen generator: a local folder as transformers.js and optimum lay it
 * out (`config.json`, `tokenizer.json`, `onnx/decoder_model_merged.onnx`, `onnx/model.onnx`, also
 * `_quantized`). Nothing is fetched.
 *
 * The session gives logits, everything else is the native sampler's: settings, seeds, text, offsets
 * and both kinds of log-probabilities mean the same, and where the weights are the same the samples
 * are, but for logits that differ in their last bits. A prompt is read once for its group. Rows run
 * together change those last bits; `maxRows: 1` makes a sample independent of its group.
 */
export async function loadOnnxGenerator(
  folder: string,
  options: OnnxOptions = {},
): Promise<TextGenerator> {
  const { maxRows = 16 } = options;
  if (!existsSync(folder)) {
    throw inputError(
      `ONNX: no folder ${folder}. Give the folder of an exported model (config.json, tokenizer.json, onnx/…).`,
    );
  }
  if (!Number.isInteger(maxRows) || maxRows < 1) {
    throw inputError(`ONNX: expected maxRows to be a positive whole number, got ${maxRows}.`);
  }
  const config = await readOnnxConfig(folder);
  const file = await findOnnxFile(folder, options.file);
  const tokenizer = await loadTokenizer(folder);
  const revision = await hashOnnx(file);
  let model: OnnxModel | null = await openOnnxModel(file, config);

  return {
    kind: 'onnx',
    name: path.resolve(folder),
    revision,
    canTrain: false,
    async generate(requests, settings, { signal, onProgress, onGeneration } = {}) {
      if (model === null) throw inputError(`ONNX: the generator of ${folder} is closed.`);
      const texts = requests.map((request) => ({
        ...request,
        prompt:
          typeof request.prompt === 'string'
            ? request.prompt
            : tokenizer.renderChat(request.prompt),
      }));
      const rows = makeRows({ config, tokenizer }, texts, settings);
      const ends = endTokens({ config, tokenizer }, settings);
      let done = 0;
      for (const group of groups(rows)) {
        if (signal?.aborted === true) break;
        await runGroup(model, group, { settings, ends, maxRows, signal }, (row) => {
          done++;
          onGeneration?.(toSample(row));
          onProgress?.(done, rows.length);
        });
      }
      return rows.map(toSample);
    },
    close() {
      model = null; // the runtime frees a session when nothing refers to it any more
      return Promise.resolve();
    },
  };
}

function groups(rows: readonly Row[]): Row[][] {
  const byRequest = new Map<number, Row[]>();
  for (const row of rows) {
    const group = byRequest.get(row.request);
    if (group === undefined) byRequest.set(row.request, [row]);
    else group.push(row);
  }
  return [...byRequest.values()];
}

interface Run {
  settings: SamplingSettings;
  ends: ReadonlySet<number>;
  maxRows: number;
  signal: AbortSignal | undefined;
}

/** All samples of one prompt. They stay of one length, so that a step needs no padding. */
async function runGroup(
  model: OnnxModel,
  group: readonly Row[],
  run: Run,
  finished: (row: Row) => void,
): Promise<void> {
  const prompt = await model.run([group[0].promptIds], null);
  for (let start = 0; start < group.length; start += run.maxRows) {
    let running = group.slice(start, start + run.maxRows);
    let logits = running.map(() => prompt.logits[0]);
    let past = prompt.past && model.gather(prompt.past, Array(running.length).fill(0));
    for (;;) {
      running.forEach((row, i) => draw(row, logits[i], run));
      for (const row of running) if (row.finishReason !== null) finished(row);
      const going = [...running.keys()].filter((i) => running[i].finishReason === null);
      if (past !== null && going.length > 0 && going.length < running.length)
        past = model.gather(past, going);
      running = going.map((i) => running[i]);
      await nextTurn();
      if (run.signal?.aborted === true) return;
      if (running.length === 0) break;
      const inputs = running.map((row) =>
        past === null ? [...row.promptIds, ...row.ids] : row.ids.slice(-1),
      );
      ({ logits, past } = await model.run(inputs, past));
    }
  }
}

/** One token for a row, as the native sampler draws it. */
function draw(row: Row, logits: Float32Array, { settings, ends }: Run): void {
  const seen = Int32Array.from(row.seen);
  addToken(row, sampleRow(logits, nextUniform(row), settings, seen), ends);
}
