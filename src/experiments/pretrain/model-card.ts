import type { CorpusProgram, TaskCorpus } from '../../tasks/index.js';
import type { Config } from '../config/index.js';

export interface ModelCardInput {
  name: string;
  config: Config;
  /** Where the corpus is from. */
  source: TaskCorpus;
  corpus: readonly CorpusProgram[];
  parameters: number;
  programs: number;
  steps: number;
  /** Nats a token, mean over the last logged updates. */
  finalLoss: number;
  /** Of model.safetensors. */
  sha256: string;
}

/** README.md of a pre-trained policy: its recipe and the figures of its corpus. No dates: the same recipe gives the same card. */
export function modelCard(input: ModelCardInput): string {
  const { name, config, source, corpus, parameters, programs, steps, finalLoss, sha256 } = input;
  const { pretrain } = config;
  const { model } = pretrain;
  const { card } = source;
  const clean = corpus.filter((program) => program.faults.length === 0).length;
  const forms = source.forms(corpus);
  const held = source.heldOutForms();
  const overlap = [...forms].filter((form) => held.has(form)).length;
  const families = countBy(corpus.map((program) => program.family));
  const faults = countBy(corpus.flatMap((program) => program.faults));
  return `---
license: apache-2.0
library_name: rlsf
tags: [${card.tags.join(', ')}]
---

# ${name}

A tiny decoder (${model.model_type} layout, ${parameters.toLocaleString('en')} parameters) that ${card.does}: a start for reinforcement learning from ${card.feedback}, of no other use.
Trained from nothing by this project's own code on ${card.many} it made itself; no third-party data.

## Recipe

\`rlsf train pretrain --config configs/pretrain-${config.task.name}.yaml\`; the same machine and thread count give the
same file: SHA-256 of \`model.safetensors\` \`${sha256}\`.

| | |
| --- | --- |
| shape | ${model.num_hidden_layers} layers, hidden ${model.hidden_size}, ${model.num_attention_heads} heads (${model.num_key_value_heads} for keys and values) of ${model.head_dim}, intermediate ${model.intermediate_size}, ${model.tie_word_embeddings ? 'tied' : 'untied'} embeddings |
| tokenizer | byte-level BPE trained on ${pretrain.tokenizer.sample} of the ${card.many}, at most ${pretrain.tokenizer.vocab_size} entries |
| training | ${steps} AdamW updates of at most ${pretrain.tokens_per_batch} tokens, peak learning rate ${pretrain.learning_rate} (${pretrain.lr_scheduler_type}), decay ${pretrain.weight_decay}, seed ${config.run.seed} |
| final loss | ${finalLoss.toFixed(4)} nats a token |
| saved as | ${pretrain.dtype} |

## Corpus

${programs} ${card.many} of ${families.length} families from seed ${pretrain.corpus.seed}; every ${card.place} with chance ${pretrain.corpus.fault_rate}, each by itself, and a ${card.one} has ${card.slip} with chance ${pretrain.corpus.slip_rate}. ${share(clean, corpus.length)} have no fault. ${forms.size} forms remain once ${card.renamed}; ${overlap} of them occur among the forms of the held-out problems.${card.note ? ` ${card.note}` : ''}

| fault | ${card.many} |
| --- | ---: |
${faults.map(([fault, count]) => `| ${fault} | ${count} |`).join('\n')}
`;
}

/** Most frequent first, then by name. */
function countBy(names: readonly string[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function share(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
