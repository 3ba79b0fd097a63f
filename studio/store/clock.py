"""The time of now, which the demo and the tests can hold still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

# Where the studios are: the day of a deadline or of a post begins there, not in Greenwich.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    """Return the current time in UTC, or the time at which the clock is held."""
    return _held.get() or datetime.now(UTC)


def today() -> date:
    """Return the current day in China."""
    return now().astimezone(CHINA).date()


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block, in this task only."""
    if moment.tzinfo is None:
        raise ValueError(f"held_at needs an aware datetime, got {moment!r}")
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)
