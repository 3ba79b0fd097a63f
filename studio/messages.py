"""Messages by stable code, Chinese by default and English beside it, from gettext catalogues."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from studio.store.labels import LABELS, label

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
BETWEEN = {"zh": "、", "en": ", "}
_LOCALE = Path(__file__).parent / "locale"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all messages of a language as code → template, merged over its catalogue files."""
    messages: dict[str, str] = {}
    for path in sorted((_LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and isinstance(message.id, str) and isinstance(message.string, str):
                    messages[message.id] = message.string
    return messages


def listed(words: Iterable[object], language: str) -> str:
    """Return words as one text, divided as the language divides them."""
    return BETWEEN.get(language, BETWEEN[DEFAULT_LANGUAGE]).join(str(word) for word in words)


def translate(code: str, language: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """Return the message of `code` in `language` with its placeholders filled.

    Lists become texts by `listed`, members of enums with labels words by `word`.

    An unknown language falls back to Chinese. A code without a message is a defect (KeyError): a test
    walks every code in both languages.
    """
    messages = catalogue(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    told = {
        name: listed([_told(one, language) for one in value], language)
        if isinstance(value, list | tuple)
        else _told(value, language)
        for name, value in values.items()
    }
    return messages[code].format(**told)


def word(value: StrEnum, language: str) -> str:
    """Return an enum value as people read it: its Chinese label, or its own word in English."""
    return value.value.replace("_", " ").lower() if language == "en" else label(value)


def _told(value: object, language: str) -> object:
    return word(value, language) if isinstance(value, StrEnum) and type(value) in LABELS else value


def language_of(accept_language: str | None) -> str:
    """Choose `zh` or `en` from an Accept-Language header; Chinese when nothing else is asked for."""
    for part in (accept_language or "").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag[:2] in LANGUAGES:
            return tag[:2]
    return DEFAULT_LANGUAGE
