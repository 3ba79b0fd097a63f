"""The demo's people, all fictional: rows of rosters, mentor lists and rules, as an organizer writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from seed.tables import Cell, read_csv, write_table

PEOPLE_FOLDER = Path(__file__).parent / "people"
COHORTS = (1, 2, 3)

ROSTER_HEADER = ("姓名", "职务", "县(市、区)", "乡镇(街道)", "社区", "联系电话", "任现职时间")
MENTOR_HEADER = (
    "姓名",
    "所在社区",
    "县(市、区)",
    "可带人数",
    "任职年限",
    "擅长主题",
    "荣誉",
    "典型案例",
    "导师类型",
    "空闲周次",
)


@dataclass(frozen=True)
class RosterRow:
    """One trainee of a cohort's roster."""

    name: str
    role: str
    county: str
    town: str
    community: str
    phone: str
    in_post_since: date


@dataclass(frozen=True)
class MentorRow:
    """One mentor. `strengths` maps a topic's Chinese name to 1–5; `cases` are what the mentor tells.

    `kind` is what the mentor teaches: 理论, 实践, or both.
    `free_weeks` is as the mentor writes it, empty for every week.
    """

    name: str
    community: str
    county: str
    capacity: int
    years_in_post: int
    strengths: Mapping[str, int]
    honours: tuple[str, ...] = field(default=())
    cases: tuple[str, ...] = field(default=())
    kind: str = ""
    free_weeks: str = ""


@dataclass(frozen=True)
class RuleRow:
    """One matching rule: trainee and mentor by name, its kind in Chinese, and the reason."""

    trainee: str
    mentor: str
    kind: str
    reason: str


def read_roster(path: Path) -> list[RosterRow]:
    """Read a roster in the demo's own csv format."""
    return [_roster_row(row) for row in read_csv(path)]


def read_mentors(path: Path = PEOPLE_FOLDER / "mentors.csv") -> list[MentorRow]:
    """Read a mentor list in the demo's own csv format."""
    return [_mentor_row(row) for row in read_csv(path)]


def read_rules(path: Path) -> list[RuleRow]:
    """Read matching rules in the demo's own csv format."""
    return [RuleRow(row["学员"], row["导师"], row["类型"], row["原因"]) for row in read_csv(path)]


def cohort_roster(cohort: int) -> list[RosterRow]:
    """Return the demo's trainees of one cohort, in the order of the roster."""
    return read_roster(PEOPLE_FOLDER / f"roster-{cohort}.csv")


def write_roster(path: Path, rows: Iterable[RosterRow]) -> None:
    """Write a roster as .csv or .xlsx."""
    write_table(path, ROSTER_HEADER, map(_roster_cells, rows))


def write_mentors(path: Path, rows: Iterable[MentorRow]) -> None:
    """Write a mentor list as .csv or .xlsx: strengths as `主题:5;主题:3`, one case a line of its cell."""
    write_table(path, MENTOR_HEADER, map(_mentor_cells, rows))


def _roster_row(row: dict[str, str]) -> RosterRow:
    name, role, county, town, community, phone, since = (row[column] for column in ROSTER_HEADER)
    return RosterRow(name, role, county, town, community, phone, date.fromisoformat(since))


def _roster_cells(row: RosterRow) -> list[Cell]:
    since = row.in_post_since.isoformat()
    return [row.name, row.role, row.county, row.town, row.community, row.phone, since]


def _mentor_row(row: dict[str, str]) -> MentorRow:
    cells = (row[column] for column in MENTOR_HEADER)
    name, community, county, capacity, years, strengths, honours, cases, kind, free_weeks = cells
    pairs = (part.split(":") for part in strengths.split(";"))
    return MentorRow(
        name=name,
        community=community,
        county=county,
        capacity=int(capacity),
        years_in_post=int(years),
        strengths={topic: int(strength) for topic, strength in pairs},
        honours=tuple(honours.split(";")) if honours else (),
        cases=tuple(cases.splitlines()),
        kind=kind,
        free_weeks=free_weeks,
    )


def _mentor_cells(row: MentorRow) -> list[Cell]:
    strengths = ";".join(f"{topic}:{strength}" for topic, strength in row.strengths.items())
    honours, cases = ";".join(row.honours), "\n".join(row.cases)
    where = (row.name, row.community, row.county)
    said = (strengths, honours, cases, row.kind, row.free_weeks)
    return [*where, row.capacity, row.years_in_post, *said]
