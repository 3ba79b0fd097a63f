"""How much of the way from chance to the best pairs ratings teach, beside peers: `python -m benchmarks.feedback`.

Worlds are synthetic: what really makes a pair good is a weighting of the affinity's parts that is drawn anew
for each world, around the hand-set one. Four cohorts are matched by the hand-set weights and rated in five
steps with noise; weights are learned from these ratings, and a fifth cohort, 60 trainees with 20 mentors of 3
places, is matched by them. 0 is the mean pair of that cohort, 1 what its best assignment reaches. Every way
sees the same worlds.
"""

import argparse
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from matching import AssignmentProblem, MentorAffinity, PairFeedback, assign, try_weights

Floats = NDArray[np.float64]
Scorer = Callable[[Floats], Floats]

PRIOR = np.array(list(MentorAffinity().weights_.values()))
LABELS = (32, 64, 128, 256, 512)
COHORTS = 4
# Shapes of the parts' values, need × strength first; None for those that are 0 or 1.
BETAS = ((2.0, 3.0), (1.2, 4.0), (3.0, 2.0), None, (5.0, 2.0), None, (1.0, 6.0))
YES = {3: 0.25, 5: 0.1}


def pairs(random: np.random.Generator, n_trainees: int, n_mentors: int) -> Floats:
    """Return values of the parts of all pairs of a new cohort, shape (n_trainees, n_mentors, n_parts)."""
    shape = (n_trainees, n_mentors)
    columns = [
        random.beta(*beta, shape) if beta else (random.random(shape) < YES[part]).astype(np.float64)
        for part, beta in enumerate(BETAS)
    ]
    return np.stack(columns, axis=-1)


def chosen(scores: Floats, places: int) -> NDArray[np.int64]:
    """Return the pairs of the best assignment, shape (n_pairs, 2)."""
    problem = AssignmentProblem.from_scores(np.round(scores, 6), np.full(scores.shape[1], places))
    return assign(problem).pairs


def feedback(random: np.random.Generator, truth: Floats, n_labels: int, noise: float) -> PairFeedback:
    """Match cohorts by the hand-set weights and let their pairs be rated."""
    values, ratings, cohorts = [], [], []
    for cohort in range(COHORTS):
        table = pairs(random, n_labels // COHORTS, max(4, n_labels // COHORTS // 3))
        rated = table[tuple(chosen(table @ PRIOR, 4).T)]
        felt = rated @ truth - 0.5 + random.normal(0, noise, len(rated))
        values.append(rated)
        ratings.append(np.round(4 * expit(10 * felt)) / 4)
        cohorts.append(np.full(len(rated), cohort))
    return PairFeedback.from_values(np.vstack(values), np.concatenate(ratings), np.concatenate(cohorts))


def twice(given: PairFeedback) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return values, classes and weights for peers that take no ratings between 0 and 1."""
    values = np.vstack([given.values, given.values])
    classes = np.repeat([1, 0], len(given))
    return values, classes, np.r_[given.ratings, 1 - given.ratings] + 1e-9


def ways(given: PairFeedback) -> dict[str, Scorer]:
    """Return what each way scores a pair's parts with."""
    trial = try_weights(given, PRIOR)
    values, classes, weights = twice(given)
    regression = LogisticRegression(max_iter=500).fit(values, classes, weights)
    boosting = HistGradientBoostingClassifier(min_samples_leaf=5, max_iter=50, random_state=0)
    boosting.fit(values, classes, weights)

    def boosted(table: Floats) -> Floats:
        flat = boosting.predict_proba(table.reshape(-1, table.shape[-1]))[:, 1]
        return np.asarray(flat.reshape(table.shape[:-1]))

    return {
        "hand-set weights": lambda table: table @ PRIOR,
        "learned, always used": lambda table: table @ trial.candidate.weights,
        "learned, if the trial says so": lambda table: table @ trial.weights,
        "logistic regression": lambda table: table @ regression.coef_[0],
        "gradient boosting": boosted,
    }


def reached(random: np.random.Generator, truth: Floats, scorers: dict[str, Scorer]) -> dict[str, float]:
    """Return the share of the way from chance to the best that each way reaches on a new cohort."""
    table = pairs(random, 60, 20)
    worth = table @ truth
    chance, best = worth.mean(), worth[tuple(chosen(worth, 3).T)].mean()
    return {
        name: float((worth[tuple(chosen(score(table), 3).T)].mean() - chance) / (best - chance))
        for name, score in scorers.items()
    }


def main() -> None:
    """Print a row per way and number of ratings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=30)
    parser.add_argument("--noise", type=float, default=0.1, help="spread of what people feel, in score units")
    given = parser.parse_args()
    print(f"scikit-learn {version('scikit-learn')}; {given.worlds} worlds, noise {given.noise:g}")
    print(f"{'ratings':>8} {'way':<30} {'mean':>6} {'worst':>6} {'below hand-set':>15}")
    for n_labels in LABELS:
        rows: dict[str, list[float]] = {}
        for seed in range(given.worlds):
            random = np.random.default_rng(seed)
            truth = random.dirichlet(5.6 * PRIOR + 0.3)
            scorers = ways(feedback(random, truth, n_labels, given.noise))
            for name, value in reached(random, truth, scorers).items():
                rows.setdefault(name, []).append(value)
        hand_set = np.array(rows["hand-set weights"])
        for name, values in rows.items():
            below = float((np.array(values) < hand_set - 0.002).mean())
            print(f"{n_labels:>8} {name:<30} {np.mean(values):>6.3f} {min(values):>6.3f} {below:>14.0%}")


if __name__ == "__main__":
    main()
