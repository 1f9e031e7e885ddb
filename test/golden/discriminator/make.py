"""Makes golden.json: what scikit-learn makes of small inputs for AUC, Platt scaling, Brier score,
reliability bins and logistic regression.

    python test/golden/discriminator/make.py

writes golden.json beside it. Solvers run to their tightest tolerance; everything is float64.
"""

import json
import platform
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.calibration import _sigmoid_calibration
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

random = np.random.default_rng(20260)


def floats(array):
    return [float(value) for value in array]


def auc_case(n, levels, weighted):
    """Scores of few levels have ties."""
    labels = random.random(n) < 0.4
    labels[:2] = [True, False]
    scores = np.round((random.normal(size=n) + labels) * levels) / levels
    counts = random.integers(0, 4, size=n) if weighted else np.ones(n, dtype=int)
    counts[:2] = 1
    return {
        "scores": floats(scores),
        "labels": labels.tolist(),
        "counts": counts.tolist(),
        "auc": float(roc_auc_score(labels, scores, sample_weight=counts)),
    }


def platt_case(n, shift, scale, weighted):
    labels = random.random(n) < 0.3
    labels[:2] = [True, False]
    decisions = (random.normal(size=n) + 1.2 * labels) * scale + shift
    weights = (
        np.where(labels, n / (2 * labels.sum()), n / (2 * (~labels).sum()))
        if weighted
        else np.ones(n)
    )
    library = _sigmoid_calibration(decisions, labels.astype(float), weights)
    # scikit-learn stops at a gradient of 1e-6; its own answer, taken further.
    positive, negative = weights[labels].sum(), weights[~labels].sum()
    targets = np.where(labels, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(parameters):
        z = parameters[0] * decisions + parameters[1]
        return float(
            (weights * (targets * np.logaddexp(0, z) + (1 - targets) * np.logaddexp(0, -z))).sum()
        )

    exact = minimize(loss, library, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 0, "maxiter": 20000})
    assert np.allclose(library, exact.x, atol=1e-3), (library, exact.x)
    return {
        "decisions": floats(decisions),
        "labels": labels.tolist(),
        "weights": floats(weights),
        "library": floats(library),
        "a": float(exact.x[0]),
        "b": float(exact.x[1]),
    }


def errors_case(n, bins, weighted):
    probabilities = random.random(n)
    labels = random.random(n) < probabilities**2
    weights = random.random(n) + 0.1 if weighted else np.ones(n)
    places = np.minimum(bins - 1, np.floor(probabilities * bins)).astype(int)
    ece = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            share = weights[inside].sum() / weights.sum()
            said = np.average(probabilities[inside], weights=weights[inside])
            came = np.average(labels[inside], weights=weights[inside])
            ece += share * abs(said - came)
    return {
        "probabilities": floats(probabilities),
        "labels": labels.tolist(),
        "weights": floats(weights),
        "bins": bins,
        "ece": float(ece),
        "brier": float(brier_score_loss(labels, probabilities, sample_weight=weights)),
    }


def logistic_case(n, size, l2):
    rows = random.normal(size=(n, size)) * (random.random((n, size)) < 0.4)
    rows[:, 0] += 0.1
    labels = rows @ random.normal(size=size) + random.normal(size=n) > 0.5
    labels[:2] = [True, False]
    # Balanced classes weigh n in all, so C = 1 / (l2 n).
    model = LogisticRegression(
        C=1 / (l2 * n), class_weight="balanced", solver="newton-cholesky", tol=1e-14, max_iter=1000
    ).fit(rows, labels)
    return {
        "rows": [floats(row) for row in rows],
        "labels": labels.tolist(),
        "l2": l2,
        "coefficients": floats(model.coef_[0]),
        "intercept": float(model.intercept_[0]),
    }


golden = {
    "made": {
        "by": "test/golden/discriminator/make.py",
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "dtype": "float64",
    },
    "auc": [auc_case(12, 1, False), auc_case(40, 2, False), auc_case(30, 100, False), auc_case(40, 2, True)],
    "platt": [
        platt_case(30, 0.0, 1.0, False),
        platt_case(60, -2.0, 3.0, False),
        platt_case(60, 0.5, 0.2, True),
        platt_case(100, 5.0, 2.0, True),
    ],
    "errors": [errors_case(40, 10, False), errors_case(60, 10, True), errors_case(25, 4, True)],
    "logistic": [logistic_case(30, 4, 1e-2), logistic_case(60, 8, 1e-3), logistic_case(40, 12, 1e-1)],
}
text = json.dumps(golden, indent=1)
Path(__file__).with_name("golden.json").write_text(text + "\n")
