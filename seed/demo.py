"""Loading the demo: a fictional studio with three cohorts, from the same files that an organizer would have."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, select

from seed.generator import generate, write_studio
from seed.starter import install_starter
from seed.topics import load_topics
from studio.operations.contents.recommendations import refresh_recommendations
from studio.operations.import_report import ImportReport
from studio.operations.packages.packages import write_packages
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.people.studios import create_studio, organizer_of
from studio.operations.people.weeks import set_cohort_weeks
from studio.operations.rules.rules import import_rules
from studio.operations.runs.runs import match_cohort
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import CohortState
from studio.store.identity import derived_ids
from studio.store.pairings import Pairing
from studio.store.people import Studio
from studio.store.rows import changed

DEMO_STUDIO = "云岭头雁工作室(虚构)"
COHORTS = (1, 2, 3)
# The cohort whose pairing the demo proposes; the earlier ones have finished.
CURRENT_COHORT = 3
# The weeks in which its trainees shadow their mentors: the 14th to the 17th of 2026.
WEEKS = tuple(date(2026, 3, 30) + timedelta(weeks=number) for number in range(4))
# All that the demo does happens at this moment, so that loading it anywhere gives the same database.
MOMENT = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
# Packages written at most: all of the demo's, some of a studio generated for load tests.
PACKAGES = 100
_FOLDER = Path(__file__).parent
Say = Callable[[str], None]


class DemoDataRefused(RuntimeError):
    """The demo's own files were refused: they and the code have grown apart."""


@dataclass(frozen=True)
class Demo:
    """What was loaded: the studio, the cohort to look at, and the run with its pairs."""

    studio: Studio
    actor: Actor
    cohort_number: int
    cohort_id: UUID
    run_id: UUID


async def load_demo(engine: AsyncEngine, say: Say) -> Demo:
    """Load the demo studio, or bring it up to date; loading it twice gives the same database."""
    return await _held(engine, DEMO_STUDIO, lambda: _load(engine, DEMO_STUDIO, say, _demo_files, COHORTS))


async def load_generated(
    engine: AsyncEngine, n_trainees: int, n_mentors: int, say: Say, seed: int = 0
) -> Demo:
    """Load an invented studio of any size, the same one for the same numbers."""
    drawn = f" 种子 {seed}" if seed else ""
    name = f"负载测试工作室 {n_trainees}×{n_mentors}{drawn}(虚构)"
    troubles = {leaf.code: leaf.troubles for topic in load_topics() for leaf in topic.leaves}
    with TemporaryDirectory() as folder:
        studio = generate(n_trainees, n_mentors, seed=seed, troubles=troubles)
        files = write_studio(studio, Path(folder), ".csv")

        async def import_files(session: AsyncSession, actor: Actor, cohort: int, say: Say) -> None:
            say("DEMO_ROSTER")
            _check(await import_roster(session, actor, *_file(files.roster), cohort))
            _check(await import_mentors(session, actor, *_file(files.mentors)))
            say("DEMO_SURVEY")
            _check(await import_survey(session, actor, *_file(files.survey), cohort, 1))

        return await _held(engine, name, lambda: _load(engine, name, say, import_files, (1,)))


async def _held(engine: AsyncEngine, name: str, load: Callable[[], Awaitable[Demo]]) -> Demo:
    """Load at the demo's moment; a fresh load derives its ids, so that it is the same everywhere."""
    async with reading(engine) as session:
        known = (await session.execute(select(Studio.id).where(Studio.name == name))).scalar_one_or_none()
    with held_at(MOMENT):
        if known is not None:
            return await load()
        with derived_ids(name):
            return await load()


Files = Callable[[AsyncSession, Actor, int, Say], Awaitable[None]]


async def _load(engine: AsyncEngine, name: str, say: Say, files: Files, cohorts: tuple[int, ...]) -> Demo:
    async with writing(engine) as session:
        say("DEMO_STUDIO")
        studio = await create_studio(session, name, fictional=True)
        await install_starter(session, studio.id)
        actor = organizer_of(studio)
    for number in cohorts:
        async with writing(engine) as session:
            await files(session, actor, number, say)
            say("DEMO_RECOMMEND")
            cohort = await find_cohort(session, studio.id, number)
            await refresh_recommendations(session, cohort.id)
            changed(cohort, state=CohortState.MATCHING if number == cohorts[-1] else CohortState.CLOSED)
    async with writing(engine) as session:
        say("DEMO_MATCH")
        cohort = await find_cohort(session, studio.id, cohorts[-1])
        run = await match_cohort(session, actor, cohort.id)
        say("DEMO_PACKAGES")
        first = await session.execute(
            select(Pairing.id).where(Pairing.run_id == run.id).order_by(col(Pairing.id)).limit(PACKAGES)
        )
        await write_packages(session, actor, run.id, pairing_ids=list(first.scalars()))
    return Demo(studio, actor, cohort.number, cohort.id, run.id)


async def _demo_files(session: AsyncSession, actor: Actor, cohort: int, say: Say) -> None:
    say("DEMO_ROSTER")
    people = _FOLDER / "people"
    _check(await import_roster(session, actor, *_file(people / f"roster-{cohort}.csv"), cohort))
    if cohort == COHORTS[0]:
        _check(await import_mentors(session, actor, *_file(people / "mentors.csv")))
    say("DEMO_SURVEY")
    survey = _FOLDER / "survey" / f"cohort-{cohort}-wave-1.xlsx"
    _check(await import_survey(session, actor, *_file(survey), cohort, 1))
    if cohort == CURRENT_COHORT:
        _check(await import_rules(session, actor, *_file(people / "rules-3.csv"), cohort))
        current = await find_cohort(session, actor.studio_id, cohort)
        if not current.weeks:
            await set_cohort_weeks(session, actor, current.id, WEEKS, expected_version=current.version)


def _file(path: Path) -> tuple[bytes, str]:
    return path.read_bytes(), path.name


def _check(report: ImportReport) -> None:
    if report.rejected:
        codes = sorted({f"{issue.row}:{issue.column}:{issue.code.value}" for issue in report.rejected})
        raise DemoDataRefused(f"{len(report.rejected)} rows refused: {codes[:5]}")
