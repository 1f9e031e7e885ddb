"""Makes golden.json: exact tests and measures of diversity by the libraries they are usually taken from.

    python test/golden/evaluation/make.py

Needs numpy, scipy, statsmodels and nltk. McNemar's exact test is statsmodels' (and scipy's binomtest), the
test of sign flips scipy's permutation_test with all 2^n flips, Holm's adjustment statsmodels' multipletests.
Self-BLEU is the mean over the texts of nltk's sentence_bleu against all the others with method1 of its
smoothing functions, as Texygen has it; the edit distance of two lists of tokens is nltk's edit_distance.
"""

import importlib.metadata
import json
import os
import random

import numpy as np
from nltk.metrics.distance import edit_distance
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.util import ngrams
from scipy.stats import binomtest, permutation_test
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

rng = random.Random(7)


def mcnemar_cases():
    cases = []
    for gained, lost in [(0, 0), (1, 0), (3, 3), (10, 2), (2, 10), (40, 21), (105, 55), (600, 500)]:
        p = mcnemar([[5, lost], [gained, 9]], exact=True).pvalue if gained + lost else 1.0
        if gained + lost:
            assert abs(p - binomtest(gained, gained + lost, 0.5).pvalue) < 1e-12
        cases.append({"gained": gained, "lost": lost, "p": float(p)})
    return cases


def flip_cases():
    cases = []
    for n, levels in [(2, 4), (6, 2), (10, 4), (13, 8)]:
        values = [rng.randint(-levels, levels) for _ in range(n)]
        data = np.array(values, dtype=float)
        found = permutation_test(
            (data,), lambda x, axis: np.sum(x, axis=axis), permutation_type="samples",
            n_resamples=np.inf, vectorized=True, alternative="two-sided",
        )
        # scipy doubles the smaller tail, which for a symmetric distribution is the same.
        cases.append({"numerators": values, "p": float(found.pvalue)})
    return cases


def holm_cases():
    lists = [[0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.9], [0.0, 1.0, 0.02]]
    return [{"p": ps, "adjusted": multipletests(ps, method="holm")[1].tolist()} for ps in lists]


def text_cases():
    words = "a b c d e f return if for x y z".split()
    sets = []
    for size, longest in [(2, 8), (5, 12), (8, 30)]:
        sets.append([[rng.choice(words) for _ in range(rng.randint(1, longest))] for _ in range(size)])
    sets.append([["a", "b", "c", "d", "e"]] * 3)
    sets.append([["a", "a", "a"], ["b"], ["c", "d"]])
    cases = []
    smooth = SmoothingFunction().method1
    for texts in sets:
        scores = [
            sentence_bleu([t for j, t in enumerate(texts) if j != i], text, smoothing_function=smooth)
            for i, text in enumerate(texts)
        ]
        distinct = {}
        for n in (1, 2, 4):
            grams = [g for t in texts for g in ngrams(t, n)]
            distinct[str(n)] = len(set(grams)) / len(grams) if grams else None
        pairs = [
            edit_distance(a, b) / max(len(a), len(b))
            for i, a in enumerate(texts) for b in texts[i + 1 :]
        ]
        cases.append({
            "texts": texts, "selfBleu": float(np.mean(scores)), "distinct": distinct,
            "editDistance": float(np.mean(pairs)),
        })
    return cases


golden = {
    "versions": {
        name: importlib.metadata.version(name) for name in ("numpy", "scipy", "statsmodels", "nltk")
    },
    "mcnemar": mcnemar_cases(),
    "flips": flip_cases(),
    "holm": holm_cases(),
    "texts": text_cases(),
}
with open(os.path.join(os.path.dirname(__file__), "golden.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
