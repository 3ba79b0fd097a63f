"""Where large computations run: in this process, or on the machines of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

import joblib

from studio.errors import StudioError

P = ParamSpec("P")
T = TypeVar("T")

HERE: Final = "threads"
_SECONDS_TO_CONNECT: Final = 10
# Set once, when the process starts: every thread of it computes in the same place.
_place = HERE


def compute_at(place: str) -> None:
    """Compute at `threads`, the cores of this machine, or at `dask://HOST:PORT`, a scheduler and its workers."""
    global _place
    _place = place


@contextmanager
def computing() -> Iterator[None]:
    """Run the engine's passes over all pairs at the place that was set; results are the same at any.

    A worker of a cluster is sent some shards of the trainees, and each pass then sends it the prices.

    Raises ENGINE_MISSING where Dask is not installed, ENGINE_UNREACHABLE where no scheduler with a worker answers,
    and ENGINE_LOST where a worker, with what it held, or the scheduler is gone before the answer is there.
    """
    if _place == HERE:
        yield
        return
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.core import CommClosedError

        from studio.arrays.cluster import MachineLostError, ShardsStay
    except ImportError:
        raise StudioError("ENGINE_MISSING", given=_place) from None
    try:
        address = _place.replace("dask://", "tcp://")
        client = Client(address, timeout=_SECONDS_TO_CONNECT)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
    except (OSError, TimeoutError):
        raise StudioError("ENGINE_UNREACHABLE", given=_place) from None
    with client, joblib.parallel_config(backend=ShardsStay(client=client)):
        try:
            yield
        except (CancelledError, CommClosedError, KilledWorker, MachineLostError, TimeoutError):
            raise StudioError("ENGINE_LOST", given=_place) from None


def compute(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` returns, computed at the place that was set; raises as :func:`computing`."""
    with computing():
        return work(*args, **kwargs)
