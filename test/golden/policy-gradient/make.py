"""Golden vectors of the policy-gradient algorithms, made by running TRL's and verl's own code.

Usage: python make.py VERL.git [COMMIT]    (a git directory of verl; needs torch, trl, transformers)

Writes golden.json beside this file. TRL: the methods of its trainers, on trainers built without their
constructor, with logprobs, entropies and rewards given in place of a model's. verl: its core_algos.py at
the commit, with stubs for what that file imports but the functions run here do not use.
"""

import importlib
import json
import math
import subprocess
import sys
import tempfile
import types
from collections import defaultdict, deque
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer
from trl.rewards import get_soft_overlong_punishment

HERE = Path(__file__).parent
VERL_GIT = sys.argv[1]
VERL_COMMIT = sys.argv[2] if len(sys.argv) > 2 else "1dda039b9c6311889a9c9a26040677e1254814f9"
PAD = 0


# --- verl -----------------------------------------------------------------------------------------


def load_verl():
    root = Path(tempfile.mkdtemp())
    for name in [
        "verl/trainer/ppo/core_algos.py",
        "verl/utils/torch_functional.py",
        "verl/utils/groupwise.py",
        "verl/utils/import_utils.py",
    ]:
        text = subprocess.run(
            ["git", "--git-dir", VERL_GIT, "show", f"{VERL_COMMIT}:{name}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    stubs = {
        "verl/__init__.py": "",
        "verl/trainer/__init__.py": "",
        "verl/trainer/ppo/__init__.py": "",
        "verl/trainer/config.py": "class AlgoConfig(dict):\n    pass\n",
        "verl/workers/__init__.py": "",
        "verl/workers/config.py": "class ActorConfig:\n    pass\n",
        "verl/utils/device.py": "def get_device_name():\n    return 'cpu'\n\n\ndef get_torch_device():\n    return None\n",
        "verl/utils/__init__.py": "from .groupwise import as_torch_index, group_mean_std\n",
    }
    for name, text in stubs.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    sys.path.insert(0, str(root))
    for name, attribute in [("omegaconf", "DictConfig"), ("tensordict", "TensorDict")]:
        try:
            importlib.import_module(name)
        except ImportError:
            module = types.ModuleType(name)
            setattr(module, attribute, type(attribute, (), {}))
            sys.modules[name] = module
    return importlib.import_module("verl.trainer.ppo.core_algos")


verl = load_verl()
ActorConfigStub = sys.modules["verl.workers.config"].ActorConfig


@dataclass
class ActorConfig(ActorConfigStub):
    clip_ratio: float = 0.2
    clip_ratio_low: float = 0.2
    clip_ratio_high: float = 0.2
    clip_ratio_c: float = 3.0
    tau_pos: float = 1.0
    tau_neg: float = 1.05
    global_batch_info: dict = field(default_factory=dict)

    def get(self, name, default):
        return getattr(self, name, default)


# --- fixtures of the losses -----------------------------------------------------------------------


def fixture(seed, lengths, width, *, empty=(), flat=(), per_token=False, spread=0.4):
    """Ragged rows; `empty` ones are masked out (truncated), `flat` ones have advantage 0."""
    generator = torch.Generator().manual_seed(seed)
    rows = len(lengths)

    def draw(low, high):
        values = low + (high - low) * torch.rand(rows, width, generator=generator, dtype=torch.float64)
        return values.float().double()

    old = draw(-3, -0.1)
    mask = torch.zeros(rows, width, dtype=torch.long)
    for b, length in enumerate(lengths):
        mask[b, : 0 if b in empty else length] = 1
    advantages = draw(-1.5, 1.5)
    if not per_token:
        advantages = advantages[:, :1]
    for b in flat:
        advantages[b] = 0
    return {
        "logprobs": (old + draw(-spread, spread)).float().double(),
        "oldLogprobs": old,
        "refLogprobs": (old + draw(-0.6, 0.6)).float().double(),
        "samplingLogprobs": (old + draw(-0.3, 0.3)).float().double(),
        "entropies": draw(0.05, 2.5),
        "advantages": advantages,
        "completionMask": mask,
    }


fixtures = {
    "ragged": fixture(1, [6, 3, 5, 1], 6),
    "truncated and flat": fixture(2, [5, 5, 2, 4, 3], 5, empty=(1,), flat=(2,)),
    "per token": fixture(3, [4, 2, 4], 4, per_token=True),
    "one token": fixture(4, [1], 1, spread=1.2),
    "far": fixture(5, [7, 4, 2, 7, 6, 1], 7, empty=(5,), spread=1.5),
    "per token, far": fixture(6, [5, 8, 3, 6], 8, flat=(2,), per_token=True, spread=1.2),
}


def listed(tensor):
    return tensor.tolist()


# --- TRL: loss ------------------------------------------------------------------------------------

trl_names = {
    "epsilon": "epsilon",
    "epsilonHigh": "epsilon_high",
    "beta": "beta",
    "lossType": "loss_type",
    "importanceSamplingLevel": "importance_sampling_level",
    "delta": "delta",
    "sapoTemperaturePos": "sapo_temperature_pos",
    "sapoTemperatureNeg": "sapo_temperature_neg",
    "vespoKPos": "vespo_k_pos",
    "vespoLambdaPos": "vespo_lambda_pos",
    "vespoKNeg": "vespo_k_neg",
    "vespoLambdaNeg": "vespo_lambda_neg",
    "offPolicyMaskThreshold": "off_policy_mask_threshold",
    "topEntropyQuantile": "top_entropy_quantile",
    "entropyCoef": "entropy_coef",
    "maxCompletionLength": "max_completion_length",
}


def bare(trainer_class, config, **attributes):
    """A trainer without its constructor: its methods, the config's values, one process."""
    trainer = object.__new__(trainer_class)
    trainer.args = config
    trainer.accelerator = Accelerator(cpu=True)
    trainer.model = types.SimpleNamespace(training=True, is_gradient_checkpointing=False)
    trainer.current_gradient_accumulation_steps = 1
    trainer._metrics = defaultdict(lambda: defaultdict(list))
    for name, value in {**vars(config), **attributes}.items():
        try:
            setattr(trainer, name, value)
        except AttributeError:
            pass  # a property of the trainer
    return trainer


def trl_loss(inputs, options, with_old, correction):
    config = GRPOConfig(
        output_dir=tempfile.mkdtemp(),
        use_cpu=True,
        report_to="none",
        bf16=False,
        steps_per_generation=1,
        use_bias_correction_kl=options.get("useBiasCorrectionKl", False),
        **{trl_names[name]: value for name, value in options.items() if name in trl_names},
    )
    trainer = bare(
        GRPOTrainer,
        config,
        epsilon_low=config.epsilon,
        epsilon_high=config.epsilon_high if config.epsilon_high is not None else config.epsilon,
        aux_loss_enabled=False,
        use_vllm=correction is not None,
        vllm_importance_sampling_correction=True,
        _entropy_bonus_enabled=config.entropy_coef != 0,
    )
    logprobs = inputs["logprobs"].clone().requires_grad_()
    entropies = inputs["entropies"].clone().requires_grad_()
    trainer._get_per_token_logps_and_entropies = lambda *args, **kwargs: (logprobs, entropies, None)
    mask = inputs["completionMask"]
    advantages = inputs["advantages"]
    batch = {
        "prompt_ids": torch.zeros(len(mask), 1, dtype=torch.long),
        "prompt_mask": torch.ones(len(mask), 1, dtype=torch.long),
        "completion_ids": torch.zeros_like(mask),
        "completion_mask": mask,
        "advantages": advantages[:, 0] if advantages.shape[1] == 1 else advantages,
        "num_items_in_batch": mask.sum(),
        "ref_per_token_logps": inputs["refLogprobs"],
    }
    if with_old:
        batch["old_per_token_logps"] = inputs["oldLogprobs"]
        batch["sampling_per_token_logps"] = inputs["samplingLogprobs"]
    if correction is not None:
        batch["importance_sampling_ratio"] = correction
    loss = trainer._compute_loss(trainer.model, batch)
    loss.backward()
    gradients = {
        "loss": loss.item(),
        "dLogprobs": listed(logprobs.grad * mask),
    }
    if entropies.grad is not None:
        gradients["dEntropies"] = listed(entropies.grad * mask)
    return gradients


losses = []


def add_trl(names, fixture_name, options, *, with_old=True, correction=None):
    inputs = fixtures[fixture_name]
    result = trl_loss(inputs, options, with_old, correction)
    case = {"source": "trl", "names": names, "fixture": fixture_name, "options": options}
    if not with_old:
        case["withoutOld"] = True
    if correction is not None:
        case["importanceSamplingRatio"] = listed(correction)
    losses.append({**case, **result})


high = {"grpo": 0.28, "bnpo": 0.28, "dr_grpo": 0.28, "dapo": 0.28, "luspo": 0.28, "cispo": 1.3}
for loss_type in ["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo"]:
    base = {"lossType": loss_type, "maxCompletionLength": 9}
    if loss_type in high:
        base["epsilonHigh"] = high[loss_type]
    for name in fixtures:
        add_trl([loss_type], name, base)
    add_trl([loss_type], "ragged", {**base, "beta": 0.05}, with_old=False)
    add_trl([loss_type], "far", {**base, "beta": 0.3, "epsilon": 0.1})
add_trl(["sapo"], "far", {"lossType": "sapo", "sapoTemperaturePos": 0.7, "sapoTemperatureNeg": 2.0})
add_trl(
    ["vespo"],
    "ragged",
    {"lossType": "vespo", "vespoKPos": 1.0, "vespoLambdaPos": 2.0, "vespoKNeg": 2.5, "vespoLambdaNeg": 1.5},
)

for loss_type in ["grpo", "dapo", "luspo", "cispo", "sapo"]:
    for name in ["ragged", "truncated and flat", "far"]:
        options = {"lossType": loss_type, "importanceSamplingLevel": "sequence", "epsilonHigh": high.get(loss_type, 0.2)}
        add_trl(["sequence", loss_type], name, {**options, "beta": 0.1 if name == "far" else 0.0})
add_trl(["sequence"], "per token, far", {"lossType": "grpo", "importanceSamplingLevel": "sequence"})

for name in fixtures:
    add_trl(["delta"], name, {"delta": 1.5, "lossType": "bnpo"})
    add_trl(["useBiasCorrectionKl"], name, {"beta": 0.2, "useBiasCorrectionKl": True})
    add_trl(["offPolicyMaskThreshold"], name, {"offPolicyMaskThreshold": 0.02, "lossType": "grpo"})
    add_trl(["topEntropyQuantile"], name, {"topEntropyQuantile": 0.4, "beta": 0.1})
    add_trl(["entropyCoef"], name, {"entropyCoef": 0.03, "lossType": "dr_grpo", "maxCompletionLength": 9})
    add_trl(["entropyCoef", "topEntropyQuantile"], name, {"entropyCoef": 0.01, "topEntropyQuantile": 0.2})
add_trl(
    ["useBiasCorrectionKl"],
    "far",
    {"beta": 0.2, "useBiasCorrectionKl": True, "importanceSamplingLevel": "sequence", "lossType": "grpo"},
)

for loss_type in ["grpo", "dapo", "vespo", "sapo"]:
    for name in ["ragged", "truncated and flat", "far"]:
        inputs = fixtures[name]
        difference = (inputs["oldLogprobs"] - inputs["samplingLogprobs"]) * inputs["completionMask"]
        token = torch.exp(difference).clamp(max=1.15).float().double()
        add_trl(["importanceSamplingRatio", loss_type], name, {"lossType": loss_type}, correction=token)
        if loss_type != "vespo":
            sequence = torch.exp(difference.sum(-1, keepdim=True)).float().double()
            sequence[sequence > 1.2] = 0
            add_trl(["importanceSamplingRatio", loss_type], name, {"lossType": loss_type}, correction=sequence)


# --- TRL: RLOO's sequence ratio -------------------------------------------------------------------


differences = {}


def rloo_loss(name, epsilon):
    inputs = fixtures[name]
    config = RLOOConfig(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none", bf16=False, epsilon=epsilon)
    trainer = bare(RLOOTrainer, config, epsilon_low=epsilon, epsilon_high=epsilon, aux_loss_enabled=False)
    logprobs = inputs["logprobs"].clone().requires_grad_()
    trainer._get_per_token_logps_and_entropies = lambda *args, **kwargs: (logprobs, inputs["entropies"], None)
    mask = inputs["completionMask"]
    loss = trainer._compute_loss(
        trainer.model,
        {
            "prompt_ids": torch.zeros(len(mask), 1, dtype=torch.long),
            "prompt_mask": torch.ones(len(mask), 1, dtype=torch.long),
            "completion_ids": torch.zeros_like(mask),
            "completion_mask": mask,
            "old_logps": (inputs["oldLogprobs"] * mask).sum(1),
            "advantages": inputs["advantages"][:, 0],
        },
    )
    loss.backward()
    options = {"lossType": "grpo", "importanceSamplingLevel": "sequence_sum", "epsilon": epsilon}
    return {
        "source": "trl",
        "names": ["sequence_sum"],
        "fixture": name,
        "options": options,
        "loss": loss.item(),
        "dLogprobs": listed(logprobs.grad * mask),
    }


fixtures["whole rows"] = fixture(7, [3, 1, 4, 2], 4)
fixtures["whole rows, flat"] = fixture(8, [2, 2, 5], 5, flat=(1,), spread=0.1)
for name in ["ragged", "whole rows", "whole rows, flat"]:
    for epsilon in [0.2, 0.5]:
        losses.append(rloo_loss(name, epsilon))
# Its ratio of a row without tokens is 1, which adds a constant to the loss; ours adds nothing.
differences["rlooMaskedRow"] = rloo_loss("truncated and flat", 0.9)


# --- verl: loss -----------------------------------------------------------------------------------

aggregation = {"bnpo": "token-mean", "grpo": "seq-mean-token-mean", "luspo": "seq-mean-token-sum", "dr_grpo": "seq-mean-token-sum-norm"}


def add_verl(names, function, name, options, mode, config, correction=None):
    inputs = fixtures[name]
    logprobs = inputs["logprobs"].clone().requires_grad_()
    mask = inputs["completionMask"].double()
    loss, _ = function(
        old_log_prob=inputs["oldLogprobs"],
        log_prob=logprobs,
        advantages=inputs["advantages"].expand_as(mask),
        response_mask=mask,
        loss_agg_mode=mode,
        config=ActorConfig(**config),
        rollout_is_weights=correction,
    )
    loss.backward()
    # verl's means over sequences leave out those without a token.
    options = {**options, "sequencesInBatch": int((mask.sum(-1) > 0).sum())}
    case = {"source": "verl", "names": names, "fixture": name, "options": options}
    if correction is not None:
        case["importanceSamplingRatio"] = listed(correction)
    losses.append({**case, "loss": loss.item(), "dLogprobs": listed(logprobs.grad * mask)})


for name in ["ragged", "truncated and flat", "per token", "far", "per token, far"]:
    add_verl(
        ["verl_cispo"],
        verl.compute_policy_loss_cispo,
        name,
        {"lossType": "verl_cispo", "epsilon": 0.1, "epsilonHigh": 0.3},
        "token-mean",
        {"clip_ratio_low": 0.1, "clip_ratio_high": 0.3},
    )
    add_verl(
        ["sequence_token"],
        verl.compute_policy_loss_gspo,
        name,
        {"lossType": "grpo", "importanceSamplingLevel": "sequence_token", "epsilon": 0.05, "epsilonHigh": 0.08},
        "seq-mean-token-mean",
        {"clip_ratio_low": 0.05, "clip_ratio_high": 0.08},
    )
    add_verl(
        ["sapo"],
        verl.compute_policy_loss_sapo,
        name,
        {"lossType": "sapo", "sapoTemperaturePos": 0.9, "sapoTemperatureNeg": 1.2},
        "seq-mean-token-mean",
        {"tau_pos": 0.9, "tau_neg": 1.2},
    )
    for loss_type, mode in aggregation.items():
        add_verl(
            ["clipRatioC", loss_type],
            verl.compute_policy_loss_vanilla,
            name,
            {"lossType": loss_type, "epsilonHigh": 0.28, "clipRatioC": 1.5},
            mode,
            {"clip_ratio_high": 0.28, "clip_ratio_c": 1.5},
        )
    weights = torch.exp(fixtures[name]["oldLogprobs"] - fixtures[name]["samplingLogprobs"]).clamp(max=1.2)
    add_verl(
        ["importanceSamplingRatio", "clipRatioC"],
        verl.compute_policy_loss_vanilla,
        name,
        {"lossType": "dapo", "clipRatioC": 3.0},
        "token-mean",
        {},
        correction=weights.float().double(),
    )


# --- advantages -----------------------------------------------------------------------------------

NaN = math.nan
reward_cases = [
    # (rewards, group size, tokens of each completion)
    ([1, 0.1, 0, 1, 0.5, 0.5, 0.5, 0.5], 4, [3, 1, 4, 2, 5, 2, 2, 6]),
    ([0.3, None, 0.9, 0.2, None, None, None, None, 1, 0, None, 0.25], 4, [2, 7, 3, 1, 4, 1, 1, 2, 5, 3, 2, 2]),
    ([0.2, 0.2, 0.7, 1.0, -0.5, 0.25], 2, [1, 2, 3, 4, 5, 6]),
    ([1, None, 0, 0, 0.5, 1], 3, [4, 2, 2, 8, 1, 3]),
    ([0.1, 0.7, -2.5, 3.25, 0.125, 1.5, 0, 0, 8, 0.5], 5, [9, 2, 3, 1, 1, 2, 4, 4, 3, 7]),
    ([None, 0.4, None, None, 1, 0.3], 2, [3, 3, 1, 2, 2, 5]),
]


def generate_and_score(trainer, rewards, group_size):
    """TRL's own stage between sampling and loss, with the rewards given: [B, K] with NaN for None."""
    rows = len(rewards)
    completion_ids = [[5, 6]] * rows
    trainer.num_generations = group_size
    if isinstance(trainer, RLOOTrainer):
        trainer._generate = lambda prompts: ([[3]] * rows, completion_ids, ["x"] * rows)
    else:
        trainer._generate = lambda prompts: (
            [[3]] * rows,
            completion_ids,
            None,
            ["x"] * rows,
            None,
            {},
            None,
            None,
        )
    trainer._calculate_rewards = lambda *args, **kwargs: torch.tensor(rewards, dtype=torch.float32)
    return trainer._generate_and_score_completions([{"prompt": "p"}] * rows)


class Decoder:
    pad_token_id = PAD

    def batch_decode(self, ids, **kwargs):
        return [""] * len(ids)


def scoring_trainer(trainer_class, config, functions, weights, **attributes):
    trainer = bare(
        trainer_class,
        config,
        environment_factories=None,
        environments=None,
        tools=None,
        processing_class=Decoder(),
        _tokenizer=Decoder(),
        eos_token_id=1,
        _is_vlm=False,
        pad_to_multiple_of=None,
        use_vllm=False,
        use_transformers_paged=False,
        num_iterations=1,
        reward_funcs=[None] * functions,
        reward_func_names=[f"r{k}" for k in range(functions)],
        reward_weights=torch.tensor(weights, dtype=torch.float32),
        _logs=defaultdict(lambda: deque()),
        _pending_extra_logs={},
        _pending_metrics={},
        tool_call_count=0,
        state=types.SimpleNamespace(num_input_tokens_seen=0),
        chat_template=None,
        chat_template_kwargs={},
        **attributes,
    )
    trainer.args.gradient_accumulation_steps = 1
    trainer._logs["rewards"] = defaultdict(list)
    trainer._logs["extra"] = defaultdict(list)
    trainer.log_multimodal = False
    trainer._tokenizer.pad_token_id = PAD
    return trainer


def nan(rewards):
    return [NaN if reward is None else reward for reward in rewards]


advantages = []
for rewards, group_size, tokens in reward_cases:
    groups = [i // group_size for i in range(len(rewards))]
    common = {"rewards": rewards, "groups": groups, "tokenCounts": tokens}
    for scale in ["group", "batch", "none"]:
        config = GRPOConfig(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none", bf16=False)
        trainer = scoring_trainer(
            GRPOTrainer,
            config,
            1,
            [1.0],
            scale_rewards=scale,
            multi_objective_aggregation="sum_then_normalize",
        )
        output = generate_and_score(trainer, [[reward] for reward in nan(rewards)], group_size)
        advantages.append(
            {
                "source": "trl",
                "names": ["grpo", scale],
                "options": {"estimator": "grpo", "scaleRewards": scale},
                **common,
                "advantages": listed(output["advantages"]),
            }
        )
    for normalize in [False, True]:
        config = RLOOConfig(
            output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none", bf16=False, beta=0.0, normalize_advantages=normalize
        )
        trainer = scoring_trainer(RLOOTrainer, config, 1, [1.0], reward_clip_range=None)
        trainer._get_per_token_logps_and_entropies = lambda *args, **kwargs: (torch.zeros(len(args[1]), 2), None, None)
        output = generate_and_score(trainer, [[reward] for reward in nan(rewards)], group_size)
        advantages.append(
            {
                "source": "trl",
                "names": ["rloo"],
                "options": {"estimator": "rloo", "normalizeAdvantages": normalize},
                **common,
                "advantages": listed(output["advantages"]),
            }
        )


def verl_rows(rewards, tokens):
    width = max(tokens)
    mask = torch.zeros(len(rewards), width, dtype=torch.float64)
    scores = torch.zeros(len(rewards), width, dtype=torch.float64)
    for b, (reward, length) in enumerate(zip(rewards, tokens)):
        mask[b, :length] = 1
        scores[b, length - 1] = reward
    return scores, mask


# verl has no unscorable completions; groups of any size, singletons too.
verl_cases = [
    ([1, 0.1, 0, 1, 0.5, 0.5, 0.5, 0.5], [0, 0, 0, 0, 1, 1, 1, 1], [3, 1, 4, 2, 5, 2, 2, 6]),
    ([0.2, 0.2, 0.7, 1.0, -0.5], [0, 0, 1, 1, 2], [1, 2, 3, 4, 5]),
    ([0.75, 0.5, 2.0], [4, 7, 9], [2, 3, 1]),
    ([0.1, 0.7, -2.5, 3.25, 0.125, 1.5, 0, 0, 8, 0.5], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [9, 2, 3, 1, 1, 2, 4, 4, 3, 7]),
    ([1, 0, 0.25, 0.5, 0.5, 1], [0, 0, 0, 1, 1, 2], [4, 2, 2, 8, 1, 3]),
]
verl_estimators = {
    "verl_grpo": lambda s, m, g: verl.compute_grpo_outcome_advantage(s, m, g),
    "verl_grpo none": lambda s, m, g: verl.compute_grpo_outcome_advantage(s, m, g, norm_adv_by_std_in_grpo=False),
    "rloo": lambda s, m, g: verl.compute_rloo_vectorized_outcome_advantage(s, m, g),
    "reinforce_plus_plus": lambda s, m, g: verl.compute_reinforce_plus_plus_outcome_advantage(
        s, m, config=types.SimpleNamespace(gamma=1.0)
    ),
    "reinforce_plus_plus_baseline": lambda s, m, g: verl.compute_reinforce_plus_plus_baseline_outcome_advantage(s, m, g),
}
for rewards, groups, tokens in verl_cases:
    for name, estimate in verl_estimators.items():
        estimator, *scale = name.split(" ")
        scores, mask = verl_rows(rewards, tokens)
        values, _ = estimate(scores, mask, np.array(groups))
        advantages.append(
            {
                "source": "verl",
                "names": [estimator],
                "options": {"estimator": estimator, **({"scaleRewards": scale[0]} if scale else {})},
                "rewards": rewards,
                "groups": groups,
                "tokenCounts": tokens,
                "advantages": listed(values[:, 0]),
            }
        )

# Where verl's two forms of RLOO disagree: a group of one.
scores, mask = verl_rows([1.0, 0.0, 3.0], [2, 1, 2])
differences["rlooGroupOfOne"] = {
    "rewards": [1.0, 0.0, 3.0],
    "groups": [0, 0, 1],
    "loop": listed(verl.compute_rloo_outcome_advantage(scores.clone(), mask, np.array([0, 0, 1]))[0][:, 0]),
    "vectorized": listed(
        verl.compute_rloo_vectorized_outcome_advantage(scores.clone(), mask, np.array([0, 0, 1]))[0][:, 0]
    ),
}
# A flat group in TRL: rounding noise over 1e-4.
trainer = scoring_trainer(
    GRPOTrainer,
    GRPOConfig(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none", bf16=False),
    1,
    [1.0],
    scale_rewards="group",
    multi_objective_aggregation="sum_then_normalize",
)
flat = [0.7] * 7 + [0.0, 1.0, 0.5, 0.25, 0.75, 0.5, 0.0]
differences["flatGroup"] = {
    "rewards": flat,
    "groups": [0] * 7 + [1] * 7,
    "advantages": listed(generate_and_score(trainer, [[reward] for reward in flat], 7)["advantages"]),
}

# REINFORCE++ on token rewards, with and without discount.
token_returns = []
generator = torch.Generator().manual_seed(11)
for gamma, lengths in [(1.0, [3, 5, 1]), (0.9, [4, 2]), (0.5, [6, 6, 3, 1]), (0.99, [2, 7, 4]), (0.0, [3, 3])]:
    width = max(lengths)
    mask = torch.tensor([[1.0 if t < length else 0.0 for t in range(width)] for length in lengths], dtype=torch.float64)
    rewards = torch.randn(len(lengths), width, generator=generator, dtype=torch.float64) * mask
    values, returns = verl.compute_reinforce_plus_plus_outcome_advantage(
        rewards, mask, config=types.SimpleNamespace(gamma=gamma)
    )
    token_returns.append(
        {
            "source": "verl",
            "gamma": gamma,
            "mask": listed(mask),
            "tokenRewards": listed(rewards),
            "returns": listed(returns),
            "advantages": listed(values),
        }
    )

objective_cases = [
    ([[1, 0.2], [0, 0.4], [0.5, 0.1], [0.5, 0.9]], 2, [1.0, 1.0]),
    ([[1, None], [0, 0.4], [0.5, 0.1], [0.5, None]], 2, [1.0, 0.5]),
    ([[None, None], [0, 0.4], [0.5, 0.1], [0.25, 3], [1, 1], [0, 2]], 3, [0.5, 2.0]),
    ([[1, 0.5, 0], [1, 0.5, 0.3], [1, 0.5, 0.1], [0, 0.5, 0.2], [0, 0.5, 0.2], [1, 0.5, 0.4]], 3, [1.0, 1.0, 0.25]),
    ([[0.3, -1], [0.1, 4], [0.7, 2], [0.2, 2.5], [1, 0], [1, 0], [1, 0], [1, 0]], 4, [1.0, -0.5]),
    ([[None, 1], [None, 3], [0.5, None], [0.25, None]], 2, [1.0, 1.0]),
]
objectives = []
for rewards, group_size, weights in objective_cases:
    for mode in ["sum_then_normalize", "normalize_then_sum"]:
        config = GRPOConfig(output_dir=tempfile.mkdtemp(), use_cpu=True, report_to="none", bf16=False)
        trainer = scoring_trainer(
            GRPOTrainer, config, len(weights), weights, scale_rewards="group", multi_objective_aggregation=mode
        )
        output = generate_and_score(trainer, [nan(row) for row in rewards], group_size)
        objectives.append(
            {
                "source": "trl",
                "names": [mode],
                "rewards": rewards,
                "weights": weights,
                "groups": [i // group_size for i in range(len(rewards))],
                "advantages": listed(output["advantages"]),
            }
        )


# --- correction for another engine ----------------------------------------------------------------

corrections = []
for mode in ["token_truncate", "token_mask", "sequence_truncate", "sequence_mask"]:
    for name, clip_max, clip_min in [
        ("ragged", 3.0, None),
        ("truncated and flat", 1.1, 0.9),
        ("far", 1.2, None),
        ("per token, far", None, 0.8),
        ("per token", 1.05, 0.95),
    ]:
        inputs = fixtures[name]
        mask = inputs["completionMask"]
        rows = [row for row in range(len(mask)) if mask[row].sum() > 0]
        lengths = [int(mask[row].sum()) for row in rows]
        old = [inputs["oldLogprobs"][row, :length] for row, length in zip(rows, lengths)]
        sampling = [inputs["samplingLogprobs"][row, :length].tolist() for row, length in zip(rows, lengths)]
        if name == "ragged":
            sampling[0][1] = None
        config = GRPOConfig(
            output_dir=tempfile.mkdtemp(),
            use_cpu=True,
            report_to="none",
            bf16=False,
            vllm_importance_sampling_mode=mode,
            vllm_importance_sampling_clip_max=clip_max,
            vllm_importance_sampling_clip_min=clip_min,
        )
        trainer = scoring_trainer(
            GRPOTrainer, config, 1, [1.0], scale_rewards="group", multi_objective_aggregation="sum_then_normalize"
        )
        trainer.use_vllm = True
        trainer.num_generations = len(rows)
        trainer._generate = lambda prompts: (
            [[3]] * len(rows),
            [[5] * length for length in lengths],
            None,
            ["x"] * len(rows),
            sampling,
            {},
            None,
            None,
        )
        width = max(lengths)
        padded = torch.stack([torch.nn.functional.pad(row, (0, width - len(row))) for row in old])
        trainer._get_per_token_logps_and_entropies = lambda *args, **kwargs: (padded.float(), None, None)
        trainer._calculate_rewards = lambda *args, **kwargs: torch.zeros(len(rows), 1)
        output = trainer._generate_and_score_completions([{"prompt": "p"}] * len(rows))
        corrections.append(
            {
                "source": "trl",
                "names": [mode],
                "options": {"mode": mode, "clipMax": clip_max, "clipMin": clip_min},
                "oldLogprobs": [row.tolist() for row in old],
                "samplingLogprobs": sampling,
                "ratio": listed(output["importance_sampling_ratio"]),
            }
        )


# verl holds the log ratio within [-20, 20] and k3 within [-10, 10]; TRL and ours do not.
far = torch.tensor([[-30.0, -1.0]], dtype=torch.float64)
differences["verlClamps"] = {
    "logprobs": listed(far),
    "refLogprobs": [[-1.0, -6.0]],
    "k3": listed(verl.kl_penalty(far, torch.tensor([[-1.0, -6.0]], dtype=torch.float64), "k3")),
}


# --- KL estimators and overlong punishment --------------------------------------------------------

estimates = []
for estimator in ["k1", "k2", "k3"]:
    for name in ["ragged", "truncated and flat", "per token", "one token", "far"]:
        logprobs = fixtures[name]["logprobs"].clone().requires_grad_()
        values = verl.kl_penalty(logprobs, fixtures[name]["refLogprobs"], estimator)
        values.sum().backward()
        estimates.append(
            {
                "source": "verl",
                "names": [estimator],
                "fixture": name,
                "values": listed(values.detach()),
                "dLogprobs": listed(logprobs.grad),
            }
        )

overlong = []
for longest, cache in [(100, 20), (10, 10), (7, 3), (64, 1), (20480, 4096)]:
    lengths = sorted({0, 1, longest - cache, longest - cache + 1, longest - cache // 2, longest, longest + 1, 2 * longest})
    values = get_soft_overlong_punishment(longest, cache)(completion_ids=[[0] * length for length in lengths])
    overlong.append({"source": "trl", "maxLength": longest, "cache": cache, "lengths": lengths, "values": values})


def cleaned(value):
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.9g}")
    return value


golden = {
    "madeBy": "make.py",
    "versions": {name: version(name) for name in ["trl", "torch", "transformers"]},
    "verlCommit": VERL_COMMIT,
    "fixtures": {name: {key: listed(value) for key, value in inputs.items()} for name, inputs in fixtures.items()},
    "losses": losses,
    "advantages": advantages,
    "tokenReturns": token_returns,
    "objectives": objectives,
    "corrections": corrections,
    "klEstimates": estimates,
    "overlong": overlong,
    "differences": differences,
    "trlDefaults": {
        ours: getattr(GRPOConfig(output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False), theirs)
        for ours, theirs in {**trl_names, "useBiasCorrectionKl": "use_bias_correction_kl"}.items()
    },
}
text = json.dumps(cleaned(golden), indent=None, separators=(",", ":"))
(HERE / "golden.json").write_text(text.replace("},{", "},\n{") + "\n")
print({key: len(value) for key, value in golden.items() if isinstance(value, list)})
