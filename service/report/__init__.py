"""The report of a cohort: one self-contained page, made from a named operation run in process."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncEngine

from service.documents import run_document
from service.report.figures import cohort_figures
from service.report.heat import heat_rows, shade
from service.report.pairs import explained_pairs, package_days
from service.report.voices import voices_by_topic
from studio.errors import StudioError
from studio.permissions import Actor
from studio.store import enums
from studio.store.clock import today

_HERE = Path(__file__).parent
# Connections of the operation, with the variable that carries each one's cursor.
_PAGED = {
    "trainees": ("cohort", "trainees"),
    "painPoints": ("cohort", "painPoints"),
    "pairings": ("cohort", "latestRun", "pairings"),
}
_LABELS = (
    enums.TraineeRole,
    enums.CohortState,
    enums.ContentKind,
    enums.CourseEvent,
    enums.DaySlot,
    enums.Level,
    enums.PublishState,
    enums.ShadowStep,
)


async def write_report(engine: AsyncEngine, actor: Actor, cohort_number: int) -> bytes:
    """Return the report of a cohort as UTF-8 HTML; NO_COHORT when there is none of that number."""
    cohort, studio = await _read(engine, actor, cohort_number)
    trainees = cohort["trainees"]["nodes"]
    points = cohort["painPoints"]["nodes"]
    run = cohort["latestRun"]
    pairs = explained_pairs(run["pairings"]["nodes"] if run else [], cohort["rules"])
    page = _environment().get_template("report.html.j2")
    html = page.render(
        studio=studio,
        cohort=cohort,
        figures=cohort_figures(cohort, trainees, points),
        heat=shade(heat_rows(cohort["needsByRole"], "role")),
        needs=cohort["needs"],
        voices=voices_by_topic(points, cohort["needs"]),
        plan=cohort["coursePlan"],
        run=run,
        pairs=pairs,
        package=next((package_days(pair) for pair in pairs if pair["package"]), None),
        written_on=today(),
        style=Markup((_HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
    )
    return html.encode()


async def _read(engine: AsyncEngine, actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the operation, page after page, until every connection is complete."""
    found = await run_document(engine, actor, "CohortReport", number=number)
    cohort = found["cohort"]
    if cohort is None:
        raise StudioError("NO_COHORT", field="cohort", number=number)
    open_ = dict(_connections(found).items())
    while cursors := {
        name: connection["pageInfo"]["endCursor"]
        for name, connection in open_.items()
        if connection["pageInfo"]["hasNextPage"]
    }:
        page = _connections(await run_document(engine, actor, "CohortReport", number=number, **cursors))
        for name in cursors:
            open_[name]["nodes"].extend(page[name]["nodes"])
            open_[name]["pageInfo"] = page[name]["pageInfo"]
    return cohort, found["studio"]


def _connections(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    connections = {}
    for name, path in _PAGED.items():
        value: Any = found
        for key in path:
            value = value[key] if value is not None else None
        if value is not None:
            connections[name] = value
    return connections


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    labels = {value: text for enum in _LABELS for value, text in enums.LABELS[enum].items()}
    environment.filters["label"] = lambda value: labels[value] if value else ""
    environment.filters["percent"] = lambda value: f"{100 * value:.0f}%"
    environment.filters["two"] = lambda value: f"{value:.2f}"
    environment.filters["three"] = lambda value: f"{value:.3f}"
    return environment
