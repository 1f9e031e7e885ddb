/** discriminator.json: a discriminator with what it was made of, written whole and read back to the bit. */
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { checkFeatureOptions } from '../../rewards/discriminator/features.js';
import type { Discriminator, FeatureOptions } from '../../rewards/index.js';
import { writeFileAtomically, writeJson } from '../run/files.js';
import { gitRevision } from '../run/metadata.js';
import { discriminatorReportText } from './report.js';
import type { DiscriminatorReport, TrainedDiscriminator } from './train-discriminator.js';

export const discriminatorFile = 'discriminator.json';

/** Of the file this library writes, and the newest it reads. */
const version = 1;
const kind = 'rlsf-discriminator';

interface DiscriminatorRecord extends Pick<
  DiscriminatorReport,
  'task' | 'policies' | 'settings' | 'dataHashes'
> {
  kind: typeof kind;
  version: number;
  features: FeatureOptions;
  bias: number;
  calibration: Discriminator['calibration'];
  /** Of the weights that are not 0: their buckets (uint32) and values (float32), little-endian, in base64. */
  weights: { count: number; buckets: string; values: string };
  /** Area under the ROC curve on the test part. */
  auc: DiscriminatorReport['measures']['auc'];
  /** Of the folder it was made in; `null` outside a repository. */
  gitRevision: string | null;
}

/** An error where a folder has a discriminator already, unless it may be replaced. */
export function checkDiscriminatorFolder(folder: string, force = false): void {
  const file = path.join(folder, discriminatorFile);
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw inputError(`${folder}: expected a folder, or nothing yet, got a file. Name another.`);
  if (!force && existsSync(file))
    throw inputError(
      `${file}: there is a discriminator already. Name another folder, or replace it with --force.`,
    );
}

/**
 * Writes report.md, report.json and discriminator.json to a folder, each whole or not at all,
 * discriminator.json last. Refused where there is one, unless `force`.
 * @returns the file of the discriminator
 */
export async function writeDiscriminator(
  folder: string,
  { model, report }: TrainedDiscriminator,
  { force = false }: { readonly force?: boolean } = {},
): Promise<string> {
  checkDiscriminatorFolder(folder, force);
  const file = path.join(folder, discriminatorFile);
  const { task, policies, settings, dataHashes, measures } = report;
  const record: DiscriminatorRecord = {
    kind,
    version,
    task,
    features: model.features,
    bias: model.bias,
    calibration: model.calibration,
    auc: measures.auc,
    policies,
    settings,
    dataHashes,
    gitRevision: await gitRevision(process.cwd()),
    weights: packed(model.weights),
  };
  await writeFileAtomically(path.join(folder, 'report.md'), discriminatorReportText(report));
  await writeJson(path.join(folder, 'report.json'), report);
  await writeJson(file, record);
  return file;
}

/** A discriminator that `writeDiscriminator` wrote: its file, or the folder that it is in. */
export async function loadDiscriminator(place: string): Promise<Discriminator> {
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const file = isFolder ? path.join(place, discriminatorFile) : place;
  if (!existsSync(file))
    throw inputError(
      `loadDiscriminator: expected ${file}, but there is no such file. Make it: rlsf train discriminator --candidates <folder> --output ${path.dirname(file)}`,
    );
  const text = await readFile(file, 'utf8');
  let record: Partial<DiscriminatorRecord> | null = null;
  let cause: unknown;
  try {
    record = JSON.parse(text) as Partial<DiscriminatorRecord> | null;
  } catch (error) {
    cause = error;
  }
  if (record?.kind !== kind)
    throw inputError(
      `${file}: expected a discriminator (${discriminatorFile} of rlsf train discriminator), got ${record === null ? 'no JSON object' : 'another JSON file'}.`,
      { cause },
    );
  if (record.version !== version)
    throw inputError(
      `${file}: expected a discriminator of version ${version}, got version ${String(record.version)}. Read it with the release that wrote it, or train it again.`,
    );
  const { features, bias, calibration, weights } = record;
  const isWhole =
    features !== undefined &&
    weights !== undefined &&
    [bias, calibration?.a, calibration?.b].every(Number.isFinite);
  if (!isWhole) throw damaged(file, 'parts of it are missing');
  checkFeatureOptions(file, features);
  return {
    features,
    bias: bias as number,
    calibration: calibration as Discriminator['calibration'],
    weights: unpacked(weights, features, file),
  };
}

function packed(weights: Float32Array): DiscriminatorRecord['weights'] {
  const used = Array.from(weights.keys()).filter((bucket) => weights[bucket] !== 0);
  const buckets = Buffer.alloc(used.length * 4);
  const values = Buffer.alloc(used.length * 4);
  used.forEach((bucket, i) => {
    buckets.writeUInt32LE(bucket, i * 4);
    values.writeFloatLE(weights[bucket], i * 4);
  });
  return {
    count: used.length,
    buckets: buckets.toString('base64'),
    values: values.toString('base64'),
  };
}

function unpacked(
  { count, ...texts }: DiscriminatorRecord['weights'],
  { hashBits }: FeatureOptions,
  file: string,
): Float32Array {
  const buckets = Buffer.from(texts.buckets, 'base64');
  const values = Buffer.from(texts.values, 'base64');
  if (buckets.length !== count * 4 || values.length !== count * 4)
    throw damaged(file, `${count} weights are told, ${values.length / 4} are there`);
  const weights = new Float32Array(2 ** hashBits);
  for (let i = 0; i < count; i++) {
    const bucket = buckets.readUInt32LE(i * 4);
    if (bucket >= weights.length) throw damaged(file, `it has a weight in bucket ${bucket}`);
    weights[bucket] = values.readFloatLE(i * 4);
  }
  return weights;
}

function damaged(file: string, how: string): Error {
  return inputError(
    `${file}: expected a whole discriminator, but ${how}. Train it again: rlsf train discriminator --force`,
  );
}
