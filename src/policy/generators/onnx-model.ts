import { createRequire } from 'node:module';
import type * as Transformers from '@xenova/transformers';
import { inputError } from '../../errors.js';
import type { OnnxConfig } from './onnx-files.js';

/**
 * Keys and values of R rows, by input name, rows along the first axis; `length` positions each. A
 * model exported without a cache has none.
 */
export interface OnnxPast {
  rows: number;
  length: number;
  tensors: Record<string, OnnxTensor>;
}

export interface OnnxModel {
  /** Takes `past`; without it every call wants the whole text. */
  cached: boolean;
  /**
   * The logits [V] of the last position of each row, and the grown cache. Rows are of one length; with
   * a cache they hold what comes behind it.
   */
  run(
    rows: readonly (readonly number[])[],
    past: OnnxPast | null,
  ): Promise<{ logits: Float32Array[]; past: OnnxPast | null }>;
  /** The cache of the rows `indices` of `past`, in that order; an index may come several times. */
  gather(past: OnnxPast, indices: readonly number[]): OnnxPast;
}

/** A tensor of the ONNX runtime, as far as it is used here. */
interface OnnxTensor {
  type: string;
  data: unknown;
  dims: readonly number[];
}

interface OnnxSession {
  inputNames: readonly string[];
  outputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
}

/** What a model class of transformers.js knows of its family's cache. */
interface CacheLayout {
  addPastKeyValues(feeds: Record<string, unknown>, past: null): void;
  getPastKeyValues(outputs: Record<string, OnnxTensor>): Record<string, OnnxTensor>;
}

/**
 * Opens an exported decoder in the ONNX runtime of @xenova/transformers, on the CPU. That library's
 * model class gives names and shapes of the cache; the session itself is opened and run directly,
 * because the library reads a file without the weights beside it, hides the runtime's reason when
 * that fails, and runs one row at a time.
 */
export async function openOnnxModel(file: string, config: OnnxConfig): Promise<OnnxModel> {
  const library = await import('@xenova/transformers');
  const session = await openSession(file);
  const unknown = session.inputNames.filter(
    (name) => !knownInputs.has(name) && !name.startsWith('past_key_values.'),
  );
  if (unknown.length > 0 || !session.outputNames.includes('logits')) {
    throw inputError(
      `${file}: not a decoder as optimum exports it: inputs ${session.inputNames.join(', ')}; outputs ${session.outputNames.join(', ')}. Expected input_ids, attention_mask and perhaps position_ids, use_cache_branch and past_key_values.*, giving logits. Export with the task text-generation(-with-past).`,
    );
  }
  const cached = session.inputNames.some((name) => name.startsWith('past_key_values.'));
  const layout = cached ? cacheLayout(library, config, file) : null;
  const int64 = (values: bigint[], dims: number[]): Transformers.Tensor =>
    new library.Tensor('int64', BigInt64Array.from(values), dims);

  return {
    cached,
    async run(rows, past) {
      const length = rows[0].length;
      const before = past?.length ?? 0;
      const feeds: Record<string, OnnxTensor> = {
        input_ids: int64(rows.flat().map(BigInt), [rows.length, length]),
      };
      const give = (name: string, make: () => OnnxTensor): void => {
        if (session.inputNames.includes(name)) feeds[name] = make();
      };
      give('attention_mask', () =>
        int64(Array(rows.length * (before + length)).fill(1n), [rows.length, before + length]),
      );
      give('position_ids', () =>
        int64(
          rows.flatMap((row) => row.map((_, i) => BigInt(before + i))),
          [rows.length, length],
        ),
      );
      give('use_cache_branch', () => new library.Tensor('bool', [past !== null], [1]));
      if (past !== null) Object.assign(feeds, past.tensors);
      else layout?.addPastKeyValues(feeds, null);

      const outputs = await runSession(session, feeds, file);
      return {
        logits: lastLogits(outputs.logits, rows.length, length, file),
        past:
          layout === null
            ? null
            : {
                rows: rows.length,
                length: before + length,
                tensors: layout.getPastKeyValues(outputs),
              },
      };
    },
    gather(past, indices) {
      const gathered = Object.entries(past.tensors).map(([name, { data, dims }]) => {
        const { values, steps } = gatherRows(data as Float32Array, past.rows, dims[0], indices);
        return [name, new library.Tensor('float32', values, [steps, ...dims.slice(1)])] as const;
      });
      return { rows: indices.length, length: past.length, tensors: Object.fromEntries(gathered) };
    },
  };
}

/** Some families fold their heads into the first axis: a row is a whole number of steps along it. */
function gatherRows(
  data: Float32Array,
  rows: number,
  steps: number,
  indices: readonly number[],
): { values: Float32Array; steps: number } {
  const size = data.length / rows;
  const values = new Float32Array(indices.length * size);
  indices.forEach((row, i) => values.set(data.subarray(row * size, (row + 1) * size), i * size));
  return { values, steps: (steps / rows) * indices.length };
}

/** Copies, so that the [R, L, V] of a long prompt can go. */
function lastLogits(
  logits: OnnxTensor,
  rows: number,
  length: number,
  file: string,
): Float32Array[] {
  const { data, dims } = logits;
  if (!(data instanceof Float32Array) || dims.length !== 3) {
    throw inputError(
      `${file}: expected float32 logits [rows, positions, vocabulary], got ${logits.type} [${dims.join(', ')}]. Export in float32, or quantised to int8.`,
    );
  }
  const vocabulary = dims[2];
  return Array.from({ length: rows }, (_, row) => {
    const end = (row + 1) * length * vocabulary;
    return data.slice(end - vocabulary, end);
  });
}

type Library = typeof Transformers;

function cacheLayout(library: Library, config: OnnxConfig, file: string): CacheLayout {
  const families: Map<string, unknown[]>[] = library.AutoModelForCausalLM.MODEL_CLASS_MAPPINGS;
  const family = families.flatMap((map) => [map.get(config.modelType) ?? []]).flat()[1];
  if (typeof family !== 'function') {
    throw inputError(
      `${file}: its cache cannot be made: model_type "${config.modelType}" is none of ${families.flatMap((map) => [...map.keys()]).join(', ')}. Export it without a cache (task text-generation).`,
    );
  }
  const ModelClass = family as new (
    config: unknown,
    session: null,
    generation: null,
  ) => CacheLayout;
  return new ModelClass(config.json, null, null);
}

const knownInputs = new Set(['input_ids', 'attention_mask', 'position_ids', 'use_cache_branch']);

interface OnnxRuntime {
  InferenceSession: {
    create(
      file: string,
      options: { executionProviders: string[]; logSeverityLevel: 4 },
    ): Promise<OnnxSession>;
  };
}

async function openSession(file: string): Promise<OnnxSession> {
  // The library's own copy, wherever the package manager put it.
  const fromHere = createRequire(import.meta.url);
  const fromLibrary = createRequire(fromHere.resolve('@xenova/transformers'));
  const { InferenceSession } = fromLibrary('onnxruntime-node') as OnnxRuntime;
  try {
    // The runtime's own lines on standard error say what it throws as well: only fatal ones.
    return await InferenceSession.create(file, {
      executionProviders: ['cpu'],
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw inputError(
      `${file}: the ONNX runtime cannot open it: ${messageOf(cause)}. It is onnxruntime 1.14: IR version up to 8, opset up to 18 (export with opset 14 to 17), and weights kept beside the file must lie where the file says.`,
      { cause },
    );
  }
}

async function runSession(
  session: OnnxSession,
  feeds: Record<string, OnnxTensor>,
  file: string,
): Promise<Record<string, OnnxTensor>> {
  const missing = session.inputNames.filter((name) => !(name in feeds));
  const surplus = Object.keys(feeds).filter((name) => !session.inputNames.includes(name));
  if (missing.length + surplus.length > 0) {
    throw inputError(
      `${file}: config.json does not belong to this model: ${missing.length > 0 ? `the model also wants ${missing.join(', ')}` : `the model has no ${surplus.join(', ')}`}. Export both in one go.`,
    );
  }
  try {
    return await session.run(feeds);
  } catch (cause) {
    const shapes = Object.entries(feeds).map(
      ([name, { type, dims }]) => `${name} ${type} [${dims.join(', ')}]`,
    );
    throw inputError(
      `${file}: the ONNX runtime stopped: ${messageOf(cause)}. It was given ${shapes.slice(0, 6).join(', ')}${shapes.length > 6 ? ', …' : ''}. The cache must be float32 and config.json must be the exported model's own.`,
      { cause },
    );
  }
}

/** Without the place in the runtime's own source. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\/onnxruntime_src\/\S+ .*?\) /g, ' ').replace(/\.?\s*$/, '');
}
