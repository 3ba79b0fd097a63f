"""Days as they are written on the command line."""

from datetime import date

from studio.errors import StudioError


def day_of(text: str | None, field: str) -> date | None:
    """Return the day that a text names, such as 2026-12-31, or None; raises DAY_SYNTAX."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise StudioError("DAY_SYNTAX", field=field, given=(text or "")[:40]) from None
