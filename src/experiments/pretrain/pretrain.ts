import type { Policy, PolicyConfig, PolicyTokenizer } from '../../policy/index.js';
import { createPolicy } from '../../policy/index.js';
import type { Optimizer } from '../../training/index.js';
import { createOptimizer, latestCheckpoint, loadCheckpoint } from '../../training/index.js';
import type { Config } from '../config/index.js';
import { createStageClock } from '../run/clock.js';
import type { StageName } from '../run/events.js';
import { sha256OfText } from '../run/files.js';
import { beginSession, describeHardware, endSession, hardware } from '../run/metadata.js';
import { truncateMetricsAfter } from '../run/metrics-log.js';
import { checkNewRun, createRun } from '../run/run-folder.js';
import type { RunOptions, RunResult } from '../run/active-run.js';
import { leave, noteReplaced, takeUp } from '../run/take-up.js';
import { writeRunPage } from '../runs/html-report.js';
import { describeTrained, modelSize, openBackend } from '../workplace/index.js';
import { prepareData } from './prepare.js';
import { outputFolder, publish } from './publish.js';
import { pretrainUpdates } from './updates.js';

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
    await pretrainUpdates({ config, run, policy, optimizer, batches, from, emit, clock, signal });

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
