"""Where large computations run: in this process, or on the machines of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, ParamSpec, TypeVar

import joblib

from matching import AssignmentProblem
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

    A problem is sent to every worker of a cluster once; each pass then sends its prices, once to a worker as well.

    Raises ENGINE_MISSING where Dask is not installed, and ENGINE_UNREACHABLE where no scheduler with a worker
    answers.
    """
    if _place == HERE:
        yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise StudioError("ENGINE_MISSING", given=_place) from None
    try:
        address = _place.replace("dask://", "tcp://")
        client = Client(address, timeout=_SECONDS_TO_CONNECT)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
    except (OSError, TimeoutError):
        raise StudioError("ENGINE_UNREACHABLE", given=_place) from None
    with client, joblib.parallel_config(backend=_once_each(client)):
        yield


def compute(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` returns, computed at the place that was set; raises as :func:`computing`."""
    with computing():
        return work(*args, **kwargs)


def _once_each(client: Any) -> Any:
    """Return joblib's way to a cluster, but for problems: each is sent when a task first needs it, to all workers."""
    from joblib._dask import DaskDistributedBackend

    class SendsProblemsOnce(DaskDistributedBackend):  # type: ignore[misc]
        def submit(self, func: Any, callback: Any = None) -> Any:
            for _, arguments, _ in func.items:
                for each in arguments:
                    # Tasks after the first of a pass come from the client's own thread, which must not wait.
                    if isinstance(each, AssignmentProblem) and id(each) not in self.data_futures:
                        self._scatter.append(each)
                        self.data_futures[id(each)] = self.client.scatter(each, broadcast=True, hash=False)
            return super().submit(func, callback)

    return SendsProblemsOnce(client=client)
