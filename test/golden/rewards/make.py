"""Makes golden.json: what TRL's own reward functions give for completions of every kind.

    python test/golden/rewards/make.py

writes golden.json beside it; TRL is the one that Python finds. The cosine schedule asks another function
of TRL whether an answer is right, which needs the package math_verify: here that one is replaced by the
answers listed in the cases. Nothing else is replaced.
"""

import json
from importlib.metadata import version
from pathlib import Path

from trl.rewards import (
    accuracy_rewards,
    get_cosine_scaled_reward,
    get_repetition_penalty_reward,
    get_soft_overlong_punishment,
    think_format_reward,
)

IDS = [
    [],
    [7],
    [1, 2],
    [1, 2, 3],
    [1, 2, 3, 4, 5, 6, 7],
    [5, 5, 5, 5, 5],
    [1, 2, 3, 1, 2, 3, 1, 2, 3, 4],
    [9, 8, 9, 8, 9, 8, 1, 9, 8],
    [1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3, 6, 0],
    [3] * 64 + [0],
]

TEXTS = [
    "",
    "<think>",
    "<think></think>",
    "<think>\nThis is my reasoning.\n</think>\nThis is my answer.",
    "<think>\nThis is my reasoning.\nThis is my answer.",
    " <think>reasons</think>answer",
    "Well: <think>reasons</think>answer",
    "<think>one</think><think>two</think>answer",
    "<think>one<think>two</think>answer",
    "<think>reasons</think>answer</think>",
    "<think>reasons\n</think>\n\n\nanswer\n",
    "</think><think>",
    "<THINK>reasons</THINK>answer",
    "<think>é λ 🙂</think>\u2028answer",
    "<think >reasons</think>answer",
]

LENGTHS = [0, 1, 79, 80, 81, 90, 99, 100, 101, 250]


def ids_of(length):
    return [1] * length


def repetition():
    for options in [
        {"ngram_size": 3, "max_penalty": -1.0},
        {"ngram_size": 1, "max_penalty": -1.0},
        {"ngram_size": 2, "max_penalty": -0.5},
        {"ngram_size": 4, "max_penalty": 0.0},
    ]:
        yield {"options": options, "ids": IDS, "scores": get_repetition_penalty_reward(**options)(IDS)}


def overlong():
    for options in [
        {"max_completion_len": 100, "soft_punish_cache": 20},
        {"max_completion_len": 100, "soft_punish_cache": 0},
        {"max_completion_len": 100, "soft_punish_cache": 100},
        {"max_completion_len": 90, "soft_punish_cache": 7},
    ]:
        reward = get_soft_overlong_punishment(**options)
        scores = reward([ids_of(length) for length in LENGTHS])
        yield {"options": options, "lengths": LENGTHS, "scores": scores}


def cosine():
    correct = [length % 3 != 0 for length in LENGTHS]
    correct += [not value for value in correct] + [None]
    lengths = LENGTHS * 2 + [50]
    accuracy_rewards.accuracy_reward = lambda completions, solution: [
        None if value is None else float(value) for value in correct
    ]
    for options in [
        {"max_len": 100},
        {"max_len": 333},
        {"max_len": 1, "min_value_correct": 0.2, "max_value_correct": 0.9},
        {
            "max_len": 90,
            "min_value_wrong": -10.0,
            "max_value_wrong": 0.0,
            "min_value_correct": 6.0,
            "max_value_correct": 5.0,
        },
    ]:
        reward = get_cosine_scaled_reward(**options)
        scores = reward([None] * len(lengths), [None] * len(lengths), [ids_of(n) for n in lengths])
        yield {"options": options, "lengths": lengths, "correct": correct, "scores": scores}


def think_format():
    completions = [[{"role": "assistant", "content": text}] for text in TEXTS]
    return {"texts": TEXTS, "scores": think_format_reward(completions)}


golden = {
    "made": {"by": "test/golden/rewards/make.py", "trl": version("trl"), "torch": version("torch")},
    "repetition": list(repetition()),
    "overlong": list(overlong()),
    "cosine": list(cosine()),
    "thinkFormat": think_format(),
}
path = Path(__file__).parent / "golden.json"
path.write_text(json.dumps(golden, indent=1, ensure_ascii=True) + "\n")
