"""
Makes the adapters in this folder with PEFT itself: two small random bases (Qwen2 tied, Llama untied),
adapters of every kind that the library reads, each with the logits that PEFT gives, in golden.json.

    python make_peft_goldens.py

Needs torch, transformers and peft; the versions that were used stand in golden.json. The same
versions give the same files.
"""

import json
import shutil
from pathlib import Path

import peft
import tokenizers
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

HERE = Path(__file__).parent
IDS = [[1, 5, 9, 2, 30, 17, 8, 40], [3, 4, 44]]
SIZES = dict(
    vocab_size=48,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    rms_norm_eps=1e-6,
    bos_token_id=None,
    eos_token_id=0,
    pad_token_id=0,
)

ADAPTERS = {
    "qwen2-r4": ("qwen2", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])),
    "qwen2-norms-regex": (
        "qwen2",
        dict(
            r=2,
            lora_alpha=4,
            target_modules=r".*\.\d+\.(mlp\.up_proj|self_attn\.(?P<kind>o|k)_proj)",
            modules_to_save=["norm"],
        ),
    ),
    "qwen2-tied-head": (
        "qwen2",
        dict(r=3, lora_alpha=3, target_modules=["mlp.down_proj", "lm_head"]),
    ),
    "qwen2-tied-embedding": (
        "qwen2",
        dict(r=2, lora_alpha=2, target_modules=["q_proj"], modules_to_save=["embed_tokens"]),
    ),
    "qwen2-tied-own-head": (
        "qwen2",
        dict(r=2, lora_alpha=2, target_modules=["q_proj"], modules_to_save=["lm_head"]),
    ),
    "llama-rslora-patterns": (
        "llama",
        dict(
            r=4,
            lora_alpha=8,
            lora_dropout=0.1,
            use_rslora=True,
            init_lora_weights="gaussian",
            target_modules="all-linear",
            exclude_modules=["k_proj"],
            rank_pattern={"model.layers.0.self_attn.q_proj": 2, "down_proj": 6},
            alpha_pattern={r"layers\.1\.mlp\..*": 3},
        ),
    ),
    "llama-head": ("llama", dict(r=4, lora_alpha=16, target_modules=["q_proj", "lm_head"])),
    "llama-layer-whole": (
        "llama",
        dict(
            r=2,
            lora_alpha=4,
            target_modules=["gate_proj", "v_proj"],
            layers_to_transform=[1],
            layers_pattern="layers",
            modules_to_save=["embed_tokens", "lm_head", "layers.0.self_attn.q_proj"],
        ),
    ),
}


def base_model(kind: str) -> torch.nn.Module:
    torch.manual_seed(11)
    if kind == "qwen2":
        model = Qwen2ForCausalLM(Qwen2Config(**SIZES, tie_word_embeddings=True))
    else:
        model = LlamaForCausalLM(
            LlamaConfig(**SIZES, tie_word_embeddings=False, attention_bias=False)
        )
    randomise(model.parameters())
    return model.eval()


def randomise(parameters) -> None:
    """Large enough that a wrong scale or module shows in the logits."""
    with torch.no_grad():
        for parameter in parameters:
            mean = 1.0 if parameter.ndim == 1 else 0.0
            parameter.copy_(torch.randn_like(parameter) * 0.2 + mean)


def logits_of(model: torch.nn.Module) -> list:
    with torch.no_grad():
        return [model(torch.tensor([ids])).logits[0].tolist() for ids in IDS]


def save_tokenizer(folder: Path) -> None:
    letters = [chr(ord("!") + i) for i in range(46)]
    vocab = {token: i for i, token in enumerate(["<end>", *letters])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(["<end>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<end>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def clean_folder(name: str) -> Path:
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def main() -> None:
    golden = {
        "made_by": "test/golden/peft/make_peft_goldens.py",
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        "ids": IDS,
        "bases": {},
        "adapters": {},
    }
    for kind in ["qwen2", "llama"]:
        folder = clean_folder(f"base-{kind}")
        model = base_model(kind)
        model.save_pretrained(folder)
        save_tokenizer(folder)
        golden["bases"][kind] = {"logits": rounded(logits_of(model))}
    for name, (kind, options) in ADAPTERS.items():
        folder = clean_folder(name)
        model = get_peft_model(base_model(kind), LoraConfig(task_type="CAUSAL_LM", **options))
        torch.manual_seed(len(name))
        randomise(parameter for parameter in model.parameters() if parameter.requires_grad)
        model.eval().save_pretrained(folder)
        (folder / "README.md").unlink()
        sort_lists(folder / "adapter_config.json")
        loaded = PeftModel.from_pretrained(base_model(kind), folder).eval()
        logits = logits_of(loaded)
        assert logits == logits_of(model), name
        golden["adapters"][name] = {"base": kind, "logits": rounded(logits)}
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n")


def sort_lists(config: Path) -> None:
    """PEFT keeps names in sets, whose order differs from run to run."""
    fields = json.loads(config.read_text())
    for field in ["target_modules", "exclude_modules"]:
        if isinstance(fields[field], list):
            fields[field].sort()
    config.write_text(json.dumps(fields, indent=2) + "\n")


def rounded(logits: list) -> list:
    return [[[round(value, 6) for value in row] for row in rows] for rows in logits]


main()
