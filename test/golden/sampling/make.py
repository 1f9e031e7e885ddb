"""Golden vectors of sampling: what the transformers library makes of logits. Writes golden.json beside it.

  python test/golden/sampling/make.py

Needs torch and transformers; the versions used lie in the file. The list of processors, and so their
order, is the library's own: `GenerationMixin._get_logits_processor` of a generation config.
Each case: the settings, and per row the ids that are kept with their log-probabilities (log softmax of
the processed scores, in float64).
"""

import json
from pathlib import Path

import torch
import transformers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

FILE = Path(__file__).resolve().parent / "golden.json"
ROWS, VOCABULARY = 6, 48

CASES = [
    {"temperature": 1.0},
    {"temperature": 0.6},
    {"top_k": 7},
    {"top_p": 0.8},
    {"min_p": 0.1},
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.7},
    {"repetition_penalty": 1.8, "temperature": 0.7},
    {"repetition_penalty": 1.2, "top_k": 9},
    {"temperature": 1.7, "top_k": 20, "top_p": 0.85},
    # Two settings whose order shows: min-p before top-p, or top-p before the temperature, keep other ids.
    {"temperature": 1.4, "top_p": 0.7, "min_p": 0.15},
    {"temperature": 0.5, "top_p": 0.9},
    {"repetition_penalty": 1.5, "temperature": 1.3, "top_k": 24, "top_p": 0.9, "min_p": 0.05},
    {"repetition_penalty": 3.0, "temperature": 2.5, "top_k": 30, "top_p": 0.95, "min_p": 0.2},
]


def main() -> None:
    generator = torch.Generator().manual_seed(20)
    # Multiples of 1/1024: the same numbers in float32, float64 and JSON.
    logits = torch.round(torch.randn(ROWS, VOCABULARY, generator=generator) * 2.5 * 1024) / 1024
    # Prompt and completion so far, with repetitions.
    seen = torch.randint(0, VOCABULARY, (ROWS, 14), generator=generator)
    seen[:, 7:10] = seen[:, :3]
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=VOCABULARY, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                    num_attention_heads=1, num_key_value_heads=1)
    )  # fmt: skip
    cases = [{"settings": settings, "rows": rows(model, settings, seen, logits)} for settings in CASES]
    golden = {
        "origin": "make.py beside this file",
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "logits": logits.tolist(),
        "seen": seen.tolist(),
        "cases": cases,
    }
    FILE.write_text(json.dumps(golden) + "\n")


def rows(model: LlamaForCausalLM, settings: dict, seen: torch.Tensor, logits: torch.Tensor) -> list[dict]:
    config = GenerationConfig(do_sample=True, **{"top_k": 0, **settings})
    config.num_beams = 1
    model._prepare_special_tokens(config, device="cpu")
    processors = model._get_logits_processor(generation_config=config, input_ids_seq_length=seen.shape[1])
    scores = processors(seen, logits.clone()).double().log_softmax(-1)
    result = []
    for row in scores:
        kept = torch.isfinite(row).nonzero().flatten()
        result.append({"ids": kept.tolist(), "logprobs": row[kept].tolist()})
    return result


if __name__ == "__main__":
    main()
