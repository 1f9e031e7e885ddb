import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Policy, PolicyConfig, PolicyTokenizer } from '../../policy/index.js';
import {
  createPolicy,
  savePolicy,
  tokenizerFromFiles,
  trainByteLevelBpe,
} from '../../policy/index.js';
import type { CorpusProgram } from '../../tasks/index.js';
import type { Optimizer } from '../../training/index.js';
import {
  createOptimizer,
  latestCheckpoint,
  learningRateAt,
  loadCheckpoint,
  saveCheckpoint,
  sftStep,
} from '../../training/index.js';
import { nextTurn } from '../../tensor/index.js';
import type { StageClock } from '../run/clock.js';
import { createPartTimer, createStageClock, remainingMs } from '../run/clock.js';
import type { Config } from '../config/index.js';
import { recipeFile } from './corpus-share.js';
import type { PolicyRecipe } from './corpus-share.js';
import type { Emit, StageName } from '../run/events.js';
import { sha256OfFile, sha256OfText, writeFileAtomically, writeJson } from '../run/files.js';
import type { RunOptions, RunResult } from '../run/run.js';
import { leave, noteReplaced, takeUp } from '../run/run.js';
import { beginSession, describeHardware, endSession, hardware } from '../run/metadata.js';
import { appendMetrics, readMetrics, truncateMetricsAfter } from '../run/metrics-log.js';
import { modelCard } from './model-card.js';
import type { RunFolder } from '../run/run-folder.js';
import { checkNewRun, createRun } from '../run/run-folder.js';
import { writeRunPage } from '../runs/html-report.js';
import { encodeCorpus, planBatches } from './data.js';
import { corpusOf } from './task-corpus.js';
import { describeTrained, modelSize, openBackend } from '../workplace/index.js';

const stages: readonly StageName[] = ['load', 'corpus', 'tokenizer', 'train', 'report'];

/**
 * Pre-training of a tiny policy: corpus → tokenizer → fresh decoder → supervised updates → a folder
 * in Hugging Face layout with its recipe and model card. The same config, machine and thread count
 * give the same files to the bit, stopped and resumed or not.
 */
export async function trainPretrain(given: Config, options: RunOptions = {}): Promise<RunResult> {
  const { emit = () => undefined, signal = new AbortController().signal } = options;
  const clock = createStageClock(emit, stages);
  clock.begin('load', 'Choosing the tensor backend');
  let run = await takeUp('pretrain', given, options.resume, emit);
  const config = run?.config ?? given;
  const { force } = options;
  if (!run) await checkNewRun(config, { force });
  let policy: Policy | null = null;
  let optimizer: Optimizer | null = null;
  try {
    const backend = await openBackend(config);
    const { corpus, tokenizer, sequences, plan } = await prepareData(config, clock, signal);
    policy = createPolicy(policyConfig(config, tokenizer), tokenizer, config.run.seed);
    optimizer = createOptimizer(policy, optimizerSettings(config));
    run ??= await createRun(config, 'pretrain', plan.length, { force });
    noteReplaced(run, emit);
    const checkpoint = run.resumed ? await latestCheckpoint(run.paths.checkpoints) : null;
    const from = checkpoint ? (await loadCheckpoint(checkpoint, { policy, optimizer })).step : 0;
    if (run.resumed) await truncateMetricsAfter(run.paths.metrics, from);
    await beginSession(
      run.paths.metadata,
      {
        run: run.name,
        kind: 'pretrain',
        config,
        seed: config.run.seed,
        backend,
        isolation: null,
        toolchain: null,
        dataHashes: { corpus: sha256OfText(JSON.stringify(corpus)) },
      },
      from,
    );
    emit({
      type: 'header',
      kind: 'pretrain',
      run: run.name,
      folder: run.folder,
      seed: config.run.seed,
      task: config.task.name,
      device: describeHardware(hardware()),
      backend: { name: backend.name, reason: backend.reason, threads: backend.threads },
      isolation: null,
      toolchain: null,
      model: {
        folder: outputFolder(config, run),
        revision: policy.revision,
        ...modelSize(policy),
        trained: describeTrained(policy),
      },
      resumedAfterStep: run.resumed ? from : null,
      maxSteps: plan.length,
    });

    clock.begin(
      'train',
      `Training: ${plan.length} updates of at most ${config.pretrain.tokens_per_batch} tokens`,
    );
    const batches = plan.map((batch) => batch.map((index) => sequences[index]));
    await trainLoop({ config, run, policy, optimizer, batches, from, emit, clock, signal });

    clock.begin('report', 'Saving the policy');
    const model = await publish(config, run, policy, corpus, sequences.length, plan.length);
    const page = await writeRunPage(run, emit);
    await run.setStatus({ state: 'finished', step: plan.length });
    await endSession(run.paths.metadata, plan.length);
    const { folder, paths } = run;
    const outcome = {
      run: run.name,
      table: [],
      paths: {
        folder,
        ...(page === null ? {} : { reportHtml: page }),
        model,
        metrics: paths.metrics,
        metadata: paths.metadata,
        plots: [],
      },
    };
    emit({ type: 'finished', ...outcome, elapsedMs: clock.elapsedMs() });
    return { status: 'finished', folder, ...outcome };
  } catch (error) {
    if (!run) throw error;
    return await leave(run, error, { signal, emit, begun: policy !== null });
  } finally {
    optimizer?.dispose();
    policy?.dispose();
  }
}

interface PretrainData {
  corpus: CorpusProgram[];
  tokenizer: PolicyTokenizer;
  sequences: ReturnType<typeof encodeCorpus>;
  /** Indices into `sequences`, one list an update. */
  plan: number[][];
}

async function prepareData(
  config: Config,
  clock: StageClock,
  signal: AbortSignal,
): Promise<PretrainData> {
  const { pretrain, task } = config;
  const source = corpusOf(task.name);
  const { one, many } = source.card;
  clock.begin('corpus', `Writing ${pretrain.corpus.n} ${many}, right and wrong`);
  await nextTurn();
  const corpus = source.make(corpusOptions(config));
  signal.throwIfAborted();

  clock.begin('tokenizer', `Training the tokenizer: ${pretrain.tokenizer.vocab_size} entries`);
  await nextTurn();
  const texts = corpus
    .slice(0, pretrain.tokenizer.sample)
    .map((program) => program.prompt + program.completion);
  const files = trainByteLevelBpe(texts, {
    vocabSize: pretrain.tokenizer.vocab_size,
    specialTokens: ['<|endoftext|>'],
    preTokenizer: pretrain.tokenizer.pre_tokenizer,
  });
  const tokenizer = await tokenizerFromFiles(files);
  await nextTurn();
  signal.throwIfAborted();
  const sequences = encodeCorpus(corpus, tokenizer, {
    completionOnly: pretrain.completion_only_loss,
    onProgress: (done, total) => clock.progress(`${many} encoded`, done, total),
  });
  const lengths = sequences.map((sequence) => tokensIn([sequence]));
  const longest = Math.max(...lengths);
  if (longest > pretrain.model.max_position_embeddings) {
    throw inputError(
      `pretrain.model.max_position_embeddings: expected at least the longest ${one} (${longest} tokens), got ${pretrain.model.max_position_embeddings}. Raise it.`,
    );
  }
  const plan = planBatches(lengths, {
    tokensPerBatch: pretrain.tokens_per_batch,
    seed: config.run.seed,
    epochs: pretrain.num_train_epochs,
    maxSteps: pretrain.max_steps,
  });
  signal.throwIfAborted();
  return { corpus, tokenizer, sequences, plan };
}

interface TrainLoop {
  config: Config;
  run: RunFolder;
  policy: Policy;
  optimizer: Optimizer;
  batches: PretrainData['sequences'][];
  /** The last update already made. */
  from: number;
  emit: Emit;
  clock: StageClock;
  signal: AbortSignal;
}

async function trainLoop(loop: TrainLoop): Promise<void> {
  const { config, run, policy, optimizer, batches, from, emit, clock, signal } = loop;
  const { pretrain } = config;
  const maxSteps = batches.length;
  const started = Date.now();
  let timer = createPartTimer();
  let window: Record<string, number>[] = [];
  let tokensRead = 0;
  for (let step = from + 1; step <= maxSteps; step++) {
    timer.enter('update');
    const learningRate = learningRateAt(step, maxSteps, {
      learningRate: pretrain.learning_rate,
      lrSchedulerType: pretrain.lr_scheduler_type,
      warmupRatio: pretrain.warmup_ratio,
    });
    window.push(
      await sftStep(policy, optimizer, batches[step - 1], {
        learningRate,
        gradientCheckpointing: pretrain.gradient_checkpointing,
        signal,
      }),
    );
    tokensRead += tokensIn(batches[step - 1]);
    clock.progress('updates', step, maxSteps);

    timer.enter('save');
    if (step % pretrain.logging_steps === 0 || step === maxSteps) {
      const seconds = timer.totalMs() / 1000;
      const metrics = {
        step,
        ...meanOf(window),
        learning_rate: learningRate,
        num_tokens: window.reduce((sum, metrics) => sum + metrics.num_tokens, 0),
        step_time: seconds / window.length,
        // Prompts too: they are read, if not learned.
        tokens_per_second: tokensRead / seconds,
      };
      await appendMetrics(run.paths.metrics, metrics);
      const elapsedMs = Date.now() - started;
      const etaMs = remainingMs(elapsedMs, step - from, maxSteps - from);
      emit({ type: 'step', step, maxSteps, metrics, elapsedMs, etaMs, shares: timer.shares() });
      window = [];
      tokensRead = 0;
      timer = createPartTimer();
    }
    if (step % pretrain.save_steps === 0 || step === maxSteps) {
      const keep = config.run.save_total_limit;
      const folder = run.paths.checkpoints;
      await saveCheckpoint({ folder, step, policy, optimizer, ...(keep === null ? {} : { keep }) });
      await run.setStatus({ step });
    }
    await nextTurn();
    signal.throwIfAborted();
  }
}

/** Saves the policy with its recipe and its card. @returns the folder */
async function publish(
  config: Config,
  run: RunFolder,
  policy: Policy,
  corpus: readonly CorpusProgram[],
  programs: number,
  steps: number,
): Promise<string> {
  const folder = outputFolder(config, run);
  await savePolicy(policy, folder, { dtype: config.pretrain.dtype });
  const recipe: PolicyRecipe = { task: config.task.name ?? '', corpus: corpusOptions(config) };
  await writeJson(path.join(folder, recipeFile), recipe);
  const metrics = await readMetrics(run.paths.metrics);
  const card = modelCard({
    name: path.basename(folder),
    config,
    source: corpusOf(config.task.name),
    corpus,
    parameters: modelSize(policy).parameters,
    programs,
    steps,
    finalLoss: metrics.at(-1)?.loss ?? NaN,
    sha256: await sha256OfFile(path.join(folder, 'model.safetensors')),
  });
  await writeFileAtomically(path.join(folder, 'README.md'), card);
  return folder;
}

function outputFolder(config: Config, run: RunFolder): string {
  return config.pretrain.output ?? run.paths.model;
}

function corpusOptions({ pretrain }: Config): PolicyRecipe['corpus'] {
  const { n, fault_rate: faultRate, slip_rate: slipRate, seed } = pretrain.corpus;
  return { n, faultRate, slipRate, seed };
}

function policyConfig({ pretrain }: Config, tokenizer: PolicyTokenizer): PolicyConfig {
  const { model } = pretrain;
  return {
    modelType: model.model_type,
    vocabSize: tokenizer.vocabSize,
    hiddenSize: model.hidden_size,
    intermediateSize: model.intermediate_size,
    layers: model.num_hidden_layers,
    heads: model.num_attention_heads,
    kvHeads: model.num_key_value_heads,
    headDim: model.head_dim,
    rmsNormEps: 1e-6,
    ropeTheta: model.rope_theta,
    maxPositions: model.max_position_embeddings,
    tieWordEmbeddings: model.tie_word_embeddings,
    attentionBias: model.model_type === 'qwen2',
    eosTokenIds: [tokenizer.eosTokenId],
    padTokenId: tokenizer.eosTokenId,
  };
}

function optimizerSettings({ pretrain }: Config): Parameters<typeof createOptimizer>[1] {
  return {
    learningRate: pretrain.learning_rate,
    adamBeta1: pretrain.adam_beta1,
    adamBeta2: pretrain.adam_beta2,
    adamEpsilon: pretrain.adam_epsilon,
    weightDecay: pretrain.weight_decay,
    maxGradNorm: pretrain.max_grad_norm,
  };
}

function tokensIn(sequences: PretrainData['sequences']): number {
  return sequences.reduce((sum, { promptIds, completionIds }) => {
    return sum + promptIds.length + completionIds.length;
  }, 0);
}

function meanOf(rows: readonly Record<string, number>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(rows[0] ?? {}).map((name) => [
      name,
      rows.reduce((sum, row) => sum + row[name], 0) / rows.length,
    ]),
  );
}
