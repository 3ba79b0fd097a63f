"""A fictional studio of any size, the same for the same seed: roster, mentors and a survey for load tests."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from seed.export import write_export
from seed.invention import Place, invent_name, invent_places
from seed.people import COHORTS, MentorRow, RosterRow, read_mentors, write_mentors, write_roster
from seed.questionnaire import Questionnaire, load_questionnaire
from seed.respondents import Answer, Respondent, cohort_respondents
from seed.wording import JUNK, Wording
from studio.imports.mentors import MAX_CAPACITY

# How often each role answers, as in the demo's three cohorts; who leads a community leads it alone.
_LEADING = {"书记主任一肩挑": 11, "社区党组织书记": 8, "居委会主任": 6}
_OTHERS = {
    "副书记": 14,
    "副主任": 10,
    "后备干部": 9,
    "网格党支部书记": 3,
    "楼栋长": 2,
    "其他社区工作者": 1,
}
# What presses each role more than the rest, in the questionnaire's topic codes.
_LEANINGS: Mapping[str, tuple[str, ...]] = {
    "书记主任一肩挑": ("ECONOMY", "TEAM", "LIVELIHOOD"),
    "社区党组织书记": ("PARTY_AFFAIRS", "MASS_WORK"),
    "居委会主任": ("LIVELIHOOD", "MASS_WORK", "SAFETY"),
    "副书记": ("PARTY_AFFAIRS", "WRITING", "DIGITAL"),
    "副主任": ("LIVELIHOOD", "MASS_WORK"),
    "后备干部": ("WRITING", "MASS_WORK", "DIGITAL"),
    "网格党支部书记": ("GRID", "PARTY_AFFAIRS"),
    "楼栋长": ("GRID", "LIVELIHOOD"),
    "其他社区工作者": ("WRITING", "DIGITAL"),
}
_SPARE_CAPACITY = 1.1  # places per trainee: a real cohort's match is tight but possible
_SURVEY_OPEN = timedelta(days=7)
_FIRST_DAY = date(2014, 1, 1)
_BLANK, _JUNK, _SEVERAL, _NO_RATING = 0.04, 0.03, 0.12, 0.01  # shares of answers


@dataclass(frozen=True)
class GeneratedStudio:
    """What an organizer would upload: trainees, mentors, and every trainee's answers in roster order."""

    roster: list[RosterRow]
    mentors: list[MentorRow]
    respondents: list[Respondent]


@dataclass(frozen=True)
class StudioFiles:
    """Where `write_studio` put the three files."""

    roster: Path
    mentors: Path
    survey: Path


def generate(
    n_trainees: int,
    n_mentors: int,
    seed: int = 0,
    troubles: Mapping[str, Sequence[str]] | None = None,
) -> GeneratedStudio:
    """Return a fictional studio of the asked size; equal arguments give equal studios.

    `troubles` (topic code → ways of telling a trouble) widens the hand-written answers that texts are
    composed from. No two people share both name and community. Capacities add up to about 1.1 times the
    trainees, so they exceed 4 where mentors are few, up to what an import takes. Takes about 6 s for 100 000
    trainees, linear in size.

    Raises:
        ValueError: a number is below 1.
    """
    if n_trainees < 1 or n_mentors < 1:
        raise ValueError(f"A studio needs at least 1 trainee and 1 mentor. Got {n_trainees} and {n_mentors}.")
    # Each part draws from a stream of its own, so that a change to the answers leaves the people alone.
    people, answers = _stream("people", seed), _stream("answers", seed)
    places = invent_places(people)
    taken: set[tuple[str, str]] = set()
    roster = list(islice(_trainees(places, people, taken), n_trainees))
    mentors = _mentors(n_mentors, roster, places, people, taken)
    return GeneratedStudio(roster, mentors, _survey(roster, answers, troubles or {}))


def write_studio(studio: GeneratedStudio, folder: Path, suffix: str = ".xlsx") -> StudioFiles:
    """Write roster, mentors and survey export into `folder`, as .xlsx or .csv, and return their paths."""
    files = StudioFiles(*(folder / f"{name}{suffix}" for name in ("roster", "mentors", "survey")))
    write_roster(files.roster, studio.roster)
    write_mentors(files.mentors, studio.mentors)
    write_export(files.survey, studio.respondents, load_questionnaire())
    return files


def _stream(name: str, seed: int) -> Random:
    # A text seed is hashed the same way in every process. Nothing here is a secret.
    return Random(f"{name}-{seed}")  # noqa: S311


def _trainees(places: Iterator[Place], rng: Random, taken: set[tuple[str, str]]) -> Iterator[RosterRow]:
    number = 0
    for place in places:
        for seat in range(rng.choice((1, 2, 2, 3))):
            number += 1
            roles = _LEADING | _OTHERS if seat == 0 else _OTHERS
            yield RosterRow(
                name=_new_name(place.community, rng, taken),
                role=rng.choices(tuple(roles), tuple(roles.values()))[0],
                county=place.county,
                town=place.town,
                community=place.community,
                phone=f"154{10_000_000 + number}",
                in_post_since=_FIRST_DAY + timedelta(days=rng.randrange(4200)),
            )


def _new_name(community: str, rng: Random, taken: set[tuple[str, str]]) -> str:
    while (key := (invent_name(rng), community)) in taken:
        pass
    taken.add(key)
    return key[0]


def _mentors(
    n_mentors: int,
    roster: Sequence[RosterRow],
    places: Iterator[Place],
    rng: Random,
    taken: set[tuple[str, str]],
) -> list[MentorRow]:
    models = read_mentors()
    topics = [topic.name for topic in load_questionnaire().topics]
    cases = {
        topic: [c for m in models if next(iter(m.strengths)) == topic for c in m.cases] for topic in topics
    }
    honours = [honour for model in models for honour in model.honours]
    capacities = _capacities(n_mentors, len(roster), rng)
    return [_mentor(capacity, roster, places, rng, taken, cases, honours) for capacity in capacities]


def _mentor(
    capacity: int,
    roster: Sequence[RosterRow],
    places: Iterator[Place],
    rng: Random,
    taken: set[tuple[str, str]],
    cases: Mapping[str, Sequence[str]],
    honours: Sequence[str],
) -> MentorRow:
    # One in ten works where a trainee does, so that the same-unit rule has work.
    neighbour = rng.choice(roster)
    home = neighbour if rng.random() < 0.1 else next(places)
    best, *others = rng.sample(tuple(cases), rng.randint(2, 4))
    return MentorRow(
        name=_new_name(home.community, rng, taken),
        community=home.community,
        county=home.county,
        capacity=capacity,
        years_in_post=rng.randint(5, 22),
        strengths={best: rng.randint(4, 5)} | {topic: rng.randint(1, 4) for topic in others},
        honours=tuple(rng.sample(honours, rng.randint(0, 2))),
        cases=tuple(rng.sample(cases[best], min(len(cases[best]), rng.randint(1, 2)))),
    )


def _capacities(n_mentors: int, n_trainees: int, rng: Random) -> list[int]:
    capacities = [1] * n_mentors
    for _ in range(math.ceil(n_trainees * _SPARE_CAPACITY) - n_mentors):
        capacities[rng.randrange(n_mentors)] += 1
    # With very few mentors some trainees stay without one: no list of mentors may ask more of a person.
    return [min(capacity, MAX_CAPACITY) for capacity in capacities]


def _survey(
    roster: Sequence[RosterRow], rng: Random, troubles: Mapping[str, Sequence[str]]
) -> list[Respondent]:
    questionnaire = load_questionnaire()
    handwritten = [one for cohort in COHORTS for one in cohort_respondents(cohort, questionnaire)]
    wording = Wording(handwritten, troubles)
    opens = questionnaire.waves[-1].opens
    gap = _SURVEY_OPEN / len(roster)
    return [
        _respondent(
            row, opens + timedelta(seconds=int((gap * place).total_seconds())), questionnaire, wording, rng
        )
        for place, row in enumerate(roster)
    ]


def _respondent(
    row: RosterRow, answered_at: datetime, questionnaire: Questionnaire, wording: Wording, rng: Random
) -> Respondent:
    codes = [topic.code for topic in questionnaire.topics]
    names = {topic.code: topic.name for topic in questionnaire.topics}
    leanings = _LEANINGS[row.role]
    severe = {code: rng.gauss(2.9 if code in leanings else 2.1, 0.9) for code in codes}
    # What is thorny is often urgent too, but not always.
    urgent = {code: 0.6 * severe[code] + rng.gauss(0.7, 0.8) for code in codes}
    thorny, pressing = (sorted(codes, key=lambda code: -felt[code]) for felt in (severe, urgent))
    return Respondent(
        name=row.name,
        community=row.community,
        role=row.role,
        ticks=tuple(names[code] for code in thorny[: rng.randint(1, 3)]),
        severity=tuple(_rating(severe[code], questionnaire, rng) for code in codes),
        urgency=tuple(_rating(urgent[code], questionnaire, rng) for code in codes),
        order=tuple(names[code] for code in pressing[: rng.randint(2, 3)]),
        thorniest=_answer(thorny, wording, rng),
        most_urgent=_answer(pressing, wording, rng),
        wish=Answer("") if rng.random() < _BLANK else wording.wish(thorny[0], rng),
        typed_name=row.name,
        typed_community=row.community,
        answered_at=answered_at,
        seconds=rng.randint(60, 600),
    )


def _rating(felt: float, questionnaire: Questionnaire, rng: Random) -> int | None:
    if rng.random() < _NO_RATING:
        return None
    return min(max(round(felt), questionnaire.scale_low), questionnaire.scale_high)


def _answer(topics: Sequence[str], wording: Wording, rng: Random) -> Answer:
    draw = rng.random()
    if draw < _BLANK:
        return Answer("")
    if draw < _BLANK + _JUNK:
        return Answer(rng.choice(JUNK))
    if draw < _BLANK + _JUNK + _SEVERAL:
        return wording.troubles(topics[:2], rng)
    return wording.trouble(topics[0], rng)
