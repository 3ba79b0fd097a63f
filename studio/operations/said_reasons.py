"""Reasons that people give for what they do."""

from studio.errors import StudioError


def require_reason(reason: str) -> None:
    """Refuse with REASON_MISSING where nothing is said."""
    if not reason.strip():
        raise StudioError("REASON_MISSING", field="reason")
