"""Makes golden.json: PPO's rewards, advantages, losses and gradients by running TRL's and verl's own code,
and two whole steps of a small Llama with a value head around TRL's.

TRL's arithmetic lies inside `PPOTrainer.train`: the statements between two markers are cut out of the
source and run on given tensors. verl's functions are taken out of `core_algos.py` and
`torch_functional.py`, their decorators left off. Nothing inside the statements and functions that run
is replaced.

    python test/golden/ppo/make.py TRL_REPOSITORY VERL_REPOSITORY

writes golden.json beside it. Both are git directories (bare mirrors will do); HEAD is what runs, and its commit is written into the
file. trl 1.13 no longer has its PPO trainer: take a commit that holds trl/experimental/ppo.
"""

import ast
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Optional

import numpy as np
import torch
import transformers

torch.set_default_dtype(torch.float64)
PAD, EOS, WORD = 0, 1, 2
INVALID_LOGPROB = 1.0


def git(repository, *arguments):
    return subprocess.run(
        ["git", f"--git-dir={repository}", *arguments], check=True, capture_output=True, text=True
    ).stdout


def definitions(source, names, namespace):
    """Runs the named functions and classes of a source text, without decorators, in a namespace."""
    for node in ast.parse(source).body:
        if getattr(node, "name", None) in names:
            node.decorator_list = []
            exec(compile(ast.Module([node], []), node.name, "exec"), namespace)
    missing = [name for name in names if name not in namespace]
    assert not missing, missing
    return namespace


def statements(source, first, last):
    """The lines from the one that starts with `first` to the one that starts with `last`, moved left."""
    lines = source.split("\n")
    starts = [i for i, line in enumerate(lines) if line.strip().startswith(first)]
    ends = [i for i, line in enumerate(lines) if line.strip().startswith(last)]
    assert len(starts) >= 1, first
    start = starts[0]
    end = next(i for i in ends if i >= start)
    return compile(textwrap.dedent("\n".join(lines[start : end + 1])), first, "exec")


trl_repository, verl_repository = sys.argv[1:]
trainer = git(trl_repository, "show", "HEAD:trl/experimental/ppo/ppo_trainer.py")
TRL = definitions(trainer, ["masked_mean", "masked_var", "masked_whiten"], {"torch": torch})
definitions(git(trl_repository, "show", "HEAD:trl/experimental/utils.py"), ["first_true_indices"], TRL)
TRL_EXPERIENCE = statements(
    trainer, "contain_eos_token = torch.any", "advantages = torch.masked_fill(advantages, padding_mask, 0)"
)
TRL_LOSS = statements(trainer, "new_logprobs = torch.masked_fill(", "loss = pg_loss + args.vf_coef * vf_loss")
TRL_STATISTICS = statements(trainer, "pg_clipfrac = masked_mean(", "approxkl = 0.5")

functional = definitions(
    git(verl_repository, "show", "HEAD:verl/utils/torch_functional.py"),
    ["clip_by_value", "masked_sum", "masked_mean", "masked_var", "masked_whiten"],
    {"torch": torch},
)
VERL = definitions(
    git(verl_repository, "show", "HEAD:verl/trainer/ppo/core_algos.py"),
    [
        "AdaptiveKLController",
        "agg_loss",
        "compute_gae_advantage_return",
        "compute_policy_loss",
        "compute_value_loss",
        "kl_penalty",
        "kl_penalty_forward",
    ],
    {"torch": torch, "np": np, "Optional": Optional, "verl_F": SimpleNamespace(**functional)},
)


def draw(*shape, scale=1.0, centre=0.0):
    return torch.round((torch.randn(*shape) * scale + centre) * 1e4) / 1e4


def masks(lengths, width):
    return (torch.arange(width).expand(len(lengths), width) < torch.tensor(lengths).unsqueeze(1)).double()


# Rows of unequal length, one without padding, one cut off (no end token), one with nothing counted.
LENGTHS = [[4, 2, 5], [5, 5], [1, 3, 0, 5], [3, 3, 3, 2], [2, 6, 4, 1], [0, 4]]
WIDTHS = [6, 5, 5, 4, 6, 5]


def sampled(index, flat=False):
    lengths, width = LENGTHS[index], WIDTHS[index]
    rows = len(lengths)
    logprobs = -draw(rows, width).abs() - 0.05
    reference = logprobs + draw(rows, width, scale=0.4)
    values, scores = draw(rows, width, scale=0.5, centre=0.3), draw(rows, scale=0.7, centre=0.5)
    if flat:
        logprobs, reference = torch.full_like(logprobs, -0.5), torch.full_like(logprobs, -0.5)
        values, scores = torch.full_like(values, 0.25), torch.full_like(scores, 0.25)
    return lengths, width, logprobs, reference, values, scores


def lists(tensor):
    return tensor.detach().tolist()


def trl_experience(index, flat=False, **options):
    lengths, width, logprobs, reference, values, scores = sampled(index, flat)
    mask = masks(lengths, width)
    ended = [length > 0 and b % 2 == 0 for b, length in enumerate(lengths)]
    responses = torch.where(mask == 1, WORD, PAD)
    for b, length in enumerate(lengths):
        if ended[b]:
            responses[b, length - 1] = EOS
    args = SimpleNamespace(
        **{
            "kl_coef": 0.05,
            "kl_estimator": "k1",
            "missing_eos_penalty": None,
            "whiten_rewards": False,
            "gamma": 1.0,
            "lam": 0.95,
            **options,
        }
    )
    space = {
        **TRL,
        "INVALID_LOGPROB": INVALID_LOGPROB,
        "self": SimpleNamespace(args=args, processing_class=SimpleNamespace(eos_token_id=EOS)),
        "args": args,
        "empty_cache": lambda: None,
        "responses": responses,
        "postprocessed_responses": responses,
        "sequence_lengths": TRL["first_true_indices"](responses == PAD) - 1,
        "logprobs": logprobs.clone(),
        "ref_logprobs": reference.clone(),
        "values": values.clone(),
        "scores": scores.clone(),
    }
    exec(TRL_EXPERIENCE, space)
    return {
        "source": "trl",
        "options": {
            "klCoef": args.kl_coef,
            "klEstimator": args.kl_estimator,
            "scorePosition": "first_pad",
            "missingEosPenalty": args.missing_eos_penalty,
            "whitenRewards": args.whiten_rewards,
            "gamma": args.gamma,
            "lam": args.lam,
        },
        "logprobs": lists(logprobs),
        "refLogprobs": lists(reference),
        "values": lists(values),
        "scores": lists(scores),
        "ended": ended,
        "mask": lists((~space["padding_mask"]).double()),
        "valueMask": lists((~space["padding_mask_p1"]).double()),
        "kl": lists(space["kl"]),
        "rewards": lists(space["rewards"]),
        "advantages": lists(space["advantages"]),
        "returns": lists(space["returns"]),
    }


def verl_experience(index, flat=False, holes=(), kl_coef=0.05, estimator="k1", gamma=1.0, lam=0.95):
    lengths, width, logprobs, reference, values, scores = sampled(index, flat)
    mask = masks(lengths, width)
    for b, t in holes:
        mask[b, t] = 0
    # Its reward managers put the score on the last token of the response.
    token_scores = torch.zeros_like(logprobs)
    for b in range(len(lengths)):
        counted = mask[b].nonzero()
        if len(counted) > 0:
            token_scores[b, counted[-1, 0]] = scores[b]
    kl = VERL["kl_penalty"](logprobs, reference, estimator) * mask
    rewards = token_scores - kl_coef * kl
    advantages, returns = VERL["compute_gae_advantage_return"](rewards, values, mask, gamma, lam)
    return {
        "source": "verl",
        "options": {
            "klCoef": kl_coef,
            "klEstimator": estimator,
            "scorePosition": "last_token",
            "missingEosPenalty": None,
            "whitenRewards": False,
            "gamma": gamma,
            "lam": lam,
        },
        "logprobs": lists(logprobs),
        "refLogprobs": lists(reference),
        "values": lists(values),
        "scores": lists(scores),
        "ended": [True] * len(lengths),
        "mask": lists(mask),
        "valueMask": lists(mask),
        "kl": lists(kl),
        "rewards": lists(rewards),
        "advantages": lists(advantages),
        "returns": lists(returns),
    }


def count_rule(case):
    """A run of TRL, in which some tokens before the last are then said to be masked: it counts them."""
    mask = [row[:] for row in case["valueMask"]]
    for row in mask:
        counted = [t for t, value in enumerate(row) if value == 1]
        for t in counted[1:-1:2]:
            row[t] = 0.0
    return {
        "maskedTokens": "count",
        "gamma": case["options"]["gamma"],
        "lam": case["options"]["lam"],
        "rewards": case["rewards"],
        "values": [
            [value * counts for value, counts in zip(values, counted)]
            for values, counted in zip(case["values"], case["valueMask"])
        ],
        "mask": mask,
        "returns": case["returns"],
    }


def carry_rule(case):
    return {
        "maskedTokens": "carry",
        "gamma": case["options"]["gamma"],
        "lam": case["options"]["lam"],
        "rewards": case["rewards"],
        "values": case["values"],
        "mask": case["mask"],
        "returns": case["returns"],
    }


def whitening(source, index, shift_mean, flat=False):
    lengths, width = LENGTHS[index], WIDTHS[index]
    values, mask = draw(len(lengths), width, scale=2.0, centre=1.0), masks(lengths, width)
    if flat:
        values = torch.full_like(values, 0.75)
    whiten = TRL["masked_whiten"] if source == "trl" else functional["masked_whiten"]
    return {
        "source": source,
        "shiftMean": shift_mean,
        "values": lists(values),
        "mask": lists(mask),
        "whitened": lists(whiten(values, mask, shift_mean)),
    }


def loss_inputs(index, spread):
    lengths, width, old, _, old_values, _ = sampled(index)
    rows = len(lengths)
    return (
        masks(lengths, width),
        (old + draw(rows, width, scale=spread)).requires_grad_(),
        old,
        draw(rows, width),
        (old_values + draw(rows, width, scale=spread)).requires_grad_(),
        old_values,
        old_values + draw(rows, width, scale=0.5),
    )


def trl_losses(index, spread, cliprange=0.2, cliprange_value=0.2, zero=False):
    mask, logprobs, old, advantages, values, old_values, returns = loss_inputs(index, spread)
    if zero:
        advantages = torch.zeros_like(advantages)
    padding = mask == 0
    values_kept = values.detach().clone().requires_grad_()
    space = {
        **TRL,
        "INVALID_LOGPROB": INVALID_LOGPROB,
        "args": SimpleNamespace(cliprange=cliprange, cliprange_value=cliprange_value, vf_coef=0.1),
        "micro_batch_inds": torch.arange(mask.shape[0]),
        "context_length": 1,
        "padding_mask": padding,
        "padding_mask_p1": padding,
        "new_logprobs": logprobs,
        "mb_logprobs": torch.masked_fill(old, padding, INVALID_LOGPROB),
        "mb_advantage": torch.masked_fill(advantages, padding, 0),
        "mb_values": torch.masked_fill(old_values, padding, 0),
        "mb_return": torch.masked_fill(returns, padding, 0),
        "vpred_temp": torch.cat([values_kept, torch.zeros(mask.shape[0], 1)], 1).unsqueeze(-1),
    }
    exec(TRL_LOSS, space)
    with torch.no_grad():
        exec(TRL_STATISTICS, {**space, "logits": torch.zeros(1, 2)}, space)
    policy = {
        "source": "trl",
        "options": {"cliprange": cliprange},
        "logprobs": lists(logprobs),
        "oldLogprobs": lists(old),
        "advantages": lists(advantages),
        "mask": lists(mask),
        "loss": space["pg_loss"].item(),
        "clipFraction": space["pg_clipfrac"].item(),
        # TRL's own mean is over padding too, where the difference is 0.
        "approxKl": (space["approxkl"] * mask.numel() / mask.sum()).item(),
        "gradient": lists(torch.autograd.grad(space["pg_loss"], logprobs, retain_graph=True)[0]),
    }
    value = {
        "source": "trl",
        "options": {"cliprangeValue": cliprange_value},
        "values": lists(values_kept),
        "oldValues": lists(old_values),
        "returns": lists(returns),
        "mask": lists(mask),
        "loss": space["vf_loss"].item(),
        "clipFraction": space["vf_clipfrac"].item(),
        "gradient": lists(torch.autograd.grad(space["vf_loss"], values_kept)[0]),
    }
    return policy, value


def verl_losses(index, spread, low=0.2, high=0.2, dual=3.0, cliprange_value=0.2):
    mask, logprobs, old, advantages, values, old_values, returns = loss_inputs(index, spread)
    loss, clip_fraction, _, _ = VERL["compute_policy_loss"](
        old, logprobs, advantages, mask, cliprange_low=low, cliprange_high=high, clip_ratio_c=dual
    )
    policy = {
        "source": "verl",
        "options": {"cliprange": low, "cliprangeHigh": high, "dualClip": dual},
        "logprobs": lists(logprobs),
        "oldLogprobs": lists(old),
        "advantages": lists(advantages),
        "mask": lists(mask),
        "loss": loss.item(),
        "clipFraction": clip_fraction.item(),
        "gradient": lists(torch.autograd.grad(loss, logprobs)[0]),
    }
    loss, clip_fraction = VERL["compute_value_loss"](values, returns, old_values, mask, cliprange_value)
    value = {
        "source": "verl",
        "options": {"cliprangeValue": cliprange_value},
        "values": lists(values),
        "oldValues": lists(old_values),
        "returns": lists(returns),
        "mask": lists(mask),
        "loss": loss.item(),
        "clipFraction": clip_fraction.item(),
        "gradient": lists(torch.autograd.grad(loss, values)[0]),
    }
    return policy, value


def token_mean(index):
    """verl's mean entropy: `agg_loss` of the tokens' entropies by token-mean."""
    lengths, width = LENGTHS[index], WIDTHS[index]
    values, mask = draw(len(lengths), width).abs().requires_grad_(), masks(lengths, width)
    mean = VERL["agg_loss"](values, mask, "token-mean")
    return {
        "source": "verl",
        "values": lists(values),
        "mask": lists(mask),
        "mean": mean.item(),
        "gradient": lists(torch.autograd.grad(mean, values)[0]),
    }


def controller(kl_coef, kl, samples, target, horizon):
    control = VERL["AdaptiveKLController"](kl_coef, target, horizon)
    control.update(kl, samples)
    inputs = {"klCoef": kl_coef, "kl": kl, "samples": samples, "target": target, "horizon": horizon}
    return {"source": "verl", **inputs, "next": float(control.value)}


def two_steps():
    """Two steps on the same completions, all of full length, so that TRL's score is on the last token."""
    model = transformers.LlamaForCausalLM.from_pretrained(
        Path(__file__).resolve().parent.parent / "policies" / "llama", dtype=torch.float64
    )
    reference = transformers.LlamaForCausalLM.from_pretrained(model.name_or_path, dtype=torch.float64)
    context, width, rows, epochs = 3, 5, 4, 2
    ids = torch.randint(3, 50, (rows, context + width))
    ids[:, -1] = EOS
    responses = ids[:, context:]
    scores = draw(rows)
    head = torch.nn.Linear(model.config.hidden_size, 1)
    head.weight.data = draw(1, model.config.hidden_size, scale=0.2)
    head.bias.data = draw(1, scale=0.2)
    initial_head = {"weight": lists(head.weight), "bias": lists(head.bias)}
    args = SimpleNamespace(
        kl_coef=0.1,
        kl_estimator="k1",
        missing_eos_penalty=None,
        whiten_rewards=False,
        gamma=0.98,
        lam=0.9,
        cliprange=0.05,
        cliprange_value=0.1,
        vf_coef=0.5,
    )
    parameters = [*model.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=0.003, eps=1e-2, weight_decay=0.0)

    def forward(of, which, value_head=None):
        output = of(ids[which], output_hidden_states=True)
        logits = output.logits[:, context - 1 : -1]
        logprobs = torch.log_softmax(logits, -1).gather(-1, responses[which].unsqueeze(-1)).squeeze(-1)
        values = None if value_head is None else value_head(output.hidden_states[-1])
        return logits, logprobs, values

    steps = []
    everything = torch.arange(rows)
    for _ in range(2):
        with torch.no_grad():
            _, logprobs, full_values = forward(model, everything, head)
            _, ref_logprobs, _ = forward(reference, everything)
        space = {
            **TRL,
            "INVALID_LOGPROB": INVALID_LOGPROB,
            "self": SimpleNamespace(args=args, processing_class=SimpleNamespace(eos_token_id=EOS)),
            "args": args,
            "empty_cache": lambda: None,
            "responses": responses,
            "postprocessed_responses": responses,
            "sequence_lengths": TRL["first_true_indices"](responses == PAD) - 1,
            "logprobs": logprobs,
            "ref_logprobs": ref_logprobs,
            "values": full_values[:, context - 1 : -1].squeeze(-1),
            "scores": scores.clone(),
        }
        exec(TRL_EXPERIENCE, space)
        figures = []
        for _ in range(epochs):
            for which in (torch.tensor([0, 1]), torch.tensor([2, 3])):
                logits, new_logprobs, vpred = forward(model, which, head)
                update = {
                    **space,
                    "micro_batch_inds": which,
                    "context_length": context,
                    "new_logprobs": new_logprobs,
                    "vpred_temp": vpred,
                    "mb_logprobs": space["logprobs"][which],
                    "mb_advantage": space["advantages"][which],
                    "mb_values": space["values"][which],
                    "mb_return": space["returns"][which],
                }
                exec(TRL_LOSS, update)
                optimizer.zero_grad()
                update["loss"].backward()
                norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                with torch.no_grad():
                    exec(TRL_STATISTICS, {**update, "logits": logits}, update)
                figures.append(
                    {
                        "loss": update["loss"].item(),
                        "grad_norm": norm.item(),
                        "loss/policy_avg": update["pg_loss"].item(),
                        "loss/value_avg": update["vf_loss"].item(),
                        "policy/approxkl_avg": update["approxkl"].item(),
                        "policy/clipfrac_avg": update["pg_clipfrac"].item(),
                        "policy/entropy_avg": update["entropy"].mean().item(),
                        "val/clipfrac_avg": update["vf_clipfrac"].item(),
                        "val/ratio": update["ratio"].mean().item(),
                    }
                )
        metrics = {name: float(np.mean([each[name] for each in figures])) for name in figures[0]}
        metrics["val/ratio_var"] = float(np.var([each["val/ratio"] for each in figures], ddof=1))
        metrics["objective/kl"] = space["kl"].sum(1).mean().item()
        metrics["objective/entropy"] = (-space["logprobs"]).sum(1).mean().item()
        metrics["objective/non_score_reward"] = space["non_score_reward"].sum(1).mean().item()
        metrics["objective/scores"] = space["scores"].mean().item()
        metrics["objective/rlhf_reward"] = (
            metrics["objective/non_score_reward"] + metrics["objective/scores"]
        )
        steps.append(metrics)
    with torch.no_grad():
        _, logprobs, values = forward(model, everything, head)
    return {
        "prompts": ids[:, :context].tolist(),
        "completions": responses.tolist(),
        "scores": lists(scores),
        "head": initial_head,
        "steps": steps,
        "logprobs": lists(logprobs),
        "values": lists(values[:, context - 1 : -1].squeeze(-1)),
    }


torch.manual_seed(7)
experience = [
    trl_experience(0),
    trl_experience(1, kl_coef=0.2, gamma=0.9, whiten_rewards=True),
    trl_experience(2, missing_eos_penalty=1.0),
    trl_experience(3, whiten_rewards=True, lam=1.0),
    trl_experience(4, lam=0.0, missing_eos_penalty=0.5),
    trl_experience(5, flat=True, kl_coef=0.1),
    trl_experience(0, kl_estimator="k3"),
    trl_experience(1, kl_estimator="k3", whiten_rewards=True, gamma=0.99),
    trl_experience(2, kl_estimator="k3", kl_coef=0.5, whiten_rewards=True, missing_eos_penalty=0.3),
    trl_experience(3, kl_estimator="k3", missing_eos_penalty=2.0),
    trl_experience(4, kl_estimator="k3", gamma=0.95, lam=0.9, whiten_rewards=True, missing_eos_penalty=1.5),
    verl_experience(0),
    verl_experience(1, kl_coef=0.2, gamma=0.9),
    verl_experience(2, lam=1.0, estimator="k3"),
    verl_experience(3, flat=True),
    verl_experience(4, holes=[(1, 1), (1, 2), (2, 0)], lam=0.5),
    verl_experience(4, holes=[(1, 4), (1, 5), (0, 0)], gamma=0.9, estimator="k3"),
    verl_experience(0, holes=[(0, 1), (2, 1), (2, 3)]),
    verl_experience(1, holes=[(0, 2), (1, 0), (1, 1)], gamma=0.99, lam=0.9),
    verl_experience(3, holes=[(0, 1), (1, 1), (2, 0)], lam=0.0),
]
gae = [count_rule(case) for case in experience if case["source"] == "trl"]
gae += [carry_rule(case) for case in experience if case["source"] == "verl"]
whiten = [
    whitening(source, index, shift_mean, flat=index == 3)
    for source in ("trl", "verl")
    for shift_mean in (True, False)
    for index in range(6)
]
losses = [
    trl_losses(0, 0.15),
    trl_losses(1, 0.4),
    trl_losses(2, 0.8, cliprange=0.1, cliprange_value=0.1),
    trl_losses(3, 0.3, cliprange=0.3, cliprange_value=0.5),
    trl_losses(4, 0.0),
    trl_losses(5, 0.5, zero=True),
    verl_losses(0, 0.15),
    verl_losses(1, 0.6, low=0.2, high=0.28),
    verl_losses(2, 1.5, dual=1.5),
    verl_losses(3, 1.2, low=0.1, high=0.3, dual=2.0, cliprange_value=0.4),
    verl_losses(4, 1.8, dual=1.2, cliprange_value=0.05),
    verl_losses(5, 2.0),
]
golden = {
    "made": {
        "by": "test/golden/ppo/make.py",
        "trl": f"{git(trl_repository, 'show', 'HEAD:VERSION').strip()} {git(trl_repository, 'rev-parse', 'HEAD').strip()}",
        "verl": f"{git(verl_repository, 'show', 'HEAD:verl/version/version').strip()} {git(verl_repository, 'rev-parse', 'HEAD').strip()}",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "numpy": np.__version__,
        "dtype": "float64",
    },
    "experience": experience,
    "gae": gae,
    "whiten": whiten,
    "policyLoss": [policy for policy, _ in losses],
    "valueLoss": [value for _, value in losses],
    "tokenMean": [token_mean(index) for index in range(6)],
    "klController": [
        controller(0.2, 6.0, 256, 6.0, 10000),
        controller(0.2, 6.6, 256, 6.0, 10000),
        controller(0.2, 60.0, 64, 6.0, 1000),
        controller(0.05, 0.0, 512, 1.0, 2000),
        controller(0.01, -3.0, 8, 0.1, 100),
        controller(0.3, 0.95, 32, 1.0, 640),
    ],
    "steps": two_steps(),
}


def rounded(value):
    """Twelve digits say all that a comparison to 1e-5 needs."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return value


def lines(value, depth=0):
    """JSON with one row of numbers per line."""
    if isinstance(value, dict):
        inner = (f"{json.dumps(key)}: {lines(each, depth + 1)}" for key, each in value.items())
        brackets = "{}"
    elif isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        inner, brackets = (lines(each, depth + 1) for each in value), "[]"
    else:
        return json.dumps(value)
    indent = "\n" + "  " * (depth + 1)
    return f"{brackets[0]}{indent}{(',' + indent).join(inner)}\n{'  ' * depth}{brackets[1]}"


Path(__file__).resolve().parent.joinpath("golden.json").write_text(lines(rounded(golden)) + "\n")
