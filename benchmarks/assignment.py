"""The assignment with its proof beside SciPy's and HiGHS's, in one run: `python -m benchmarks.assignment`.

The peers get the same problem: SciPy with every mentor's places as columns of their own, HiGHS as a linear programme.
Figures are medians of CPU seconds of one process; ratios count, absolute times depend on the machine.
"""

import statistics
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment, linprog

from matching import AssignmentProblem, assign, verify

SIZES = ((64, 20, 4), (300, 90, 4), (1000, 300, 4))
REPEATS = 5
# HiGHS needs minutes for the largest size.
LARGEST_FOR_HIGHS = 30_000


def problem(n_trainees: int, n_mentors: int, places: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return random scores (n_trainees, n_mentors) with six decimals, and capacities (n_mentors,)."""
    random = np.random.default_rng(n_trainees)
    return np.round(random.random((n_trainees, n_mentors)), 6), np.full(n_mentors, places)


def by_flow(scores: NDArray[np.float64], capacity: NDArray[np.int64]) -> float:
    """Assign and verify with our engine; return the total."""
    posed = AssignmentProblem.from_scores(scores, capacity)
    solution = assign(posed)
    assert verify(posed, solution).valid
    return solution.total


def by_scipy(scores: NDArray[np.float64], capacity: NDArray[np.int64]) -> float:
    """Assign with SciPy's dense solver over places; no proof comes with it."""
    places = np.repeat(scores, capacity, axis=1)
    rows, columns = linear_sum_assignment(places, maximize=True)
    return float(places[rows, columns].sum())


def by_highs(scores: NDArray[np.float64], capacity: NDArray[np.int64]) -> float:
    """Assign with HiGHS as a transportation problem."""
    n_trainees, n_mentors = scores.shape
    once = sparse.kron(sparse.eye(n_trainees), np.ones((1, n_mentors)))
    load = sparse.kron(np.ones((1, n_trainees)), sparse.eye(n_mentors))
    found = linprog(
        -scores.ravel(),
        A_ub=sparse.vstack([once, load]),
        b_ub=np.r_[np.ones(n_trainees), capacity],
        bounds=(0, 1),
    )
    return float(-found.fun)


def median_seconds(work: Callable[[], float]) -> tuple[float, float]:
    """Return the median CPU seconds of some repeats, and the total that the work gives."""
    total, times = work(), []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times), total


def main() -> None:
    """Print one row per size and solver."""
    print(f"scipy {version('scipy')} (linear_sum_assignment, HiGHS), ortools {version('ortools')}")
    print(f"{'size':>12} {'solver':<26} {'median s':>9} {'ratio':>7} {'total':>14}")
    for n_trainees, n_mentors, places in SIZES:
        scores, capacity = problem(n_trainees, n_mentors, places)
        ours, total = median_seconds(lambda s=scores, c=capacity: by_flow(s, c))
        rows = [("yanzhen, with certificate", ours, total)]
        rows.append(("scipy", *median_seconds(lambda s=scores, c=capacity: by_scipy(s, c))))
        if scores.size <= LARGEST_FOR_HIGHS:
            rows.append(("HiGHS", *median_seconds(lambda s=scores, c=capacity: by_highs(s, c))))
        for name, seconds, value in rows:
            size = f"{n_trainees} × {n_mentors}"
            print(f"{size:>12} {name:<26} {seconds:>9.4f} {seconds / ours:>7.2f} {value:>14.6f}")


if __name__ == "__main__":
    main()
