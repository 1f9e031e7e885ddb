"""Trains with TRL as config.yaml beside it says. Written by `rlsf export --to trl`.

Needs trl, peft, datasets, pyyaml, and requests where a reward server is asked (GRPO).
RLSF_URL: its address; RLSF_KEY: its API key, where it has one.
"""

import importlib
import os
from pathlib import Path

import yaml
from datasets import load_dataset
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM

HERE = Path(__file__).resolve().parent
CONFIG = yaml.safe_load((HERE / "config.yaml").read_text())
URL = os.environ.get("RLSF_URL", "http://127.0.0.1:8300")


def judge(items, **options):
    import requests

    key = os.environ.get("RLSF_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = {"items": items, "verdicts": False, **options}
    reply = requests.post(f"{URL}/v1/rewards", json=body, headers=headers, timeout=600)
    if not reply.ok:
        raise RuntimeError(f"reward server: {reply.status_code} {reply.text}")
    return reply.json()["items"]


def items_of(completions, completion_ids, problem_id, group_size):
    texts = [c if isinstance(c, str) else c[-1]["content"] for c in completions]
    return [
        {"problem": {"id": problem}, "completion": text, "completionIds": ids, "group": i // group_size}
        for i, (problem, text, ids) in enumerate(zip(problem_id, texts, completion_ids))
    ]


def symbolic_reward(prompts, completions, completion_ids, problem_id, **columns):
    # None: could not be scored; TRL leaves it out.
    items = items_of(completions, completion_ids, problem_id, CONFIG["args"]["num_generations"])
    return [item["reward"] for item in judge(items)]


def with_token_advantages(base, scheme):
    """A GRPOTrainer whose advantages are the reward server's, one a token, under the run's token scheme."""
    import torch

    class TokenAdvantageTrainer(base):
        def __init__(self, **kwargs):
            self.advantages = []

            def symbolic_reward(prompts, completions, completion_ids, problem_id, **columns):
                size = CONFIG["args"]["num_generations"]
                if len(completions) % size:
                    raise RuntimeError(f"whole groups of {size} a process are expected, got {len(completions)}")
                items = items_of(completions, completion_ids, problem_id, size)
                scored = judge(items, tokenScheme=scheme, advantages=True)
                self.advantages = [item.get("advantages", {}).get("tokens", []) for item in scored]
                return [item["reward"] for item in scored]

            super().__init__(reward_funcs=symbolic_reward, **kwargs)

        def _generate_and_score_completions(self, inputs):
            output = super()._generate_and_score_completions(inputs)
            mask = output["completion_mask"]
            matrix = torch.zeros(mask.shape, device=mask.device)
            for row, tokens in enumerate(self.advantages):
                matrix[row, : len(tokens)] = torch.tensor(tokens[: mask.shape[1]], device=mask.device)
            output["advantages"] = matrix
            return output

    return TokenAdvantageTrainer


def start():
    """The model to train, and what is to be trained of it."""
    peft = LoraConfig(**CONFIG["peft"]) if CONFIG["peft"] else None
    if (HERE / "model").exists():
        return str(HERE / "model"), peft
    name = CONFIG["model_name_or_path"]
    if (HERE / "adapter").exists():
        model = AutoModelForCausalLM.from_pretrained(name)
        return PeftModel.from_pretrained(model, HERE / "adapter", is_trainable=True), None
    return name, peft


def main():
    module = importlib.import_module(CONFIG["module"])
    trainer_class = getattr(module, f"{CONFIG['method'].upper()}Trainer")
    args = getattr(module, f"{CONFIG['method'].upper()}Config")(output_dir="out", **CONFIG["args"])
    data = load_dataset("parquet", data_files=str(HERE / "train.parquet"), split="train")
    model, peft = start()
    options = {"model": model, "args": args, "train_dataset": data, "peft_config": peft}
    if CONFIG["method"] == "grpo":
        scheme = CONFIG["token_scheme"]
        if scheme["name"] == "scalar":
            options["reward_funcs"] = symbolic_reward
        else:
            trainer_class = with_token_advantages(trainer_class, scheme)
    if CONFIG["method"] != "grpo" and not isinstance(model, str):
        from transformers import AutoTokenizer

        options["processing_class"] = AutoTokenizer.from_pretrained(CONFIG["model_name_or_path"])
    trainer = trainer_class(**options)
    trainer.train()
    trainer.save_model("out/final")


if __name__ == "__main__":
    main()
