"""Writes tests/it/data/statistics.json: the results of SciPy and statsmodels for invented paired differences.

    pip install scipy statsmodels
    python scripts/peers/statistics_reference.py

The tests of src/statistics compare their numbers with it. The differences are written below, not drawn at random.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

OUT = Path(__file__).parents[2] / "tests" / "it" / "data" / "statistics.json"

# Name -> differences in points of accuracy; round numbers, so that ties and zeros are exact.
DIFFERENCES = {
    "three": [0.4, 0.1, 0.25],
    "five": [0.33, 0.61, -0.12, 0.5, 0.08],
    "five-all-up": [0.33, 0.61, 0.12, 0.5, 0.08],
    "six-ties": [0.5, 0.5, -0.5, 0.25, 0.75, 0.25],
    "eight-zeros": [0.0, 0.125, -0.25, 0.5, 0.0, 1.0, 0.375, 0.625],
    "ten": [0.41, 0.02, 0.77, -0.31, 0.29, 0.55, 0.13, -0.05, 0.62, 0.36],
    "ten-down": [-1.41, -1.02, -0.77, -1.31, -1.29, -0.55, -1.13, -1.05, -0.62, -1.36],
    "twelve-noise": [1.1, -0.9, 0.3, -0.4, 0.8, -1.2, 0.15, 0.05, -0.35, 0.65, -0.6, 0.45],
    "eighteen": [0.1 * k - 0.55 + 0.013 * (k * k % 7) for k in range(18)],
}

P_VALUES = [
    [0.001953125, 0.03125, 0.0625, 0.4],
    [0.04, 0.01, 0.03, 0.02, 0.05],
    [0.6, 0.7, 0.9],
    [0.001],
]

# One row for each seed, one column for each strategy, in points of accuracy; the last two have ties.
RANKED = {
    "four-by-six": [
        [90.1, 91.2, 92.4, 91.9], [89.8, 91.6, 92.0, 92.2], [90.5, 90.9, 92.7, 91.4],
        [90.2, 91.8, 91.7, 92.1], [89.9, 91.1, 92.2, 91.5], [90.4, 91.3, 92.6, 92.5],
    ],
    "three-by-five": [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0], [1.0, 2.0, 3.0], [2.0, 3.0, 1.0]],
    "ties": [[1.0, 1.0, 3.0, 2.0], [2.0, 1.0, 2.0, 2.0], [1.0, 4.0, 4.0, 2.0], [3.0, 3.0, 3.0, 3.0]],
    "five-by-ten-ties": [[float((i * i + 3 * j * i + 2 * j) % 6) for j in range(5)] for i in range(10)],
}

CURVE = {"labels": [500, 1000, 1500, 2000, 2500], "accuracy": [91.0, 94.5, 94.0, 96.5, 97.0]}


def case(name, values):
    d = np.array(values)
    n = len(d)
    flips = stats.permutation_test(
        (d,), np.mean, permutation_type="samples", alternative="two-sided", n_resamples=np.inf
    )
    nonzero = d[d != 0]
    ranks = stats.wilcoxon(nonzero, method=stats.PermutationMethod(n_resamples=np.inf))
    t = stats.ttest_1samp(d, 0.0)
    interval = {str(level): list(t.confidence_interval(level)) for level in (0.8, 0.95, 0.99)}
    return {
        "name": name,
        "differences": d.tolist(),
        "mean": d.mean(),
        "sd": d.std(ddof=1),
        "effect": d.mean() / d.std(ddof=1),
        "t_p": t.pvalue,
        "interval": interval,
        "sign_flip_p": flips.pvalue,
        "wilcoxon_p": ranks.pvalue,
    }


def ranked(name, rows):
    friedman = stats.friedmanchisquare(*np.array(rows).T)
    return {
        "name": name,
        "rows": rows,
        "ranks": [stats.rankdata(row).tolist() for row in rows],
        "chi_square": friedman.statistic,
        "p": friedman.pvalue,
    }


def power(effect):
    n = TTestPower().solve_power(effect_size=effect, alpha=0.05, power=0.8, alternative="two-sided")
    return {"effect": effect, "n": float(np.ceil(np.squeeze(n)))}


def main():
    x, y = np.array(CURVE["labels"], float), np.array(CURVE["accuracy"])
    grid = np.linspace(x[0], x[-1], 2_000_001)
    path = np.interp(grid, x, y)
    reach = {str(a): (float(grid[np.argmax(path >= a)]) if (path >= a).any() else None) for a in (90, 92, 96, 97, 98)}
    reference = {
        "made_by": "scripts/peers/statistics_reference.py",
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
        "cases": [case(name, values) for name, values in DIFFERENCES.items()],
        "holm": [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in P_VALUES],
        "t_quantiles": [
            {"p": p, "df": df, "t": stats.t.ppf(p, df)}
            for p in (0.6, 0.9, 0.975, 0.995, 0.9995)
            for df in (1, 2, 4, 9, 30, 200)
        ],
        "power": [power(effect) for effect in (0.3, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0)],
        "ranked": [ranked(name, rows) for name, rows in RANKED.items()],
        "nemenyi": [
            {"k": k, "level": level, "q": stats.studentized_range.ppf(level, k, np.inf) / np.sqrt(2)}
            for level in (0.9, 0.95, 0.99)
            for k in (2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 30)
        ],
        "curve": {**CURVE, "area": float(np.trapezoid(y, x) / (x[-1] - x[0])), "labels_to": reach},
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(reference, indent=1) + "\n")
    print(f"wrote {OUT}")


if __name__ == "__main__":
    main()
