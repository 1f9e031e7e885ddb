"""The reward of verl: custom_reward_function of run.sh. Written by `rlsf export --to verl`; needs requests.

RLSF_URL: the reward server's address; RLSF_KEY: its API key, where it has one.
"""

import os

import requests

URL = os.environ.get("RLSF_URL", "http://127.0.0.1:8300")
KEY = os.environ.get("RLSF_KEY")
HEADERS = {"Authorization": f"Bearer {KEY}"} if KEY else {}


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **kwargs):
    item = {"problem": {"task": data_source, "id": ground_truth}, "completion": solution_str}
    body = {"items": [item], "verdicts": False}
    reply = requests.post(f"{URL}/v1/rewards", json=body, headers=HEADERS, timeout=600)
    reply.raise_for_status()
    [scored] = reply.json()["items"]
    if scored["reward"] is None:  # verl has no word for it, and 0 would be a lie about the program
        raise RuntimeError(f"{ground_truth}: the judge itself failed ({scored['outcome']})")
    return {"score": scored["reward"], "outcome": scored["outcome"], "completion": solution_str}
