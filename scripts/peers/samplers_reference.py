"""Writes tests/it/data/samplers.json: what the formulas of four samplers choose from a small cloud, in NumPy.

    pip install numpy scikit-learn
    python scripts/peers/samplers_reference.py

Coverage herding (MaxHerding, arXiv 2407.12212), uncertainty herding (arXiv 2412.20644), ProbCover (arXiv 2205.11320) and
TypiClust (arXiv 2202.02794). The kernel is computed in full at each pick, in double precision, where the program computes a
few rows in single. The tests of src/sampler compare their picks with it, given the same clusters.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import KMeans

OUT = Path(__file__).parents[2] / "tests" / "it" / "data" / "samplers.json"
FREE, LABELLED, WIDTH, COUNT, CLASSES = 240, 12, 4, 15, 5


def cloud():
    """Five clouds of unequal size and width, rounded so that the file and the program have the same numbers."""
    rng = np.random.default_rng(7)
    centres, widths = rng.normal(0, 2, (CLASSES, WIDTH)), [0.3, 0.5, 0.8, 0.5, 1.2]
    of = rng.choice(CLASSES, FREE + LABELLED, p=[0.3, 0.3, 0.2, 0.1, 0.1])
    codes = centres[of] + rng.normal(0, 1, (len(of), WIDTH)) * np.array(widths)[of, None]
    return np.round(codes, 3), np.round(rng.uniform(0, 1, FREE), 3)


def distances(a, b):
    return np.linalg.norm(a[:, None] - b[None], axis=2)


def bandwidth(pool, budget):
    """The median distance to the n / (2 budget)-th nearest other sample."""
    rank = max(1, len(pool) // (2 * budget))
    return float(np.sort(np.sort(distances(pool, pool), axis=1)[:, rank])[len(pool) // 2])


def herding(kernel, labelled, weights):
    """argmax over x of sum_i u_i max(0, k(x, i) - m_i), COUNT times; the first of equals."""
    covered, chosen = labelled.max(axis=0), []
    for _ in range(COUNT):
        gain = (np.maximum(0, kernel - covered) * weights).sum(axis=1)
        gain[chosen] = -1
        chosen.append(int(gain.argmax()))
        covered = np.maximum(covered, kernel[chosen[-1]])
    return chosen


def radius(pool, pseudo):
    """The largest radius of which at most one ball in twenty holds another pseudo-label."""
    other = np.where(pseudo[:, None] == pseudo[None], np.inf, distances(pool, pool)).min(axis=1)
    tried = np.sort(other)
    return float(max(r for r in tried if (other < r).mean() <= 0.05))


def typiclust(codes, clusters, k):
    """One sample from each cluster in turn: fewest labelled first, then largest; clusters of five and fewer are passed over."""
    labelled = np.arange(len(codes)) >= FREE
    left, order = clusters.copy(), []
    left[labelled] = -1
    for c in range(k):
        if (clusters == c).sum() > 5:
            order.append(((clusters[labelled] == c).sum(), -(clusters == c).sum(), c))
    chosen = []
    for turn in range(COUNT):
        members = np.flatnonzero(left == sorted(order)[turn % len(order)][2])
        near = np.sort(distances(codes[members], codes[members]), axis=1)[:, 1 : 1 + min(20, len(members) // 2)]
        best = members[(1 / (near.mean(axis=1) + 1e-5)).argmax()]
        chosen.append(int(best))
        left[best] = -1
    return chosen


def main():
    codes, weights = cloud()
    pool, labelled = codes[:FREE], codes[FREE:]
    h = bandwidth(pool, LABELLED + COUNT)
    gaussian = lambda a, b: np.exp(-((distances(a, b) / h) ** 2))
    pseudo = KMeans(CLASSES, n_init=3, random_state=0).fit_predict(pool)
    k = LABELLED + COUNT
    clusters = KMeans(k, n_init=3, random_state=0).fit_predict(codes)
    r = radius(pool, pseudo)
    ball = lambda a, b: (distances(a, b) < r).astype(float)
    found = {
        "made_by": "scripts/peers/samplers_reference.py",
        "numpy": np.__version__,
        "scikit_learn": sklearn.__version__,
        "count": COUNT,
        "pool": pool.tolist(),
        "labelled": labelled.tolist(),
        "weights": weights.tolist(),
        "bandwidth": h,
        "coverage": herding(gaussian(pool, pool), gaussian(labelled, pool), np.ones(FREE)),
        "uncertainty_herding": herding(gaussian(pool, pool), gaussian(labelled, pool), weights),
        "pseudo": pseudo.tolist(),
        "radius": r,
        "probcover": herding(ball(pool, pool), ball(labelled, pool), np.ones(FREE)),
        "clusters": clusters.tolist(),
        "typiclust": typiclust(codes, clusters, k),
    }
    OUT.write_text(json.dumps(found) + "\n")
    print({name: found[name] for name in ["bandwidth", "radius", "coverage", "uncertainty_herding", "probcover", "typiclust"]})


main()
