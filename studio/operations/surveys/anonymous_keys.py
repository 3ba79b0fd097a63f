"""Telling anonymous submissions again when a file comes a second time, corrected, shortened or longer."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, time

from studio.imports.survey_rows import SurveyRow
from studio.store.clock import CHINA


class AnonymousKeys:
    """Gives each anonymous row the key of its stored submission, or a new one.

    A serial of the survey tool tells a submission for sure. Without one, equal answers of one time are the
    same submission; and where a time with hours and minutes stands once in the file and once in the database,
    its answers were corrected. The number of a row tells nothing: rows are deleted and put in between.
    """

    def __init__(self, stored: Iterable[tuple[str, str]], rows: Iterable[SurveyRow]) -> None:
        """Take the stored (key, content hash) pairs of anonymous submissions, and the rows of the file."""
        self._free: dict[str, dict[str, str]] = defaultdict(dict)
        for key, digest in stored:
            self._free[_time_of(key)][key] = digest
        self._used = {key for keys in self._free.values() for key in keys}
        self._n_at = Counter(row.submitted_at for row in rows)

    def key(self, row: SurveyRow, digest: str) -> str:
        """Return the key of a row whose answers have the content hash `digest`; each key is given once."""
        when = row.submitted_at.isoformat() if row.submitted_at else ""
        if row.serial:
            return f"#{row.serial}@{when}"
        free = self._free[when]
        found = next((key for key, other in free.items() if other == digest), None)
        if (
            found is None
            and len(free) == 1
            and self._n_at[row.submitted_at] == 1
            and _is_exact(row.submitted_at)
        ):
            found = next(iter(free))
        if found is not None:
            del free[found]
            return found
        return self._new(when, digest)

    def _new(self, when: str, digest: str) -> str:
        n = 1
        while (key := f"={digest[:32]}.{n}@{when}") in self._used:
            n += 1
        self._used.add(key)
        return key


def _time_of(key: str) -> str:
    return key.rpartition("@")[2]


def _is_exact(moment: datetime | None) -> bool:
    # A bare date is read as midnight, and many answer on one day.
    return moment is not None and moment.astimezone(CHINA).time() != time()
