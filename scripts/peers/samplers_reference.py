"""Writes tests/it/data/samplers.json: what the formulas of seven samplers choose from a small cloud, in NumPy.

    pip install numpy scikit-learn
    python scripts/peers/samplers_reference.py

Coverage herding (MaxHerding, arXiv 2407.12212), uncertainty herding (arXiv 2412.20644), ProbCover (arXiv 2205.11320),
TypiClust (arXiv 2202.02794), core-set (arXiv 1708.00489), LCMD (arXiv 2203.09410) and BADGE (arXiv 1906.03671). The kernel
is computed in full at each pick, in double precision, where the program computes a few rows in single; the gradients of
BADGE are written out, where the program multiplies their factors. The tests of src/sampler compare their picks with it,
given the same clusters and the same uniform draws.
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


def core_set(codes, labelled):
    """k-centre greedy: the sample farthest from all labelled and chosen ones, COUNT times; the first of equals."""
    nearest, chosen = distances(codes, labelled).min(axis=1), []
    for _ in range(COUNT):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, distances(codes, codes[chosen[-1:]])[:, 0])
    return chosen


def lcmd(codes, labelled):
    """The sample farthest from the centre whose cluster, of unchosen samples, has the largest sum of squared distances."""
    centres, free, chosen = labelled, np.arange(len(codes)), []
    for _ in range(COUNT):
        d = distances(codes[free], centres)
        of = d.argmin(axis=1)
        size = np.array([(d[of == c, c] ** 2).sum() for c in range(len(centres))])
        inside = np.flatnonzero(of == size.argmax())
        chosen.append(int(free[inside[d[inside].min(axis=1).argmax()]]))
        centres, free = np.vstack([centres, codes[chosen[-1:]]]), free[free != chosen[-1]]
    return chosen


def badge(features, logits, draws):
    """k-means++ on the gradients of the last layer's weights, with the predicted class as the label.

    The first has the largest gradient, as in the authors' program; each other one is drawn in proportion to its squared
    distance to the nearest chosen one, by the uniform number u: the first whose cumulative share is above u.
    """
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    p[np.arange(len(p)), logits.argmax(axis=1)] -= 1
    gradients = (p[:, :, None] * features[:, None, :]).reshape(len(p), -1)
    chosen = [int((gradients**2).sum(axis=1).argmax())]
    nearest = np.full(len(p), np.inf)
    for u in draws:
        nearest = np.minimum(nearest, ((gradients - gradients[chosen[-1]]) ** 2).sum(axis=1))
        nearest[chosen] = 0
        shares = np.cumsum(nearest)
        chosen.append(int(np.searchsorted(shares, u * shares[-1], side="right")))
    return chosen


def scores(codes):
    """Logits of a made-up linear target on the codes, and uniform draws, rounded as the codes are."""
    rng = np.random.default_rng(11)
    logits = codes @ rng.normal(0, 0.7, (WIDTH, CLASSES)) + rng.normal(0, 0.5, CLASSES)
    return np.round(logits, 3), np.round(rng.uniform(0, 1, COUNT - 1), 4)


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
    logits, draws = scores(pool)
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
        "core_set": core_set(pool, labelled),
        "lcmd": lcmd(pool, labelled),
        "logits": logits.tolist(),
        "draws": draws.tolist(),
        "badge": badge(pool, logits, draws),
    }
    OUT.write_text(json.dumps(found) + "\n")
    names = ["bandwidth", "radius", "coverage", "uncertainty_herding", "probcover", "typiclust", "core_set", "lcmd", "badge"]
    print({name: found[name] for name in names})


main()
