"""Topics found in headers, options and lists of strengths, by their names and synonyms."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from studio.imports.keys import text_key

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〖[^〖〗]*〗")
_EDGE = re.compile(r"^[\d、.:\s)①-⑳A-Za-z]{0,3}[、.:)]\s*|[\s。.;,!?]+$")
_TAIL = re.compile(
    r"(?:等?(?:方面|领域|工作|类|能力|问题|事务|事项|板块|业务))+(?:的?(?:能力|问题|困难|难题))?$"
)
_SHORTEST_INSIDE = 3


@dataclass(frozen=True, slots=True)
class TopicName:
    """A topic of either level with the names people may write for it."""

    code: str
    name: str
    synonyms: tuple[str, ...] = ()


class TopicIndex:
    """Finds the topic that a short text names."""

    def __init__(self, topics: Sequence[TopicName]) -> None:
        self._codes: dict[str, str] = {}
        self._tops = {text_key(topic.name): topic.code for topic in topics if "." not in topic.code}
        self.names = {topic.code: topic.name for topic in topics}
        # Top-level names first: where a leaf's synonym repeats one, the name wins.
        for topic in sorted(topics, key=lambda topic: topic.code.count(".")):
            self._codes.setdefault(text_key(topic.name), topic.code)
        for topic in topics:
            for synonym in topic.synonyms:
                self._codes.setdefault(text_key(synonym), topic.code)
        self._inside = sorted(
            (key for key in self._codes if len(key) >= _SHORTEST_INSIDE), key=len, reverse=True
        )
        # Codes name a topic as a whole header only (Party affairs, WRITING), never inside other words.
        for topic in topics:
            for code in (text_key(topic.code), text_key(topic.code).replace("_", "")):
                self._codes.setdefault(code, topic.code)
        self._found: dict[str, str | None] = {}

    def exact(self, text: str) -> str | None:
        """Return the code of the topic that the text names as a whole (brackets and 方面, 工作 aside)."""
        whole = text_key(text)
        bare = text_key(_EDGE.sub("", _BRACKETED.sub("", unicodedata.normalize("NFKC", text))))
        for key in (whole, bare, _TAIL.sub("", bare)):
            if key in self._codes:
                return self._codes[key]
        return None

    def find(self, text: str) -> str | None:
        """Return the code of the topic that the text names or clearly holds, or None."""
        if text not in self._found:
            self._found[text] = self.exact(text) or self._held(text)
        return self._found[text]

    def near(self, text: str, n: int = 3) -> list[str]:
        """Return names of topics that are written much like the text; all top-level names if none is."""
        close = get_close_matches(text_key(text), self._codes, n=n, cutoff=0.4)
        names = dict.fromkeys(self.names[self._codes[key]] for key in close)
        return list(names) or [self.names[code] for code in self._tops.values()]

    def _held(self, text: str) -> str | None:
        key = text_key(_BRACKETED.sub("", unicodedata.normalize("NFKC", text))) or text_key(text)
        for top, code in self._tops.items():
            if top in key:
                return code
        for name in self._inside:
            if name in key:
                return self._codes[name]
        # A shortened name: 党建, 网格, 文稿.
        bare = _TAIL.sub("", key)
        begun = {code for top, code in self._tops.items() if len(bare) >= 2 and top.startswith(bare)}
        return begun.pop() if len(begun) == 1 else None
