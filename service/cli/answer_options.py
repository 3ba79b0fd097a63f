"""What `yanzhen consents` must be told beside a name, asked for all at once and by the options that say it."""

from enum import StrEnum
from typing import TypeVar

from studio.errors import StudioError
from studio.messages import translate, word
from studio.store.pairing_enums import DeclineReason, EndReason, Party

Reason = TypeVar("Reason", DeclineReason, EndReason)
_BETWEEN = {"zh": "；", "en": "; "}


def require_options(
    *, answers: bool, declines: bool, ends: bool, side: Party | None, because: str, reason: str
) -> None:
    """Refuse an answer for somebody else, or an end, that lacks options, with the code of the first of them."""
    asked = {
        "REASON_MISSING": ("because", answers and not because.strip()),
        "CONSENT_PARTY": ("side", declines and side is None),
        "REASON_CODE": ("reason", (declines or ends) and not reason.strip()),
    }
    missing = {code: option for code, (option, is_missing) in asked.items() if is_missing}
    if missing:
        raise _OptionsMissing(missing, DeclineReason if declines else EndReason)


def reason_of(kind: type[Reason], given: str) -> Reason:
    """Return the reason that a code names; raises REASON_CODE."""
    try:
        return kind(given.strip().upper())
    except ValueError:
        raise _ReasonUnknown(kind, given.strip()[:40]) from None


class _OptionsMissing(StudioError):
    def __init__(self, missing: dict[str, str], reasons: type[StrEnum]) -> None:
        code, option = next(iter(missing.items()))
        super().__init__(code, field=option)
        self._codes, self._reasons = list(missing), reasons

    def message(self, language: str = "zh") -> str:
        """Return every missing option with what it is for."""
        known = _known(self._reasons, language)
        asked = [translate(f"CLI_{code}", language, known=known) for code in self._codes]
        return translate("CLI_OPTIONS_MISSING", language, asked=_BETWEEN[language].join(asked))


class _ReasonUnknown(StudioError):
    def __init__(self, kind: type[StrEnum], given: str) -> None:
        super().__init__("REASON_CODE", field="reason")
        self._kind, self._given = kind, given

    def message(self, language: str = "zh") -> str:
        """Return what was given, and the codes that there are."""
        return translate("REASON_CODE", language, given=self._given, known=_known(self._kind, language))


def _known(kind: type[StrEnum], language: str) -> list[str]:
    """Return the codes of a kind of reason, each with what it means."""
    return [f"{one.value} ({word(one, language)})" for one in kind]
