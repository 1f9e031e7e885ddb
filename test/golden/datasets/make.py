"""Makes golden.json: prompts split off, sequences packed and rows tokenised by running TRL.

    python test/golden/datasets/make.py QWEN_TOKENIZER_FOLDER

writes golden.json beside it. The folder holds tokenizer.json and tokenizer_config.json of Qwen2.5
(its instruct models' chat template). Preference rows are tokenised and cut as `DPOTrainer` and its
collator do it, conversations with `assistant_only_loss` as `SFTTrainer` does it.
"""

import json
import random
import sys
from pathlib import Path

import datasets
import transformers
import trl
from transformers import AutoTokenizer
from trl.chat_template_utils import get_training_chat_template
from trl.data_utils import _tokenize, extract_prompt, pack_dataset

user = lambda content: {"role": "user", "content": content}
system = lambda content: {"role": "system", "content": content}
assistant = lambda content: {"role": "assistant", "content": content}

IMPLICIT = [
    {"chosen": "The sky is blue.", "rejected": "The sky is green."},
    {"chosen": "The sky is", "rejected": "The sky is green."},
    {"chosen": "ab c", "rejected": "ab d"},
    {
        "chosen": [user("What color?"), assistant("Blue.")],
        "rejected": [user("What color?"), assistant("Green.")],
    },
    {
        "chosen": [system("Be short."), user("Hi"), assistant("Yo"), user("2+2"), assistant("4")],
        "rejected": [system("Be short."), user("Hi"), assistant("Yo"), user("2+2"), assistant("5")],
    },
]

PREFERENCES = [
    {
        "prompt": [user("What color is the sky?")],
        "chosen": [assistant("It is blue.")],
        "rejected": [assistant("It is green, I think.")],
    },
    {
        "prompt": [system("You write C++."), user("Sum of a[0..n)?")],
        "chosen": [assistant("long long s = 0;\nfor (int i = 0; i < n; i++) s += a[i];\nreturn s;\n")],
        "rejected": [assistant("int s = 0;\nfor (int i = 0; i <= n; i++) s += a[i];\nreturn s;\n")],
    },
    {"prompt": "int twice(int x) {\n", "chosen": "    return 2 * x;\n}\n", "rejected": "    return x\n}\n"},
]

CONVERSATIONS = [
    [user("Hi"), assistant("Hello!"), user("2 + 2?"), assistant("4. Naïve, but right.")],
    [system("Be short."), user("Colour of the sky?"), assistant("Blue.")],
]


def packed(strategy, lengths, seq_length):
    rows, at = [], 0
    for length in lengths:
        rows.append(list(range(at, at + length)))
        at += length
    result = pack_dataset(datasets.Dataset.from_dict({"input_ids": rows}), seq_length, strategy)
    return {
        "lengths": lengths,
        "seqLength": seq_length,
        "packed": [list(row) for row in result["input_ids"]],
    }


def preference(tokenizer, row):
    if isinstance(row["prompt"], str):
        eos = tokenizer.eos_token
        prompt, chosen, rejected = row["prompt"], row["chosen"] + eos, row["rejected"] + eos
        prompt_ids = _tokenize(tokenizer, prompt)["input_ids"]
    else:
        prompt, chosen, rejected = row["prompt"], row["chosen"], row["rejected"]
        prompt_ids = _tokenize(tokenizer, prompt, add_generation_prompt=True)["input_ids"]
    sides = [_tokenize(tokenizer, prompt + side)["input_ids"] for side in (chosen, rejected)]
    assert all(ids[: len(prompt_ids)] == prompt_ids for ids in sides)
    cut = len(prompt_ids) + 5
    return {
        "row": row,
        "promptIds": prompt_ids,
        "chosenIds": sides[0][len(prompt_ids) :],
        "rejectedIds": sides[1][len(prompt_ids) :],
        "maxLength": cut,
        "chosenCut": sides[0][:cut][len(prompt_ids) :],
        "rejectedCut": sides[1][:cut][len(prompt_ids) :],
    }


def conversation(tokenizer, messages):
    result = tokenizer.apply_chat_template(
        messages,
        chat_template=get_training_chat_template(tokenizer),
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    return {"messages": messages, "ids": result["input_ids"], "mask": result["assistant_masks"]}


draw = random.Random(5)
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
golden = {
    "made_with": {
        "trl": trl.__version__,
        "transformers": transformers.__version__,
        "datasets": datasets.__version__,
    },
    "extractPrompt": [{"row": row, "split": extract_prompt(row)} for row in IMPLICIT],
    "bfd": [
        packed("bfd", [5, 3, 3, 7, 2, 2, 1, 6], 8),
        packed("bfd", [4, 4, 4, 4], 8),
        packed("bfd", [draw.randint(1, 60) for _ in range(60)], 64),
        packed("bfd", [draw.randint(20, 40) for _ in range(30)], 100),
        packed("bfd", [1], 2),
    ],
    "wrapped": [
        packed("wrapped", [5, 3, 3, 7, 2, 2, 1, 6], 8),
        packed("wrapped", [draw.randint(2, 20) for _ in range(20)], 16),
    ],
    "preferences": [preference(tokenizer, row) for row in PREFERENCES],
    "conversations": [conversation(tokenizer, messages) for messages in CONVERSATIONS],
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")
