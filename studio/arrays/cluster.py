"""The engine's passes on the machines of a Dask cluster, each with some shards of the trainees."""

from __future__ import annotations

import asyncio
import pickle
from collections import defaultdict
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

import numpy as np
from cloudpickle import Pickler
from joblib._dask import DaskDistributedBackend, _WeakKeyDictionary, is_weakrefable

from matching.problem.score_rows import WholeRows
from matching.problem.shards import Shard

# Bytes of an array from which on it is worth a message of its own.
_LARGE: Final = 1024


class MachineLostError(Exception):
    """A machine went away, and what it held with it."""


class ShardsStay(DaskDistributedBackend):  # type: ignore[misc]
    """joblib's way to a cluster, on which a shard stays with one machine and what was sent is not sent again.

    A task goes out in pieces. What cannot change and is the same in the next pass, read-only arrays and a caller's
    function of rows, goes to the machine of its shard when first needed, and stays there for as long as it is held
    here; joblib itself would forget it after each pass. The rest, such as what the trainees of the shard hold, goes
    along with the task. Another machine may take a shard over when it has nothing to do; what a lost one held is lost.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client=client)
        # One copy for each machine under a name of its own: Dask soon drops all but one of the same name.
        self._sent: dict[str, Any] = defaultdict(_WeakKeyDictionary)

    def compute_batch_size(self) -> int:
        """Return that a task goes by itself: of two shards together one would leave its machine."""
        return 1

    def start_call(self) -> None:
        """Begin a pass."""
        super().start_call()
        self._machines = sorted(self.client.nthreads())
        if not self._machines:
            raise MachineLostError

    async def _to_func_args(self, func: Any) -> Any:
        ((work, arguments, _),) = func.items
        (shard,) = (each for each in arguments if isinstance(each, Shard))
        machine = self._machines[shard.number % len(self._machines)]
        task, sent = _Task(work, arguments), self._sent[machine]
        for each in task.staying:
            try:
                sent[each]
            except KeyError:
                sending = self.client.scatter(each, workers=[machine], hash=False, asynchronous=True)
                sent[each] = asyncio.ensure_future(sending)
        try:
            func.items = [(_whole, (task.pieces, *[await sent[each] for each in task.staying]), {})]
        except OSError:
            # A closed connection or a time that ran out. joblib would wait for this task for ever.
            func.items = [(_lost, (), {})]
        prepared = await super()._to_func_args(func)
        # joblib submits the task right after this, and nothing comes in between.
        self.submit_kwargs = {"workers": [machine], "allow_other_workers": True}
        return prepared


class _Task(Pickler):  # type: ignore[misc]
    """A call, pickled but for what stays with the machines."""

    def __init__(self, *call: object) -> None:
        file = BytesIO()
        super().__init__(file)
        self.staying: list[object] = []
        self.dump(call)
        self.pieces = file.getvalue()

    def persistent_id(self, each: Any) -> tuple[int, int | None] | None:
        """Return where `each` lies among what stays, and from which row on; None where it is pickled."""
        if isinstance(each, WholeRows) and is_weakrefable(each.function):
            self.staying.append(each.function)
            return len(self.staying) - 1, each.first
        if isinstance(each, np.ndarray) and not each.flags.writeable and each.nbytes > _LARGE:
            self.staying.append(each)
            return len(self.staying) - 1, None
        return None


class _Pieces(pickle.Unpickler):
    def __init__(self, pieces: bytes, staying: tuple[Any, ...]) -> None:
        super().__init__(BytesIO(pieces))
        self.staying = staying

    def persistent_load(self, place: tuple[int, int | None]) -> object:
        """Return what lies there."""
        number, first = place
        return self.staying[number] if first is None else WholeRows(self.staying[number], first)


def _whole(pieces: bytes, *staying: Any) -> Any:
    """Put a call together again and make it."""
    work: Callable[..., Any]
    work, arguments = _Pieces(pieces, staying).load()
    return work(*arguments)


def _lost() -> None:
    """Be the task whose machine is gone."""
    raise MachineLostError
