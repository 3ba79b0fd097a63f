"""Weeks as people write them: 第14周、第15周, 14-16周, 4月6日那周, 2026-04-06; each becomes its Monday."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from studio.imports.cells import parse_count, parse_date, plain
from studio.imports.issues import ImportCode
from studio.imports.rowreader import RowReader, shown
from studio.store.clock import today
from studio.store.weeks import monday_of

_WEEK = dt.timedelta(days=7)
# Most weeks that one range may name; longer ones are slips.
LONGEST_RANGE = 53
_ALL = frozenset({"全部", "都可以", "均可", "都行", "不限", "任意", "随时", "每周", "所有周", "all", "any"})
# A range; a hyphen without blanks comes last, since days are written with hyphens, too.
_BETWEEN = (re.compile(r"\s*(?:~|–|—|～|至|到|\bto\b)\s*|\s+-\s+", re.IGNORECASE), re.compile(r"-"))
_APART = re.compile(
    r"\s*(?:[,，、;；\n和及与]|(?<=周)/)+\s*|(?<=[周日号\d])\s+(?=第|W|\d)(?!\d{1,2}\s*[-~])", re.IGNORECASE
)
_YEAR = r"(?:(?P<year>\d{4})\s*(?:年\s*|-?(?=W)))?"
_NUMBER = r"(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})"
_NUMBERED = re.compile(rf"^{_YEAR}(?:第?\s*{_NUMBER}\s*周?|W(?:eek)?\s*(?P<w>\d{{1,2}}))$", re.IGNORECASE)
_DAY = re.compile(
    r"^(?:(?P<year>\d{4})\s*[年/.-]\s*)?(?P<month>\d{1,2})\s*[月/.-]\s*(?P<day>\d{1,2})\s*[日号]?$"
)
_OF_DAY = re.compile(
    r"\s*(?:所在)?(?:的)?(?:那一周|那周|这周|当周|那个星期|一周|开始的?一?周|起一?周|周|星期)$"
)
_EXACT = re.compile(r"\d{5}(\.0)?|\d{8}|[〇零○一二三四五六七八九]{4}年.+[日号]")
# Which day a month and a day, or a week's number, mean without their year.
Resolve = Callable[[Sequence[dt.date]], dt.date]


class WeekUnreadable(ValueError):
    """A part of a text that names no week; `part` is what it says."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a week without its year is read by: the day of reading, and the weeks that are offered."""

    today: dt.date = field(default_factory=today)
    offered: Sequence[dt.date] = ()


class SaidWeeks(NamedTuple):
    """What a cell says of free weeks: their Mondays, or None for every week."""

    mondays: tuple[dt.date, ...] | None


def read_weeks(reader: RowReader, calendar: Calendar) -> SaidWeeks | None:
    """Return the free weeks of the current row, or None where its cell says nothing; what names no week is noted."""
    text = reader.optional("free_weeks")
    if not text:
        return None
    try:
        return SaidWeeks(parse_weeks(text, today=calendar.today, offered=calendar.offered))
    except WeekUnreadable as unreadable:
        reader.note("free_weeks", ImportCode.WEEK_UNREADABLE, value=shown(unreadable.part))
        return None


def parse_weeks(text: str, *, today: dt.date, offered: Sequence[dt.date] = ()) -> tuple[dt.date, ...] | None:
    """Return the Mondays of the weeks that a text names, ascending and each once; None for all weeks.

    A number without a year means the week of that number which is `offered`, or else the one nearest to `today`; so
    does a day without a year. Raises `WeekUnreadable` for the first part that names no week.
    """
    value = plain(text)
    if value.lower().rstrip("。.") in _ALL:
        return None

    def resolve(candidates: Sequence[dt.date]) -> dt.date:
        known = [day for day in candidates if monday_of(day) in offered]
        return min(known or candidates, key=lambda day: (abs(day - today), day))

    mondays: set[dt.date] = set()
    for part in _parts(value):
        mondays.update(_weeks(part, resolve))
    if not mondays:
        raise WeekUnreadable(text)
    return tuple(sorted(mondays))


def _parts(value: str) -> Iterator[str]:
    for part in _APART.split(value):
        if part.strip(" 。."):
            yield part.strip(" 。.")


def _weeks(part: str, resolve: Resolve) -> Iterator[dt.date]:
    whole = _one(part, resolve)
    if whole is not None:
        yield whole
        return
    ends = next((ends for between in _BETWEEN if len(ends := between.split(part)) == 2), None)
    if ends is None:
        raise WeekUnreadable(part)
    first, last = _ends(ends[0].strip(), ends[1].strip(), resolve)
    if first is None or last is None or not first <= last <= first + _WEEK * (LONGEST_RANGE - 1):
        raise WeekUnreadable(part)
    while first <= last:
        yield first
        first += _WEEK


def _ends(first: str, last: str, resolve: Resolve) -> tuple[dt.date | None, dt.date | None]:
    """Return both ends of a range; of 14-16周 and 4月6日至10日 one end borrows what the other says."""
    month = re.match(r"(?:\d{4}年)?(\d{1,2})月", first)
    if month is not None and re.fullmatch(r"\d{1,2}[日号]", last):
        last = f"{month[1]}月{last}"
    begins = _one(first, resolve)
    if begins is None:
        return None, None
    # The end is the next such week after the beginning, though it lie in the next year.
    return begins, _one(last, lambda days: min((d for d in days if monday_of(d) >= begins), default=days[0]))


def _one(text: str, resolve: Resolve) -> dt.date | None:
    """Return the Monday of the one week that a text names, or None."""
    found = _NUMBERED.match(text)
    if found is not None:
        number = parse_count(found["w"] or found["number"])
        return None if number is None else _numbered(found["year"], int(number), resolve)
    day = _OF_DAY.sub("", text)
    dated = _DAY.match(day)
    if dated is not None:
        return _dated(dated["year"], int(dated["month"]), int(dated["day"]), resolve)
    # Tools write days as serial numbers, and people in Chinese digits.
    exact = parse_date(day) if _EXACT.fullmatch(day) else None
    return monday_of(exact) if exact else None


def _numbered(year: str | None, number: int, resolve: Resolve) -> dt.date | None:
    mondays = []
    for each in _years(year):
        try:
            mondays.append(dt.date.fromisocalendar(each, number, 1))
        except ValueError:  # a year has 52 weeks or 53
            continue
    return resolve(mondays) if mondays else None


def _dated(year: str | None, month: int, day: int, resolve: Resolve) -> dt.date | None:
    days = []
    for each in _years(year):
        try:
            days.append(dt.date(each, month, day))
        except ValueError:
            continue
    return monday_of(resolve(days)) if days else None


def _years(year: str | None) -> Sequence[int]:
    return [int(year)] if year else range(_AROUND[0], _AROUND[1])


# Years that a week without one may lie in.
_AROUND = (2020, 2100)
