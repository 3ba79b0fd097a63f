"""Runs one solver on one stored problem, in whatever environment it is started: `assignment_run.py WAY IN.npz OUT.npz`.

It stands alone, because the environments of the peers hold nothing but the peer. Every way takes arrays and gives
pairs; what it builds in between is its own time. Times are CPU seconds, user and system, of all threads.
"""

import importlib
import resource
import sys
import types
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Problem = dict[str, NDArray[Any]]
Pairs = NDArray[np.int64]
Way = Callable[[Problem], Pairs]

# OpenReview's solvers count in whole numbers; its own service multiplies scores by 100 only.
UNITS = 1_000_000
# Repeats end early once this many CPU seconds are spent.
ENOUGH = 10.0


class Refused(Exception):
    """This way cannot take such a problem; the message says why."""


def ours(
    problem: Problem,
    objective: str = "coverage_then_total",
    certified: bool = True,
    all_prices: bool = False,
) -> Pairs:
    """Assign with the product, and prove, and price every pair."""
    from matching import AssignmentProblem, assign, prices, verify

    posed = AssignmentProblem.from_scores(
        problem["scores"],
        problem["capacity"],
        minimum_load=problem["minimum"],
        need=int(problem["need"]),
        forbidden=~problem["open"],
    )
    solution = assign(posed, objective)
    if certified:
        certificate = verify(posed, solution)
        # The worst off by sums over several mentors is limited, and not always proven.
        limited = objective == "worst_off_then_total" and certificate.is_bounded
        if not certificate.valid and not limited:
            raise AssertionError("the certificate is not valid")
    if all_prices:
        prices(posed, solution)
    return solution.pairs


def weights(problem: Problem) -> NDArray[np.float64]:
    """Return scores in which one pair more is worth more than any choice of pairs; bans are left to the caller."""
    spread = float(np.ptp(problem["scores"]))
    return np.asarray(problem["scores"] + 1.0 + int(problem["need"]) * len(problem["scores"]) * spread)


def by_scipy(problem: Problem) -> Pairs:
    """Assign with the dense solver, every place a column; no proof comes with it."""
    from scipy.optimize import linear_sum_assignment

    if problem["need"] > 1 or problem["minimum"].any():
        raise Refused("one mentor each, without minimum loads, is all it can do")
    closed = ~problem["open"]
    worth = np.where(closed, 0.0, weights(problem)) if closed.any() else problem["scores"]
    mentor = np.repeat(np.arange(len(problem["capacity"])), problem["capacity"])
    rows, places = linear_sum_assignment(worth[:, mentor], maximize=True)
    pairs = np.stack([rows, mentor[places]], axis=1)
    return pairs[problem["open"][pairs[:, 0], pairs[:, 1]]]


def by_highs(problem: Problem) -> Pairs:
    """Solve the programme of transport; it is linear, and its corners are whole."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    n_trainees, n_mentors = problem["scores"].shape
    trainee, mentor = np.nonzero(problem["open"])
    pair, one = np.arange(len(trainee)), np.ones(len(trainee))
    each = sparse.csr_array((one, (trainee, pair)), shape=(n_trainees, len(pair)))
    load = sparse.csr_array((one, (mentor, pair)), shape=(n_mentors, len(pair)))
    everybody = int(problem["most"]) == n_trainees * int(problem["need"])
    worth = problem["scores"] if everybody else weights(problem)
    needed = np.full(n_trainees, float(problem["need"]))
    found = milp(
        -worth[trainee, mentor],
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(each, needed if everybody else 0, needed),
            LinearConstraint(load, problem["minimum"], problem["capacity"]),
        ],
    )
    if found.x is None:
        raise Refused(found.message)
    chosen = found.x > 0.5
    return np.stack([trainee[chosen], mentor[chosen]], axis=1)


def by_matching(problem: Problem) -> Pairs:
    """Gale and Shapley's stable matching, best for the trainees: both sides prefer the higher score."""
    games = importlib.import_module("matching.games")
    if problem["need"] > 1 or problem["minimum"].any():
        raise Refused("one mentor each, without minimum loads, is all it can do")
    scores, is_open = problem["scores"], problem["open"]

    def ranked(values: NDArray[Any], allowed: NDArray[Any], letter: str) -> list[str]:
        order = np.argsort(-values, kind="stable")
        return [f"{letter}{place}" for place in order[allowed[order]]]

    trainees = {f"t{i}": ranked(scores[i], is_open[i], "m") for i in np.flatnonzero(is_open.any(axis=1))}
    mentors = {f"m{j}": ranked(scores[:, j], is_open[:, j], "t") for j in np.flatnonzero(is_open.any(axis=0))}
    places = {name: int(problem["capacity"][int(name[1:])]) for name in mentors}
    sys.setrecursionlimit(100_000)
    found = games.HospitalResident.create_from_dictionaries(trainees, mentors, places).solve()
    pairs = [
        (int(trainee.name[1:]), int(mentor.name[1:]))
        for mentor, matched in found.items()
        for trainee in matched
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def by_mentor_match(problem: Problem) -> Pairs:
    """Munkres over a mentor object for every place; scores are whole numbers there, so millionths."""
    process = importlib.import_module("matching.process")
    rules = importlib.import_module("matching.rules.rule")
    mentor_type = importlib.import_module("matching.mentor").Mentor
    mentee_type = importlib.import_module("matching.mentee").Mentee
    if problem["need"] > 1 or problem["minimum"].any():
        raise Refused("one mentor each, without minimum loads, is all it can do")
    units = np.round(problem["scores"] * UNITS).astype(int).tolist()
    is_open = problem["open"]

    class Score:
        def apply(self, match: Any) -> int:
            return int(units[match.mentee.grade][match.mentor.grade])

    closed = rules.Disqualify(lambda match: not is_open[match.mentee.grade, match.mentor.grade])
    places = np.repeat(np.arange(len(problem["capacity"])), problem["capacity"])
    mentors = [mentor_type(grade=j, email=f"m{n}") for n, j in enumerate(places)]
    mentees = [mentee_type(grade=i, email=f"t{i}") for i in range(len(units))]
    process.process_data(mentors, mentees, [[Score(), closed]])
    pairs = [(mentee.grade, mentor.grade) for mentee in mentees for mentor in mentee.mentors]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def openreview(file: str, name: str) -> Any:
    """Return a solver of a checkout: only its own files are loaded, not the service around them with all it needs."""
    package = types.ModuleType("openreview_solvers")
    package.__path__ = [str(Path(sys.argv[4]) / "matcher" / "solvers")]
    sys.modules["openreview_solvers"] = package
    return getattr(importlib.import_module(f"openreview_solvers.{file}"), name)


def by_openreview(file: str, name: str) -> Way:
    """Return how to ask one of OpenReview's solvers: trainees are the papers, mentors the reviewers."""

    def solve(problem: Problem) -> Pairs:
        solver = openreview(file, name)
        encoder = types.SimpleNamespace(
            cost_matrix=-np.round(problem["scores"] * UNITS).astype(np.int64),
            aggregate_score_matrix=problem["scores"],
            constraint_matrix=np.where(problem["open"], 0, -1),
        )
        demands = np.full(len(problem["scores"]), int(problem["need"]))
        loads = problem["minimum"].copy(), problem["capacity"].copy()
        try:
            flow = solver(*loads, demands, encoder, allow_zero_score_assignments=True).solve()
        except Exception as refusal:
            if type(refusal).__name__ != "SolverException":
                raise
            raise Refused(str(refusal)) from refusal
        return np.argwhere(np.asarray(flow) > 0.5)

    return solve


WAYS = {
    "ours": ours,
    "ours-uncertified": lambda problem: ours(problem, certified=False),
    "ours-prices": lambda problem: ours(problem, all_prices=True),
    "ours-worst-off": lambda problem: ours(problem, "worst_off_then_total"),
    "ours-leximin": lambda problem: ours(problem, "leximin"),
    "scipy": by_scipy,
    "highs": by_highs,
    "matching": by_matching,
    "mentor-match": by_mentor_match,
    "minmax": by_openreview("minmax_solver", "MinMaxSolver"),
    "fairflow": by_openreview("fairflow", "FairFlow"),
}


def cpu_seconds() -> float:
    """Return the CPU seconds of this process until now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(solve: Way, problem: Problem, repeats: int) -> tuple[Pairs, list[float]]:
    """Return the pairs and the CPU seconds of every repeat; the first run of a quick way only warms it up."""
    times: list[float] = []
    while len(times) <= repeats and sum(times) < ENOUGH:
        start = cpu_seconds()
        pairs = solve(problem)
        times.append(cpu_seconds() - start)
    return pairs, times[1:] or times


def main() -> None:
    """Solve and store the pairs with their times, or why this way refuses."""
    way, given, result = sys.argv[1:4]
    with np.load(given) as stored:
        problem = dict(stored)
    # CPU and not the clock: on a busy machine the clock would end what is only waiting.
    resource.setrlimit(resource.RLIMIT_CPU, (int(problem["limit"]), int(problem["limit"]) + 5))
    try:
        pairs, times = measured(WAYS[way], problem, int(problem["repeats"]))
    except Refused as refusal:
        np.savez(result, refused=str(refusal))
        return
    installed = version(str(problem["distribution"])) if str(problem["distribution"]) else ""
    np.savez(result, pairs=pairs, times=times, version=installed)


if __name__ == "__main__":
    main()
