"""
The logits that PEFT gives with an adapter, as JSON: lists of ids come in on standard input.

    python peft_logits.py BASE ADAPTER < ids.json

It ends with an error where PEFT misses a tensor or finds one that it does not know.
"""

import json
import sys
import warnings

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM

warnings.simplefilter("ignore")
base, adapter = sys.argv[1:]
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
model = PeftModel.from_pretrained(model, adapter).eval()
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
with torch.no_grad():
    logits = [model(torch.tensor([ids])).logits[0].tolist() for ids in json.load(sys.stdin)]
json.dump(logits, sys.stdout)
