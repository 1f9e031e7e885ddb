"""Makes golden.json: preference losses by the libraries that they are named after, with gradients.

    OPENRLHF=/path/to/OpenRLHF python test/golden/preference/make.py

Needs torch, transformers, datasets and trl; OPENRLHF is a checkout (or a bare mirror) of
github.com/OpenRLHF/OpenRLHF. The trainers' own code runs: DPOTrainer._compute_loss and
compute_ref_log_probs, KTOTrainer._prepare_dataset (its rotation of completions) and _compute_loss,
CPOTrainer and ORPOTrainer.get_batch_loss_metrics, each after the trainer's own __init__ and collator;
of OpenRLHF its DPOLoss. Only the model is ours: a recorder, whose logits say the log-probabilities
that a case prescribes. So every margin can be had, and the gradient by each log-probability is read
off. Double precision, except where TRL itself goes to float32 (alpha_divergence refuses doubles, ORPO
casts).

golden.json: versions, and cases of {name, library, options, input, output}. Lists of log-probabilities
are ragged, one per row, and multiples of 2^-10, so that their sums are the same in float32. null stands
for NaN. Gradients are of the loss by the policy's log-probabilities.
"""

import importlib.metadata
import json
import math
import os
import random
import subprocess
import tempfile
import types
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.filterwarnings("ignore")

import datasets
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

datasets.disable_progress_bars()
transformers.logging.set_verbosity_error()
HERE = os.path.dirname(os.path.abspath(__file__))
VOCABULARY = 40
END, PAD = VOCABULARY - 2, VOCABULARY - 1
ULP = 2.0**-10


def tokenizer():
    words = {f"w{i}": i for i in range(VOCABULARY - 2)} | {"<e>": END, "<p>": PAD}
    inner = Tokenizer(models.WordLevel(words, unk_token="w0"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<e>", pad_token="<p>")


def tiny_model():
    """For the trainers' __init__; no loss sees it."""
    config = Qwen2Config(
        vocab_size=VOCABULARY, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=1, num_key_value_heads=1, max_position_embeddings=64,
        eos_token_id=END, pad_token_id=PAD, bos_token_id=None,
    )  # fmt: skip
    return Qwen2ForCausalLM(config)


class Recorder(torch.nn.Module):
    """Logits under which every next token has a prescribed log-probability."""

    def __init__(self, draw, dtype):
        super().__init__()
        self.draw, self.dtype, self.calls = draw, dtype, []

    def forward(self, input_ids, attention_mask=None, **_):
        rows, width = input_ids.shape
        values = [[self.draw(row, t) for t in range(width - 1)] for row in range(rows)]
        logps = torch.tensor(values, dtype=self.dtype, requires_grad=True)
        self.calls.append(logps)
        others = torch.log(-torch.expm1(logps)) - math.log(VOCABULARY - 1)
        label = torch.nn.functional.one_hot(input_ids[:, 1:], VOCABULARY).bool()
        logits = torch.where(label, logps.unsqueeze(-1), others.unsqueeze(-1))
        last = torch.zeros(rows, 1, VOCABULARY, dtype=self.dtype)
        return types.SimpleNamespace(logits=torch.cat([logits, last], dim=1), aux_loss=None)


def quantised(x, unit=ULP):
    return -max(unit, round(-x / unit) * unit)


REGIMES = {
    # policy, and what the reference differs by, per token; `sign` is 1 on chosen rows, -1 on rejected
    "plain": (lambda r, s: -r.expovariate(1.0), lambda r, s: r.gauss(0, 0.4)),
    "equal": (lambda r, s: -r.expovariate(1.0), lambda r, s: 0.0),
    "right": (lambda r, s: -0.5 - 4 * r.random(), lambda r, s: -s * (3 + 3 * r.random())),
    "wrong": (lambda r, s: -8 - 4 * r.random(), lambda r, s: s * (3 + 3 * r.random())),
    "unlikely": (lambda r, s: -6 - 9 * r.random(), lambda r, s: r.gauss(0, 2)),
    "certain": (lambda r, s: -0.001 - 0.004 * r.random(), lambda r, s: r.gauss(0, 0.01)),
}


def draws(regime, seed, signs):
    """Policy and reference log-probabilities by (row, position), the same however often they are asked for."""
    of_policy, of_difference = REGIMES[regime]

    def policy(row, t):
        return quantised(of_policy(random.Random(f"{seed}/{row}/{t}"), signs[row]))

    def reference(row, t):
        return quantised(policy(row, t) + of_difference(random.Random(f"ref/{seed}/{row}/{t}"), signs[row]))

    return policy, reference


def ragged(tensor, mask):
    return [[number(x) for x, m in zip(row, keep) if m] for row, keep in zip(tensor.tolist(), mask.tolist())]


def number(x):
    x = x.item() if isinstance(x, torch.Tensor) else x
    return x if math.isfinite(x) else None


def finish(name, library, options, inputs, loss, gradients, metrics):
    return dict(
        name=name, library=library, options=options, input=inputs,
        output=dict(loss=number(loss), gradients=gradients, metrics={k: number(v) for k, v in metrics.items()}),
    )  # fmt: skip


def config_of(kind, options, folder, **more):
    return kind(output_dir=folder, report_to="none", bf16=False, use_cpu=True, disable_tqdm=True,
                gradient_checkpointing=False, remove_unused_columns=False, **more, **options)  # fmt: skip


# --- DPO ------------------------------------------------------------------------------------------


def dpo_case(folder, name, options, lengths, regime, max_length=None, prompt=3, dtype=torch.float64):
    rng = random.Random(name)
    words = lambda n: [rng.randrange(VOCABULARY - 2) for _ in range(n)]
    examples = [
        dict(prompt_ids=words(prompt), chosen_ids=words(c), rejected_ids=words(r)) for c, r in lengths
    ]
    text = [dict(prompt="w1 w2", chosen=" w3", rejected=" w4")]
    trainer = DPOTrainer(
        tiny_model(), tiny_model(), config_of(DPOConfig, options, folder, max_length=max_length),
        train_dataset=datasets.Dataset.from_list(text), processing_class=tokenizer(),
    )  # fmt: skip
    trainer.model.train()
    batch = trainer.data_collator(examples)
    pairs = len(lengths)
    signs = [1] * pairs + [-1] * pairs
    policy, reference = draws(regime, name, signs)
    ref, model = Recorder(reference, dtype), Recorder(policy, dtype)
    trainer.precompute_ref_logps = True
    trainer.use_liger_kernel = False
    batch["ref_chosen_logps"], batch["ref_rejected_logps"] = trainer.compute_ref_log_probs(ref, batch)
    loss = trainer._compute_loss(model, batch, return_outputs=False)
    logps, mask = model.calls[0], batch["completion_mask"][:, 1:]
    gradient = torch.autograd.grad(loss, logps, allow_unused=True)[0] if loss.requires_grad else None
    if gradient is None:
        gradient = torch.zeros_like(logps)
    policies, references, slopes = (ragged(x, mask) for x in (logps, ref.calls[0], gradient))
    logged = {k: v[0] for k, v in trainer._metrics["train"].items() if k.startswith(("rewards/", "logps/"))}
    inputs = dict(
        chosenLogprobs=policies[:pairs], rejectedLogprobs=policies[pairs:],
        refChosenLogprobs=references[:pairs], refRejectedLogprobs=references[pairs:],
    )  # fmt: skip
    if options.get("use_weighting"):  # of the recorder's distribution at temperature 1/2, which WPO's weights need
        p = torch.exp(logps.detach())
        half = 2 * logps.detach() - torch.log(p**2 + (1 - p) ** 2 / (VOCABULARY - 1))
        halves = ragged(half, mask)
        inputs |= dict(chosenHalfLogprobs=halves[:pairs], rejectedHalfLogprobs=halves[pairs:])
    gradients = dict(chosen=slopes[:pairs], rejected=slopes[pairs:])
    return finish(name, "trl", options, inputs, loss, gradients, logged)


RAGGED = [(5, 3), (2, 6), (4, 4), (1, 7)]
# name, lengths of the sides, regime, beta, what else
DPO_SITUATIONS = [
    ("ragged", RAGGED, "plain", 0.1, {}),
    ("one pair", [(3, 5)], "plain", 0.5, {}),
    ("policy is reference", RAGGED, "equal", 0.1, {}),
    ("large margins, right", RAGGED, "right", 0.7, {}),
    ("large margins, wrong", RAGGED, "wrong", 0.7, {}),
    ("unlikely", [(6, 2), (3, 3)], "unlikely", 0.05, {}),
    ("truncated to nothing", RAGGED, "plain", 0.1, dict(max_length=3)),
    ("one side empty", [(0, 4), (3, 0), (2, 2)], "plain", 0.3, {}),
]
DPO_TYPES = ["sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot",
             "aot_unpaired", "apo_zero", "apo_down", "discopop", "sft", "sigmoid_norm"]  # fmt: skip
SMOOTHED = {"robust": 0.1, "exo_pair": 1e-3, "aot": 0.2, "aot_unpaired": 0.05}
F_TYPES = ["sigmoid", "sigmoid_norm", "hinge", "ipo", "exo_pair", "robust", "discopop", "sft"]


def dpo_cases(folder):
    for kind in DPO_TYPES:
        for what, lengths, regime, beta, more in DPO_SITUATIONS:
            options = dict(loss_type=[kind], beta=beta)
            if kind in SMOOTHED:
                options["label_smoothing"] = SMOOTHED[kind]
            yield dpo_case(folder, f"dpo {kind}: {what}", options, lengths, regime, **more)
    for divergence in ["forward_kl", "js_divergence", "alpha_divergence"]:
        float32 = divergence == "alpha_divergence"
        for kind in F_TYPES:
            options = dict(loss_type=[kind], beta=0.2, f_divergence_type=divergence)
            options |= dict(label_smoothing=SMOOTHED[kind]) if kind in SMOOTHED else {}
            dtype = torch.float32 if float32 else torch.float64
            yield dpo_case(folder, f"dpo {divergence} {kind}", options, RAGGED, "plain", dtype=dtype)
        for what, regime in [("equal", "equal"), ("right", "right"), ("wrong", "wrong")]:
            options = dict(beta=0.1, f_divergence_type=divergence)
            # e^-r of a log-ratio of -30 and less is no float32 any more: shorter completions.
            lengths = [(3, 2), (1, 4)]
            yield dpo_case(folder, f"dpo {divergence} {what}", options, lengths, regime, dtype=dtype)
    for coefficient in [0.9, 1.0, 1.5, 3.0]:
        options = dict(f_divergence_type="alpha_divergence", f_alpha_divergence_coef=coefficient, beta=0.1)
        yield dpo_case(folder, f"dpo alpha {coefficient}", options, RAGGED, "plain", dtype=torch.float32)
    options = dict(f_divergence_type="alpha_divergence", f_alpha_divergence_coef=6.0, beta=0.1)
    yield dpo_case(folder, "dpo alpha 6: exponents beyond 80", options, RAGGED, "right", dtype=torch.float32)
    yield dpo_case(folder, "dpo reverse_kl named", dict(f_divergence_type="reverse_kl"), RAGGED, "plain")
    for i, kind in enumerate(["sigmoid", "ipo", "robust", "apo_zero", "discopop", "nca_pair"]):
        options = dict(loss_type=[kind], beta=0.1 + 0.1 * i, use_weighting=True)
        options |= dict(label_smoothing=SMOOTHED[kind]) if kind in SMOOTHED else {}
        yield dpo_case(folder, f"dpo weighted {kind}", options, RAGGED, "plain")
    for alpha, kind in [(0.0, "sigmoid"), (0.5, "sigmoid"), (1.0, "sigmoid"), (0.3, "ipo"), (0.7, "apo_zero")]:
        options = dict(loss_type=[kind], ld_alpha=alpha)
        yield dpo_case(folder, f"dpo ld {alpha} {kind}", options, RAGGED, "plain")
    mixtures = [
        (["sigmoid", "sft"], None), (["sigmoid", "bco_pair", "sft"], [0.8, 0.2, 1.0]),
        (["ipo", "hinge"], [0.5, 2.0]), (["apo_zero", "sft"], [1.0, 0.25]), (["aot", "nca_pair"], None),
    ]  # fmt: skip
    for kinds, weights in mixtures:
        options = dict(loss_type=kinds) | (dict(loss_weights=weights) if weights else {})
        yield dpo_case(folder, f"dpo mixture {' '.join(kinds)}", options, RAGGED, "plain")


# --- OpenRLHF -------------------------------------------------------------------------------------


def openrlhf_loss(path):
    show = lambda *arguments: subprocess.run(
        ["git", "-C", path, *arguments], check=True, capture_output=True, text=True
    ).stdout
    source = show("show", "HEAD:openrlhf/models/loss.py").replace("from .utils import masked_mean\n", "")
    scope = {}
    exec(compile(source, "openrlhf/models/loss.py", "exec"), scope)
    return scope["DPOLoss"], show("rev-parse", "HEAD").strip()


def openrlhf_cases(DPOLoss):
    for kind, smoothings in [("cdpo", [0.1, 0.3, 0.0, 0.1, 0.45, 0.2]), ("ipo_sum", [0.0] * 6)]:
        for (what, lengths, regime, beta, _), smoothing in zip(DPO_SITUATIONS, smoothings):
            name = f"dpo {kind}: {what}"
            pairs = len(lengths)
            policy, reference = draws(regime, name, [1] * pairs + [-1] * pairs)
            sides = [c for c, _ in lengths] + [r for _, r in lengths]
            logps = [
                torch.tensor([policy(row, t) for t in range(n)], dtype=torch.float64, requires_grad=True)
                for row, n in enumerate(sides)
            ]
            refs = [
                torch.tensor([reference(row, t) for t in range(n)], dtype=torch.float64)
                for row, n in enumerate(sides)
            ]
            sums = lambda rows: torch.stack([row.sum() for row in rows])
            loss, chosen, rejected = DPOLoss(beta, smoothing, ipo=kind == "ipo_sum")(
                sums(logps[:pairs]), sums(logps[pairs:]), sums(refs[:pairs]), sums(refs[pairs:])
            )
            slopes = [g.tolist() for g in torch.autograd.grad(loss, logps)]
            lists = lambda rows: [row.tolist() for row in rows]
            inputs = dict(
                chosenLogprobs=lists(logps[:pairs]), rejectedLogprobs=lists(logps[pairs:]),
                refChosenLogprobs=lists(refs[:pairs]), refRejectedLogprobs=lists(refs[pairs:]),
            )  # fmt: skip
            options = dict(loss_type=[kind], beta=beta) | (dict(label_smoothing=smoothing) if smoothing else {})
            gradients = dict(chosen=slopes[:pairs], rejected=slopes[pairs:])
            metrics = {"rewards/chosen": chosen.mean(), "rewards/rejected": rejected.mean()}
            yield finish(name, "openrlhf", options, inputs, loss, gradients, metrics)


# --- KTO ------------------------------------------------------------------------------------------


def kto_case(folder, name, options, rows, regime, kl_regime=None, max_length=None):
    """rows: (prompt length, completion length, label); the end token is one more."""
    rng = random.Random(name)
    words = lambda n: " ".join(f"w{rng.randrange(VOCABULARY - 2)}" for _ in range(n))
    examples = [
        dict(prompt=words(p), completion=" " + words(c) if c else "", label=label) for p, c, label in rows
    ]
    count = len(rows)
    trainer = KTOTrainer(
        tiny_model(), tiny_model(),
        config_of(KTOConfig, options, folder, max_length=max_length, per_device_train_batch_size=count),
        train_dataset=datasets.Dataset.from_list(examples), processing_class=tokenizer(),
    )  # fmt: skip
    trainer.model.train()
    prepared = list(trainer.train_dataset)  # without those whose prompt leaves no room
    count, labels = len(prepared), [row["label"] for row in prepared]
    batch = trainer.data_collator(prepared)
    signs = [1 if label else -1 for label in labels]
    policy, reference = draws(regime, name, signs)
    kl_policy, kl_reference = draws(kl_regime or regime, f"kl/{name}", [1] * count)
    needs_kl = trainer.calculate_KL

    def by_input(main, mismatched):
        inner = Recorder(main, torch.float64)
        beside = Recorder(mismatched, torch.float64)

        class Both(torch.nn.Module):
            main, kl = inner, beside

            def forward(self, input_ids, **more):
                is_kl = needs_kl and torch.equal(input_ids, batch["KL_input_ids"])
                same = is_kl and torch.equal(input_ids, batch["input_ids"])
                assert not same, "the two batches must differ for the recorder to tell them apart"
                return (beside if is_kl else inner)(input_ids)

        return Both()

    model, ref = by_input(policy, kl_policy), by_input(reference, kl_reference)
    trainer.precompute_ref_logps = True
    batch["ref_logps"], ref_kl = trainer.compute_ref_log_probs(ref, batch)
    if ref_kl is not None:
        batch["ref_KL_logps"] = ref_kl
    loss = trainer._compute_loss(model, batch, return_outputs=False)
    logps, mask = model.main.calls[0], batch["completion_mask"][:, 1:]
    gradient = torch.autograd.grad(loss, logps)[0]
    inputs = dict(
        logprobs=ragged(logps, mask), refLogprobs=ragged(ref.main.calls[0], mask),
        labels=labels,
        promptIds=[row["prompt_ids"] for row in prepared],
        completionIds=[row["completion_ids"] for row in prepared],
    )  # fmt: skip
    if needs_kl:
        kl_mask = batch["KL_completion_mask"][:, 1:]
        inputs |= dict(
            klIds=[row["KL_completion_ids"] for row in prepared],
            klLogprobs=ragged(model.kl.calls[0], kl_mask), refKlLogprobs=ragged(ref.kl.calls[0], kl_mask),
        )  # fmt: skip
    logged = {k: v[0] for k, v in trainer._metrics["train"].items() if k.startswith(("rewards/", "logps/", "kl"))}
    return finish(name, "trl", options, inputs, loss, dict(logps=ragged(gradient, mask)), logged)


KTO_ROWS = [(2, 4, True), (3, 1, False), (1, 6, True), (4, 2, False), (2, 3, False)]


def kto_cases(folder):
    only = lambda label: [(p, c, label) for p, c, _ in KTO_ROWS]
    for kind in ["kto", "apo_zero_unpaired"]:
        for what, rows, regime, options, more in [
            ("ragged", KTO_ROWS, "plain", {}, {}),
            ("weights", KTO_ROWS, "plain", dict(beta=0.3, desirable_weight=1.5, undesirable_weight=0.8), {}),
            ("wanted only", only(True), "plain", dict(beta=0.2), {}),
            ("unwanted only", only(False), "plain", dict(beta=0.2), {}),
            ("policy is reference", KTO_ROWS, "equal", {}, {}),
            ("large margins, right", KTO_ROWS, "right", dict(beta=0.7), {}),
            ("large margins, wrong", KTO_ROWS, "wrong", dict(beta=0.7), {}),
            ("reference point far", KTO_ROWS, "plain", dict(beta=0.1), dict(kl_regime="right")),
            ("truncated", KTO_ROWS + [(9, 3, True)], "plain", {}, dict(max_length=6)),
            ("two", KTO_ROWS[:2], "unlikely", dict(beta=1.0), {}),
        ]:
            yield kto_case(folder, f"{kind}: {what}", dict(loss_type=kind) | options, rows, regime, **more)


# --- CPO and ORPO ---------------------------------------------------------------------------------


def reference_free_case(folder, name, trainer_class, config_class, options, lengths, regime, max_length=64):
    """lengths: (prompt, chosen, rejected); the end token is one more."""
    rng = random.Random(name)
    words = lambda n: " ".join(f"w{rng.randrange(VOCABULARY - 2)}" for _ in range(n))
    examples = [
        dict(prompt=words(p), chosen=" " + words(c), rejected=" " + words(r)) for p, c, r in lengths
    ]
    pairs = len(lengths)
    arguments = config_of(config_class, options, folder, max_length=max_length, per_device_train_batch_size=pairs)
    trainer = trainer_class(
        tiny_model(), arguments, train_dataset=datasets.Dataset.from_list(examples), processing_class=tokenizer()
    )
    batch = trainer.data_collator([trainer.train_dataset[i] for i in range(pairs)])
    policy, _ = draws(regime, name, [1] * pairs + [-1] * pairs)
    model = Recorder(policy, torch.float64)
    loss, metrics = trainer.get_batch_loss_metrics(model, batch, train_eval="train")
    logps = model.calls[0]
    gradient = torch.autograd.grad(loss, logps)[0]
    inputs = trainer.concatenated_inputs(batch, padding_value=trainer.pad_token_id if hasattr(trainer, "pad_token_id") else PAD)
    is_completion = inputs["concatenated_labels"][:, 1:] != -100
    is_token = inputs["concatenated_attention_mask"][:, 1:].bool()
    policies, slopes = ragged(logps, is_completion), ragged(gradient, is_completion)
    values = dict(chosenLogprobs=policies[:pairs], rejectedLogprobs=policies[pairs:])
    gradients = dict(chosen=slopes[:pairs], rejected=slopes[pairs:])
    if trainer_class is ORPOTrainer:
        is_prompt = (is_token & ~is_completion)[:pairs]
        values["chosenPromptLogprobs"] = ragged(logps[:pairs], is_prompt)
        gradients["chosenPrompt"] = ragged(gradient[:pairs], is_prompt)
    wanted = ("rewards/", "logps/", "nll_loss", "log_odds")
    logged = {k: v for k, v in metrics.items() if k.startswith(wanted)}
    return finish(name, "trl", options, values, loss, gradients, logged)


FREE = [(2, 4, 3), (3, 1, 6), (1, 3, 3), (4, 2, 5)]
FREE_SITUATIONS = [
    ("ragged", FREE, "plain", 0.1, {}),
    ("one pair", [(3, 2, 5)], "plain", 2.0, {}),
    ("unlikely", FREE, "unlikely", 0.5, {}),
    ("certain", FREE, "certain", 1.0, {}),
    ("large beta", FREE, "wrong", 2.5, {}),
    # TRL cuts completions to max_length minus the longer one: here to nothing.
    ("truncated to nothing", [(4, 6, 2), (3, 3, 2)], "plain", 0.4, dict(max_length=7)),
]


def reference_free_cases(folder):
    for kind in ["sigmoid", "hinge", "ipo", "simpo", "alphapo"]:
        for what, lengths, regime, beta, more in FREE_SITUATIONS:
            options = dict(loss_type=kind, beta=beta)
            yield reference_free_case(folder, f"cpo {kind}: {what}", CPOTrainer, CPOConfig, options, lengths, regime, **more)
        options = dict(loss_type=kind, beta=0.3, cpo_alpha=0.0, alpha=0.25)
        yield reference_free_case(folder, f"cpo {kind}: alpha", CPOTrainer, CPOConfig, options, FREE, "plain")
        options = dict(loss_type=kind, beta=0.3, cpo_alpha=0.5, alpha=-0.5, simpo_gamma=1.5)
        options |= dict(label_smoothing=0.1) if kind in ("sigmoid", "simpo", "alphapo") else {}
        yield reference_free_case(folder, f"cpo {kind}: options", CPOTrainer, CPOConfig, options, FREE, "plain")
    for what, lengths, regime, beta, more in FREE_SITUATIONS:
        options = dict(beta=beta)
        yield reference_free_case(folder, f"orpo: {what}", ORPOTrainer, ORPOConfig, options, lengths, regime, **more)


def main():
    DPOLoss, revision = openrlhf_loss(os.environ["OPENRLHF"])
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        groups = dict(
            dpo=[*dpo_cases(folder), *openrlhf_cases(DPOLoss)],
            kto=list(kto_cases(folder)),
            cpo=[], orpo=[],
        )  # fmt: skip
        for case in reference_free_cases(folder):
            groups["orpo" if case["name"].startswith("orpo") else "cpo"].append(case)
    versions = {name: importlib.metadata.version(name) for name in ["trl", "torch", "transformers"]}
    with open(os.path.join(HERE, "golden.json"), "w") as file:
        head = json.dumps(dict(versions=versions | dict(openrlhf=revision)))[:-1]
        file.write(head)
        for name, cases in groups.items():
            lines = ",\n".join(json.dumps(case) for case in cases)
            file.write(f',\n"{name}": [\n{lines}\n]')
        file.write("}\n")
    print({name: len(cases) for name, cases in groups.items()})


if __name__ == "__main__":
    main()
