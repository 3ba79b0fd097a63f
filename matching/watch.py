"""How far a long computation is, and whether anybody still wants it."""

from __future__ import annotations

from collections.abc import Callable

from .exceptions import AssignmentCancelledError


class Watch:
    """Tells `progress` the share that is done, from 0 to 1 and never going down, and asks `cancel`."""

    def __init__(
        self, progress: Callable[[float], object] | None = None, cancel: Callable[[], bool] | None = None
    ) -> None:
        self.progress = progress
        self.cancel = cancel
        self.done = 0.0

    def __call__(self, done: float) -> None:
        """Say how much is done.

        Raises
        ------
        AssignmentCancelledError
            When the work is no longer wanted.
        """
        if self.cancel is not None and self.cancel():
            raise AssignmentCancelledError(f"The assignment was cancelled at {self.done:.0%}.")
        self.done = min(max(self.done, done), 1.0)
        if self.progress is not None:
            self.progress(self.done)
