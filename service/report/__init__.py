"""The report of a cohort: one self-contained page, made from named operations run in process."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncEngine

from service.limit_words import told_full, told_stored
from service.report.figures import cohort_figures
from service.report.gaps import explained_gaps
from service.report.heat import heat_rows, shade
from service.report.package import fullest_package
from service.report.pairs import explained_pairs
from service.report.parts import parts_weighed
from service.report.plan import explained_plan
from service.report.source import read_cohort, read_run
from service.report.voices import voices_by_topic
from service.week_words import told_unmatched, week_name
from studio.operations.rules.aim_words import told_certificate
from studio.permissions import Actor
from studio.store import enums
from studio.store.clock import today
from studio.store.labels import LABELS
from studio.store.mentor_enums import PairingKind
from studio.store.package_enums import Ability, DeliveryMode

_HERE = Path(__file__).parent
# Sentences of one topic that are printed; a survey of thousands would make a page that no browser opens gladly.
MOST_VOICES = 200
# Mentors of whom the page tells why an unmatched trainee is not with them.
MENTORS_TOLD = 3
_LABELS = (
    Ability,
    DeliveryMode,
    PairingKind,
    enums.TraineeRole,
    enums.CohortState,
    enums.ContentKind,
    enums.CourseEvent,
    enums.DaySlot,
    enums.Level,
    enums.MatchRunState,
    enums.PublishState,
    enums.ShadowStep,
)


async def write_report(engine: AsyncEngine, actor: Actor, cohort_number: int) -> bytes:
    """Return the report of a cohort as UTF-8 HTML; NO_COHORT when there is none of that number."""
    studio, cohort = await read_cohort(engine, actor, cohort_number)
    run = await read_run(engine, actor, cohort)
    pairs = explained_pairs(run["pairings"]["nodes"] if run else [], cohort["rules"])
    page = _environment().get_template("report.html.j2")
    html = page.render(
        studio=studio,
        cohort=cohort,
        figures=cohort_figures(cohort, cohort["trainees"]["nodes"]),
        heat=shade(heat_rows(cohort["needsByRole"], "role")),
        needs=cohort["needs"],
        MOST_VOICES=MOST_VOICES,
        voices=voices_by_topic(cohort["painPoints"]["nodes"], cohort["needs"]),
        plan=explained_plan(cohort["coursePlan"], cohort["needs"]),
        gaps=explained_gaps(cohort["gaps"], cohort["coursePlan"]),
        newest_run=next(iter(cohort["matchRuns"]["nodes"]), None),
        run=run,
        certificate=_told(run),
        pairs=pairs,
        legend=parts_weighed(pairs),
        package=fullest_package(pairs),
        written_on=today(),
        style=Markup((_HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
    )
    return html.encode()


def _told(run: dict[str, Any] | None) -> str:
    """Return what is proven of a run; nothing where it has no figures yet."""
    if run is None or run["certificate"] is None:
        return ""
    return told_certificate(enums.MatchObjective(run["objective"]), run["certificate"], "zh")


def _told_repair(repair: dict[str, Any]) -> str:
    """Return one change that would give an unmatched trainee a mentor."""
    about = repair["mentor"]["displayName"] if repair["mentor"] else ""
    if repair["limitRule"]:
        limit = told_stored(repair["limitRule"])
        # A cap may be of every mentor: it is this one for whom it would be raised.
        about = f"{limit}，{about}" if repair["code"] == "RAISE_CAP" else limit
    return f"{repair['label']}（{about}）"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels = {value: text for enum in _LABELS for value, text in LABELS[enum].items()}
    environment.filters["label"] = lambda value: labels[value] if value else ""
    environment.filters["repair"] = _told_repair
    environment.filters["limit"] = told_full
    environment.filters["week"] = lambda monday: week_name(monday, "zh")
    environment.filters["in_weeks"] = lambda unmatched: told_unmatched(unmatched, "zh", MENTORS_TOLD)
    environment.filters["one"] = lambda value: f"{value:.1f}"
    environment.filters["two"] = lambda value: f"{value:.2f}"
    environment.filters["three"] = lambda value: f"{value:.3f}"
    return environment
