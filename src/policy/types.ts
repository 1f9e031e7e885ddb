import type { tf } from '../tensor/index.js';
import type { ChatMessage } from '../records.js';

/** How the rotary frequencies are stretched beyond the trained context; `null` leaves them alone. */
export type RopeScaling =
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3';
      factor: number;
      lowFreqFactor: number;
      highFreqFactor: number;
      originalMaxPositions: number;
    };

/** What of a Hugging Face `config.json` shapes the decoder. */
export interface PolicyConfig {
  modelType: 'qwen2' | 'llama';
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  rmsNormEps: number;
  ropeTheta: number;
  /** @default null */
  ropeScaling?: RopeScaling | null;
  maxPositions: number;
  tieWordEmbeddings: boolean;
  /** Biases on q, k and v (Llama: on o too). Qwen2 always has them. */
  attentionBias: boolean;
  /** @default null */
  bosTokenId?: number | null;
  eosTokenIds: number[];
  padTokenId: number;
}

/** The tokenizer's files as text, kept verbatim so that saving a loaded policy gives them back. */
export interface TokenizerFiles {
  /** `tokenizer.json` */
  tokenizer: string;
  /** `tokenizer_config.json` */
  tokenizerConfig: string;
  /** `special_tokens_map.json`; made from the config where a folder has none. */
  specialTokensMap?: string;
  /** `chat_template.jinja`, where the template does not lie in the config. */
  chatTemplate?: string;
}

export interface PolicyTokenizer {
  /** One more than the largest id. */
  vocabSize: number;
  /** The id of `eos_token`; −1 where the tokenizer names none. */
  eosTokenId: number;
  /**
   * Ids as Hugging Face's tokenizer gives them, a leading BOS included where the tokenizer adds one
   * and the text does not open with it. `addSpecialTokens: false` adds none. @default true
   */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /**
   * The text of the ids, special tokens left out. Broken UTF-8 becomes U+FFFD. The blank that a
   * SentencePiece encoder puts in front of a text goes only where the ids start with BOS.
   */
  decode(ids: readonly number[]): string;
  /** The bytes a token stands for; empty for special and unknown ids. */
  tokenBytes(id: number): Uint8Array;
  /**
   * UTF-8 offset in the text of `ids` (`decode`) where each token starts, and one past the end:
   * `ids.length + 1` numbers. They count what the tokens stand for: where a tokenizer normalises
   * (NFC), that is the normalised text.
   */
  byteOffsets(ids: readonly number[]): number[];
  /**
   * The conversation through the chat template, opened for the assistant's turn; with
   * `addGenerationPrompt: false` it ends with its last message. @default true
   */
  renderChat(messages: ChatMessage[], options?: { addGenerationPrompt?: boolean }): string;
  files: TokenizerFiles;
}

/**
 * How a LoRA adapter is made: PEFT's LoraConfig in camelCase, with its meaning. Modules are named by
 * a list (a whole path, or what it ends in after a dot: `q_proj`, `mlp.up_proj`) or by a regular
 * expression that matches the whole path.
 */
export interface AdapterSettings {
  r: number;
  loraAlpha: number;
  /** The share of an adapter's inputs that training sets to zero. */
  loraDropout: number;
  /** Scale by alpha / √r instead of alpha / r (Kalajdzievski 2023). */
  useRslora: boolean;
  targetModules: string[] | string;
  excludeModules: string[] | string | null;
  /** Only the layers of these numbers; `null` for all. Where targetModules is a list. */
  layersToTransform: number[] | null;
  /** What stands before the number in the path (`layers`); `null` takes the first number. */
  layersPattern: string[] | null;
  /** r and alpha of single modules, by a regular expression for the end of their path; the first that fits counts. */
  rankPattern: Record<string, number>;
  alphaPattern: Record<string, number>;
  /** How A was drawn: `true` is kaiming-uniform, `gaussian` normal(0, 1 / r). */
  initLoraWeights: boolean | string;
  /** Modules that are trained whole beside the pairs: those whose path ends in one of these. */
  modulesToSave: string[];
}

/** One low-rank update: `W + scale · B · A`. */
export interface AdapterPair {
  /** [r, in] */
  a: tf.Variable;
  /** [out, r] */
  b: tf.Variable;
  scale: number;
}

export interface Adapter extends AdapterSettings {
  name: string;
  /** By module path, e.g. `model.layers.0.self_attn.q_proj`. */
  pairs: Map<string, AdapterPair>;
  /**
   * The weights of `modulesToSave`, in place of the policy's own while the adapter is in use; by
   * weight name. A tied policy may have an `lm_head.weight` here that it has not by itself.
   */
  saved: Map<string, tf.Variable>;
}

/** What the folder of a loaded policy holds beyond what the decoder reads; saving gives it back. */
export interface PolicySource {
  /** The Hub id it came by (`Qwen/Qwen2.5-0.5B`) and the commit, else `null`. */
  hub: { name: string; commit: string } | null;
  /** `config.json` as text. */
  config: string;
  /** `generation_config.json` as text, where there is one. */
  generationConfig: string | null;
}

export interface Policy {
  config: PolicyConfig;
  tokenizer: PolicyTokenizer;
  /** `null` for a policy that was made here. */
  source: PolicySource | null;
  /**
   * The first 16 hexadecimal digits of a SHA-256 over the base weights (and the active adapter), computed
   * at each reading: it names the weights as they are now. Read it once per batch.
   */
  readonly revision: string;
  /** Where it was loaded from or last saved to. */
  folder: string | null;
  /** By Hugging Face name, in the layout [out, in]. */
  weights: Map<string, tf.Variable>;
  /** All adapters by name, also those that are off. */
  readonly adapters: Map<string, Adapter>;
  /** The active one: sampling and training use it. `null`: the base. See `setActiveAdapter`. */
  adapter: Adapter | null;
  dispose(): void;
}

export interface TokenSequence {
  promptIds: readonly number[];
  completionIds: readonly number[];
}
