"""Work on all pairs of a problem, a shard of trainees to a task, in parallel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import joblib
from joblib import parallel

from ..threads import one_blas_thread

T = TypeVar("T")


def in_parallel(work: Callable[..., T], tasks: Sequence[tuple[object, ...]]) -> Iterator[T]:
    """Yield `work(*task)` for all tasks in order, from joblib's threads or as `parallel_config` says.

    A task is its shard and what else it needs, so that no machine of a cluster needs the whole problem. What is
    the same object in several tasks, or calls, and read-only needs to be sent to a machine once.
    """
    # A product of matrices in each thread is faster, and comes out the same, with one thread of its own.
    with one_blas_thread():
        if len(tasks) == 1:
            yield work(*tasks[0])
            return
        calls = (joblib.delayed(work)(*task) for task in tasks)
        yield from joblib.Parallel(n_jobs=_n_jobs(), prefer="threads", return_as="generator")(calls)


def _n_jobs() -> int:
    """Return the number of workers that `joblib.parallel_config` asks for, or all cores."""
    config = getattr(getattr(parallel, "_backend", None), "config", parallel.default_parallel_config)
    asked = config["n_jobs"]
    return -1 if asked is None or asked is parallel.default_parallel_config["n_jobs"] else int(asked)
