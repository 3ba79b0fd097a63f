"""Work on all pairs of a problem in tasks of some rows of trainees each, in parallel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import joblib
from joblib import parallel

from ..problem.assignment_problem import AssignmentProblem
from ..threads import one_blas_thread

T = TypeVar("T")

# Pairs of one task: enough to be worth sending to another thread or machine; tasks of a large problem.
_TASK_PAIRS: Final = 2**22
_TASK_PAIRS_IN_TABLE: Final = 2**24
_TASKS: Final = 64


def tasks_of(problem: AssignmentProblem, n_columns: int, step: int) -> range:
    """Return where the tasks begin when `n_columns` of each row are looked at; all are a multiple of `step` long.

    Cut by the size of the problem only, so that results do not depend on the number of workers.
    """
    least = _TASK_PAIRS_IN_TABLE if problem.is_dense else _TASK_PAIRS
    pairs = max(least, problem.n_trainees * n_columns // _TASKS)
    return range(0, problem.n_trainees, step * max(pairs // max(n_columns, 1) // step, 1))


def in_parallel(
    work: Callable[..., T], shared: tuple[object, ...], starts: range, n_rows: int
) -> Iterator[T]:
    """Yield `work(*shared, start, stop)` for all tasks in order, from joblib's threads or as `parallel_config` says.

    What is shared are arguments of their own and not bound to `work`, so that a cluster sends each of them to a
    machine once and not with every task.
    """
    # A product of matrices in each thread is faster, and comes out the same, with one thread of its own.
    with one_blas_thread():
        bounds = [(start, min(start + starts.step, n_rows)) for start in starts]
        if len(bounds) == 1:
            yield work(*shared, *bounds[0])
            return
        tasks = (joblib.delayed(work)(*shared, *each) for each in bounds)
        yield from joblib.Parallel(n_jobs=_n_jobs(), prefer="threads", return_as="generator")(tasks)


def _n_jobs() -> int:
    """Return the number of workers that `joblib.parallel_config` asks for, or all cores."""
    config = getattr(getattr(parallel, "_backend", None), "config", parallel.default_parallel_config)
    asked = config["n_jobs"]
    return -1 if asked is None or asked is parallel.default_parallel_config["n_jobs"] else int(asked)
