"""Makes the small random Hugging Face folders beside this file, and golden.json with their logits.

    python test/golden/policies/make.py

Needs torch and transformers. Every case names the major version of transformers that writes it, since
4 and 5 lay out config.json and the tokenizer files differently; a run makes the cases of the version
that it finds and leaves the others as they are. The weights are drawn large, so that a wrong bias,
rotation or head mapping moves the logits far beyond the tolerance of the test.

golden.json, per folder: versions, and for two ragged sequences the ids and the logits [tokens,
vocabulary] of the library, float32, eager attention, one sequence at a time. Half-precision weights
are read into float32 first: what is compared is the arithmetic, not the rounding.
"""

import json
import os
import shutil

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

HERE = os.path.dirname(os.path.abspath(__file__))
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789+-*/=()<>[]{}.,;:\"'_Ġ"
MAJOR = int(transformers.__version__.split(".")[0])

SHAPE = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=128,
    bos_token_id=None,
    eos_token_id=len(CHARACTERS),
    pad_token_id=len(CHARACTERS) + 1,
)
# Waves of 6 to 63 positions: with 32 original positions some are kept, some blended, some stretched.
LLAMA3 = dict(
    rope_type="llama3",
    factor=4.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=32,
)


def rope(theta, scaling=None):
    """transformers 5 keeps both in rope_parameters, 4 in two fields."""
    if MAJOR >= 5:
        return dict(rope_parameters=dict(rope_theta=theta, **(scaling or dict(rope_type="default"))))
    return dict(rope_theta=theta, rope_scaling=scaling)


CASES = {
    "qwen2-tied": dict(major=5, kind="qwen2", config=dict(tie_word_embeddings=True, **rope(1e6))),
    "qwen2-untied": dict(major=5, kind="qwen2", config=dict(tie_word_embeddings=False, **rope(1e4))),
    "qwen2-layout-4": dict(major=4, kind="qwen2", config=dict(tie_word_embeddings=True, **rope(1e6))),
    "llama": dict(major=5, kind="llama", config=dict(rms_norm_eps=1e-5, **rope(1e4))),
    "llama-linear": dict(
        major=5, kind="llama", config=rope(100.0, dict(rope_type="linear", factor=2.5))
    ),
    "llama-llama3": dict(major=5, kind="llama", config=dict(head_dim=16, **rope(100.0, LLAMA3))),
    "llama-llama3-layout-4": dict(
        major=4, kind="llama", config=dict(head_dim=16, tie_word_embeddings=True, **rope(100.0, LLAMA3))
    ),
    "llama-bias": dict(major=5, kind="llama", config=dict(attention_bias=True, **rope(1e4))),
    "llama-head-dim": dict(major=5, kind="llama", config=dict(head_dim=12, **rope(1e4))),
    "llama-bf16": dict(major=5, kind="llama", dtype=torch.bfloat16, config=rope(1e4)),
    "llama-f16": dict(major=5, kind="llama", dtype=torch.float16, config=rope(1e4)),
    "qwen2-sharded": dict(
        major=5, kind="qwen2", shard="24KB", config=dict(tie_word_embeddings=False, **rope(1e4))
    ),
}


def make_tokenizer():
    vocabulary = {character: i for i, character in enumerate(CHARACTERS)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>", "<|pad|>"])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", pad_token="<|pad|>"
    )
    fast.chat_template = "{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}"
    return fast


def make_model(case, seed):
    config_class, model_class = {
        "qwen2": (Qwen2Config, Qwen2ForCausalLM),
        "llama": (LlamaConfig, LlamaForCausalLM),
    }[case["kind"]]
    model = model_class(config_class(**SHAPE, **case["config"]))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("norm.weight"):
                parameter.copy_(1 + 0.2 * noise)
            elif name.endswith(".bias"):
                parameter.copy_(0.5 * noise)
            else:
                parameter.copy_(0.25 * noise)
    return model.to(case.get("dtype", torch.float32))


def logits_of(folder, ids):
    model_class = Qwen2ForCausalLM if "qwen2" in os.path.basename(folder) else LlamaForCausalLM
    model = model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].tolist()


def main():
    path = os.path.join(HERE, "golden.json")
    golden = json.load(open(path)) if os.path.exists(path) else {}
    for seed, (name, case) in enumerate(CASES.items()):
        if case["major"] != MAJOR:
            continue
        folder = os.path.join(HERE, name)
        shutil.rmtree(folder, ignore_errors=True)
        make_model(case, seed).save_pretrained(folder, max_shard_size=case.get("shard", "1GB"))
        make_tokenizer().save_pretrained(folder)
        generator = torch.Generator().manual_seed(100 + seed)
        sequences = []
        for length in (40, 7):
            ids = torch.randint(0, SHAPE["vocab_size"], (length,), generator=generator).tolist()
            logits = [[round(value, 5) for value in row] for row in logits_of(folder, ids)]
            sequences.append(dict(ids=ids, logits=logits))
        golden[name] = dict(
            versions=dict(
                transformers=transformers.__version__,
                tokenizers=tokenizers.__version__,
                torch=torch.__version__,
            ),
            sequences=sequences,
        )
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(golden[n])}" for n in sorted(golden)) + "\n}\n")


main()
