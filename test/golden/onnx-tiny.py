"""Makes test/fixtures/onnx-tiny: one small random Qwen2 as safetensors and as ONNX, so that a test can
hold the ONNX generator against the native policy.

  python test/golden/onnx-tiny.py

Needs torch, onnx, transformers, tokenizers; the versions used lie in the folder's origin.json.
Layouts written (names as optimum and transformers.js use them):
  onnx/decoder_model_merged.onnx  input_ids, attention_mask, position_ids, past_key_values.*, use_cache_branch
                                  -> logits, present.*
                                  (optimum's merged files branch on the last input; here both ways are one graph)
  onnx/model.onnx                 input_ids, attention_mask -> logits (no cache)
Opset 14 and IR version 8: onnxruntime 1.14, which @xenova/transformers 2.17.2 brings, reads no newer IR.
"""

import json
import platform
import shutil
from pathlib import Path

import onnx
import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "onnx-tiny"
TEXTS = [
    "int sum(const std::vector<int>& values) {\n  int total = 0;\n  for (int value : values) total += value;\n  return total;\n}\n",
    "int largest(int* values, int n) {\n  int best = values[0];\n  for (int i = 1; i < n; ++i) {\n    if (values[i] > best) best = values[i];\n  }\n  return best;\n}\n",
    "system user assistant You are a helpful assistant. Add two numbers.\n",
]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "onnx").mkdir(parents=True)
    end = write_tokenizer()
    model = make_model(end)
    model.save_pretrained(FOLDER)
    export(model)
    write_json("origin.json", {
        "made_by": "test/golden/onnx-tiny.py",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__,
        "onnx": onnx.__version__,
    })


def write_tokenizer() -> int:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.save(str(FOLDER / "tokenizer.json"))
    write_json("tokenizer_config.json", {
        "bos_token": None,
        "chat_template": CHAT_TEMPLATE,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    })
    return tokenizer.token_to_id("<|im_end|>")


def make_model(end: int) -> torch.nn.Module:
    torch.manual_seed(4)
    config = transformers.Qwen2Config(
        vocab_size=300, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=96,
        tie_word_embeddings=True, bos_token_id=None, eos_token_id=end, pad_token_id=0,
        attn_implementation="eager",
    )
    model = transformers.Qwen2ForCausalLM(config).eval().float()
    with torch.no_grad():
        # Drawn large, so that greedy text is not one token for ever.
        for name, weight in model.named_parameters():
            if weight.dim() == 2:
                weight.mul_(10)
            elif name.endswith("bias"):
                weight.normal_(0, 0.2)
    return model


class Decoder(torch.nn.Module):
    """The model's own layers and weights; mask and cache written out, as plain operations to trace."""

    def __init__(self, model: torch.nn.Module, cached: bool):
        super().__init__()
        self.model, self.cached = model, cached

    def forward(self, input_ids, attention_mask, position_ids=None, *past):
        model, config = self.model.model, self.model.config
        if position_ids is None:
            position_ids = attention_mask.cumsum(-1) - 1
        hidden = model.embed_tokens(input_ids)
        cos, sin = rotary(config, position_ids)
        total = attention_mask.shape[1]
        keys = torch.arange(total)[None, None, None, :]
        seen = (keys <= position_ids[:, None, :, None]) & (attention_mask[:, None, None, :] > 0)
        present = []
        for index, layer in enumerate(model.layers):
            cache = past[2 * index : 2 * index + 2] if self.cached else None
            attended, new = attention(layer.self_attn, config, layer.input_layernorm(hidden), cos, sin, seen, cache)
            present += new
            hidden = hidden + attended
            hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
        logits = self.model.lm_head(model.norm(hidden))
        return (logits, *present) if self.cached else logits


def rotary(config, position_ids):
    width = config.hidden_size // config.num_attention_heads
    theta = config.rope_parameters["rope_theta"]
    frequencies = 1.0 / theta ** (torch.arange(0, width, 2).float() / width)
    angles = position_ids[:, :, None].float() * frequencies
    angles = torch.cat([angles, angles], -1)[:, None]
    return angles.cos(), angles.sin()


def attention(layer, config, hidden, cos, sin, seen, cache):
    rows, length, _ = hidden.shape
    width = config.hidden_size // config.num_attention_heads
    split = lambda projected, heads: projected.view(rows, length, heads, width).transpose(1, 2)
    heads, kv_heads = config.num_attention_heads, config.num_key_value_heads
    query = rotate(split(layer.q_proj(hidden), heads), cos, sin)
    key = rotate(split(layer.k_proj(hidden), kv_heads), cos, sin)
    value = split(layer.v_proj(hidden), kv_heads)
    if cache is not None:
        key, value = torch.cat([cache[0], key], 2), torch.cat([cache[1], value], 2)
    grown = [key, value]
    key, value = (part.repeat_interleave(heads // kv_heads, 1) for part in grown)
    scores = query @ key.transpose(2, 3) / width**0.5
    scores = scores.masked_fill(~seen, torch.finfo(torch.float32).min)
    mixed = scores.softmax(-1) @ value
    return layer.o_proj(mixed.transpose(1, 2).reshape(rows, length, heads * width)), grown


def rotate(states, cos, sin):
    half = states.shape[-1] // 2
    turned = torch.cat([-states[..., half:], states[..., :half]], -1)
    return states * cos + turned * sin


def export(model: torch.nn.Module) -> None:
    config = model.config
    kv_heads, width = config.num_key_value_heads, config.hidden_size // config.num_attention_heads
    rows, past_length, length = 2, 3, 4
    ids = torch.randint(3, config.vocab_size, (rows, length))
    names = [f"{layer}.{part}" for layer in range(config.num_hidden_layers) for part in ("key", "value")]
    past = [torch.randn(rows, kv_heads, past_length, width) for _ in names]
    mask = torch.ones(rows, past_length + length, dtype=torch.int64)
    positions = torch.arange(past_length, past_length + length).expand(rows, length).contiguous()
    axes = {
        "input_ids": {0: "batch_size", 1: "sequence_length"},
        "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
        "position_ids": {0: "batch_size", 1: "sequence_length"},
        "logits": {0: "batch_size", 1: "sequence_length"},
    }
    for name in names:
        axes[f"past_key_values.{name}"] = {0: "batch_size", 2: "past_sequence_length"}
        axes[f"present.{name}"] = {0: "batch_size", 2: "total_sequence_length"}
    check(model, Decoder(model, cached=False))
    write_onnx(
        Decoder(model, cached=True), (ids, mask, positions, *past), "decoder_model_merged.onnx",
        ["input_ids", "attention_mask", "position_ids", *(f"past_key_values.{name}" for name in names)],
        ["logits", *(f"present.{name}" for name in names)], axes,
    )
    write_onnx(
        Decoder(model, cached=False), (ids, torch.ones_like(ids)), "model.onnx",
        ["input_ids", "attention_mask"], ["logits"],
        {name: axis for name, axis in axes.items() if name in ("input_ids", "attention_mask", "logits")},
    )


def check(model: torch.nn.Module, decoder: Decoder) -> None:
    ids = torch.randint(3, model.config.vocab_size, (2, 9))
    with torch.no_grad():
        difference = (model(ids).logits - decoder(ids, torch.ones_like(ids))).abs().max().item()
    print(f"written-out decoder against transformers: {difference:.1e}")
    assert difference < 1e-4


def write_onnx(module, arguments, name, inputs, outputs, axes) -> None:
    file = FOLDER / "onnx" / name
    torch.onnx.export(
        module, arguments, str(file), input_names=inputs, output_names=outputs, dynamic_axes=axes,
        opset_version=14, dynamo=False,
    )
    graph = onnx.load(file)
    graph.ir_version = 8
    if module.cached:
        graph.graph.input.append(onnx.helper.make_tensor_value_info("use_cache_branch", onnx.TensorProto.BOOL, [1]))
    onnx.checker.check_model(graph)
    onnx.save(graph, file)


def write_json(name: str, value: dict) -> None:
    (FOLDER / name).write_text(json.dumps(value, indent=2) + "\n")


main()
