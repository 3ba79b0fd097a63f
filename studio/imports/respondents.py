"""Whom a row of a survey belongs to: found by name, community and telephone, never guessed."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from studio.imports.issues import ImportCode, RowIssue
from studio.imports.keys import community_key, name_key, same_community, text_key
from studio.imports.rowreader import shown
from studio.imports.survey_rows import SurveyRow

_NEAR = 0.5
_MOST_NEAR = 3
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person whom a row may mean; `key` is whatever the caller knows them by."""

    key: Hashable
    name: str
    community: str
    county: str = ""
    phone: str = ""
    town: str = ""

    def is_of(self, community: str) -> bool:
        """Say whether a text names this person's community."""
        return same_community(self.community, community, county=self.county, town=self.town)


@dataclass(frozen=True, slots=True)
class Found:
    """The person found, or why none was: `code` and the values of its message."""

    key: Hashable | None
    code: ImportCode | None = None
    values: tuple[tuple[str, object], ...] = ()


class PeopleIndex:
    """Finds people by name; community, telephone and county tell namesakes apart."""

    def __init__(self, people: Sequence[KnownPerson]) -> None:
        self._people = list(people)
        self._by_name: dict[str, list[KnownPerson]] = {}
        for person in people:
            self._by_name.setdefault(name_key(person.name), []).append(person)
        self._with_character: dict[str, list[int]] = {}
        for at, person in enumerate(self._people):
            for character in set(name_key(person.name)):
                self._with_character.setdefault(character, []).append(at)

    def find(self, name: str, community: str = "", county: str = "", phone: str = "") -> Found:
        """Return the one person meant; nobody is taken whose community contradicts the one given."""
        namesakes = self._by_name.get(name_key(name), [])
        candidates = namesakes
        if community:
            exact = [p for p in namesakes if community_key(p.community) == community_key(community)]
            candidates = exact or [p for p in namesakes if not p.community or p.is_of(community)]
        by_phone = [person for person in namesakes if phone and person.phone == phone]
        elsewhere = [person for person in by_phone if person not in candidates]
        if candidates and elsewhere:
            # The community is one namesake's and the telephone another's: either may be the slip.
            return _ambiguous(name, [*candidates, *elsewhere])
        if len(by_phone) == 1 and candidates:
            return Found(by_phone[0].key)
        if len(candidates) > 1 and county:
            in_county = [p for p in candidates if text_key(p.county) == text_key(county)]
            candidates = in_county or candidates
        if len(candidates) > 1 and phone:
            # A namesake known by another number is another person.
            candidates = [p for p in candidates if not p.phone] or candidates
        if len(candidates) == 1:
            return Found(candidates[0].key)
        if candidates:
            return _ambiguous(name, candidates)
        near = told_apart(self._near(name, community)) or "—"
        values = (("name", shown(name)), ("community", shown(community) or "—"), ("near", near))
        return Found(None, ImportCode.UNKNOWN_PERSON, values)

    def _near(self, name: str, community: str) -> list[KnownPerson]:
        """Return the people whose names share most characters, those of the same community before others."""
        key = set(name_key(name))
        alike: dict[int, float] = {}
        for at in {at for character in key for at in self._with_character.get(character, ())}:
            person = self._people[at]
            other = set(name_key(person.name))
            # Dice: of names as short as these, the order of characters adds nothing.
            likeness = 2 * len(key & other) / (len(key) + len(other))
            if likeness >= _NEAR:
                here = bool(community) and person.is_of(community)
                alike[at] = likeness + (0.2 if here else 0.0)
        best = sorted(alike, key=lambda at: (-alike[at], self._people[at].name, self._people[at].community))
        return [self._people[at] for at in best[:_MOST_NEAR]]


def _ambiguous(name: str, candidates: Sequence[KnownPerson]) -> Found:
    values = (("name", shown(name)), ("candidates", told_apart(candidates)))
    return Found(None, ImportCode.AMBIGUOUS_PERSON, values)


def told_apart(people: Sequence[KnownPerson]) -> str:
    """Return people so that a reader can choose: with the end of the telephone where a community has two."""
    alike = Counter((name_key(person.name), community_key(person.community)) for person in people)
    return "、".join(
        _introduced(person, numbered=alike[name_key(person.name), community_key(person.community)] > 1)
        for person in people
    )


def _introduced(person: KnownPerson, *, numbered: bool = False) -> str:
    number = f"****{person.phone[-4:]}" if numbered and person.phone else ""
    about = ",".join(filter(None, (person.community, number)))
    return f"{person.name}({about})" if about else person.name


def resolve_people(
    rows: Sequence[SurveyRow], people: Sequence[KnownPerson], *, name_column: str = ""
) -> tuple[dict[int, Hashable], tuple[RowIssue, ...]]:
    """Return row number → person's key, and an issue for every row that no one person can be found for.

    `name_column` is the header that issues name (`SurveySheet.name_column`).
    Two rows that turn out to be one person, though written differently, are a DUPLICATE_RESPONDENT as well;
    rows without a name are left to the issue that they already have.
    """
    index = PeopleIndex(people)
    keys: dict[int, Hashable] = {}
    issues: list[RowIssue] = []
    known: dict[tuple[str, str, str, str], Found] = {}
    named = [row for row in rows if row.name]
    for row in named:
        asked = (row.name, row.community, row.county, row.phone)
        if asked not in known:
            known[asked] = index.find(*asked)
        found = known[asked]
        if found.code is None and found.key is not None:
            keys[row.row] = found.key
        elif found.code is not None:
            issues.append(RowIssue(row.row, name_column, found.code, dict(found.values)))
    already = {issue.row for issue in duplicates(named, "")}
    matched = [row for row in named if row.row in keys and row.row not in already]
    issues += _later_counts(matched, lambda row: keys[row.row], name_column)
    return keys, tuple(sorted(issues, key=lambda issue: issue.row))


def duplicates(rows: Sequence[SurveyRow], column: str) -> list[RowIssue]:
    """Return an issue for every row that is not a person's last answer in the file.

    The same person is the same name and community, and no two different telephone numbers. The later by
    time of submission counts; where times are equal or missing, the later row in the sheet.
    """
    groups: dict[tuple[str, str], list[SurveyRow]] = {}
    for row in rows:
        if row.name and row.community:
            groups.setdefault((name_key(row.name), community_key(row.community)), []).append(row)
    issues: list[RowIssue] = []
    for same in groups.values():
        for person in _told_apart(same) if len(same) > 1 else ():
            issues += _later_counts(person, lambda _: None, column)
    return issues


def _told_apart(rows: Sequence[SurveyRow]) -> list[list[SurveyRow]]:
    phones = {row.phone for row in rows if row.phone}
    if len(phones) < 2:
        return [list(rows)]
    return [[row for row in rows if row.phone == phone] for phone in sorted(phones)]


def _later_counts(
    rows: Iterable[SurveyRow], person: Callable[[SurveyRow], Hashable], column: str
) -> list[RowIssue]:
    groups: dict[Hashable, list[SurveyRow]] = {}
    for row in rows:
        groups.setdefault(person(row), []).append(row)
    issues = []
    for same in groups.values():
        timed = all(row.submitted_at is not None for row in same)
        counts = max(same, key=lambda row: ((timed and row.submitted_at) or _LONG_AGO, row.row))
        issues += [
            RowIssue(
                row.row, column, ImportCode.DUPLICATE_RESPONDENT, {"name": row.name, "other_row": counts.row}
            )
            for row in same
            if row is not counts
        ]
    return issues
