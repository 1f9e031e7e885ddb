"""
The logits that PEFT gives with an adapter, or transformers without one.

    python peft_logits.py < {"ids": [[1, 2], ...], "folders": [[BASE, ADAPTER], [MODEL], ...]}

writes JSON: for each of the folders and each of the ids, logits by token. It ends with an error where
PEFT misses a tensor of an adapter or finds one that it does not know.
"""

import json
import sys
import warnings

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM

warnings.simplefilter("ignore")


def with_adapter(model, adapter):
    model = PeftModel.from_pretrained(model, adapter)
    with safe_open(f"{adapter}/adapter_model.safetensors", "pt") as file:
        stored = {name: file.get_tensor(name) for name in file.keys()}
    held = model.state_dict()
    for name, tensor in stored.items():
        module, leaf = name.rsplit(".", 1)
        places = [f"{module}.default.{leaf}", f"{module}.modules_to_save.default.{leaf}"]
        [place] = [each for each in places if each in held]
        assert torch.equal(held.pop(place), tensor), name
    left = [name for name in held if ".default." in name]
    assert not left, left
    return model


def logits_of(model, ids):
    with torch.no_grad():
        return [model(torch.tensor([row])).logits[0].tolist() for row in ids]


request = json.load(sys.stdin)
answers = []
for base, *adapters in request["folders"]:
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    for adapter in adapters:
        model = with_adapter(model, adapter)
    answers.append(logits_of(model.eval(), request["ids"]))
json.dump(answers, sys.stdout)
