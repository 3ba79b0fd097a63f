"""Recommending from interactions, beside well-known ways to do it: `python -m benchmarks.recommend --help`.

MovieLens-100K is downloaded by pip inside the wheel of recbole, without what that depends on, into a cache folder.

The protocol. Of every user a random fifth of the ratings (rounded down) is held out. All other ratings, whatever
their value, are interactions to learn from; those held out with 4 stars or more are what should be found. Lists of 10
leave out what the user has rated in the part that is learned from. NDCG@10 divides by the best that the user's list
could reach, Recall@10 by all that should be found; both are means over users with something to find. The interval
draws these users 1 000 times. Every split has its own seed, and the table shows medians over the splits.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.movielens import CACHE, NoRatings, Ratings, ratings_file, read_ratings
from benchmarks.recommend_peers import Recommender, has_implicit, ways

K = 10
HELD_OUT = 0.2
LIKED = 4.0
SEEDS = 5
DRAWS = 1000
Floats = NDArray[np.float64]
NO_IMPLICIT = (
    "未安装 implicit,缺少 ALS 一行:pip install implicit(或用 uv:uv pip install --group benchmarks)。\n"
    "implicit is not installed, so ALS is missing: pip install implicit (or uv pip install --group benchmarks)."
)


@dataclass(frozen=True)
class Split:
    """What is learned from and what should be found, both of shape (n_users, n_items)."""

    learned: sparse.csr_array
    wanted: sparse.csr_array


@dataclass(frozen=True)
class Result:
    """The figures of one way on one split; intervals as (mean, low, high), times in CPU seconds."""

    ndcg: tuple[float, float, float]
    recall: tuple[float, float, float]
    fit_seconds: float
    recommend_seconds: float


def split(ratings: Ratings, seed: int) -> Split:
    """Hold out a random fifth of every user's ratings; of these, the liked ones should be found."""
    shuffle = np.random.default_rng(seed)
    held = np.zeros(len(ratings.users), dtype=bool)
    for user in range(ratings.shape[0]):
        own = shuffle.permutation(np.flatnonzero(ratings.users == user))
        held[own[: int(len(own) * HELD_OUT)]] = True
    return Split(_interactions(ratings, ~held), _interactions(ratings, held & (ratings.values >= LIKED)))


def _interactions(ratings: Ratings, chosen: NDArray[np.bool_]) -> sparse.csr_array:
    pairs = (ratings.users[chosen], ratings.items[chosen])
    return sparse.csr_array((np.ones(int(chosen.sum())), pairs), shape=ratings.shape)


def ndcg_and_recall(recommended: NDArray[np.int64], wanted: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return both figures of every user with something to find; places of −1 find nothing."""
    truth = wanted.toarray() > 0
    n_wanted = truth.sum(axis=1)
    hits = np.take_along_axis(truth, np.maximum(recommended, 0), axis=1) & (recommended >= 0)
    discount = 1 / np.log2(np.arange(recommended.shape[1]) + 2)
    best = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(n_wanted, recommended.shape[1])]
    asked = n_wanted > 0
    return (hits @ discount)[asked] / best[asked], hits.sum(axis=1)[asked] / n_wanted[asked]


def interval(values: Floats, seed: int = 0) -> tuple[float, float, float]:
    """Return the mean and its 95 % bootstrap interval."""
    drawn = np.random.default_rng(seed).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def measure(make: Callable[[], Recommender], data: Split) -> Result:
    """Fit one way on one split and judge its lists."""
    with threadpool_limits(1):
        start = time.process_time()
        fitted = make().fit(data.learned)
        ready = time.process_time()
        recommended = fitted.recommend(data.learned, K)
        done = time.process_time()
    ndcg, recall = ndcg_and_recall(recommended, data.wanted)
    return Result(interval(ndcg), interval(recall), ready - start, done - ready)


def median(results: list[Result]) -> Result:
    """Return the median of every figure over the splits."""
    rows = np.array([np.hstack(astuple(result)) for result in results])
    ndcg, recall, times = np.split(np.median(rows, axis=0), [3, 6])
    return Result(tuple(ndcg), tuple(recall), *times)  # type: ignore[arg-type]


def shown(figure: tuple[float, float, float]) -> str:
    """Return a mean with its interval."""
    mean, low, high = figure
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def print_table(ratings: Ratings, n_seeds: int) -> None:
    """Print one row for every way."""
    n_users, n_items = ratings.shape
    print(
        f"{len(ratings.users)} ratings, {n_users} users, {n_items} items; medians over {n_seeds} splits, "
        "95 % intervals over users, CPU seconds of one thread"
    )
    print(f"{'':<28}{'NDCG@10':>24}{'Recall@10':>24}{'fit':>9}{'lists':>9}")
    splits = [split(ratings, seed) for seed in range(n_seeds)]
    for name, make in ways().items():
        result = median([measure(make, data) for data in splits])
        times = f"{result.fit_seconds:>7.2f} s{result.recommend_seconds:>7.2f} s"
        print(f"{name:<28}{shown(result.ndcg):>24}{shown(result.recall):>24}{times}", flush=True)


def main() -> None:
    """Measure, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="ml-100k.inter, or another table with its columns")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the download is kept (%(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many splits (%(default)s)")
    chosen = parser.parse_args()
    try:
        ratings = read_ratings(ratings_file(chosen.data, chosen.cache))
    except NoRatings as missing:
        raise SystemExit(str(missing)) from None
    if not has_implicit():
        print(NO_IMPLICIT)
    print_table(ratings, chosen.seeds)


if __name__ == "__main__":
    main()
