"""`yanzhen gaps`: demand against supply of a cohort."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.cohort import topic_json
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import run_document
from service.gaps import content_hours, next_event, topics_short
from studio.messages import translate
from studio.operations.needs.needs import compute_needs_now
from studio.operations.people.cohorts import find_cohort
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.enums import CourseEvent

EVENT = ("demand", "supply", "gap")


def gaps(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Compute and print demand against supply of a cohort."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
            await compute_needs_now(engine, actor, row.id)
            return await gaps_json(engine, actor, cohort, lang.value)

    with working(translate("CLI_COMPUTING_NEEDS", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_gaps(result, lang.value)


async def gaps_json(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    """Return demand against supply in the shape of docs/cli.md."""
    found = (await run_document(engine, actor, "CohortGaps", language, number=cohort))["cohort"]
    event = next_event(found["coursePlan"], CourseEvent.MONTHLY_TOPIC)
    visit = next_event(found["coursePlan"], CourseEvent.OUTREACH_TEACHING)
    return {
        "cohort": cohort,
        "topics": [
            {
                **topic_json(gap),
                "demand": gap["demand"],
                "supply": gap["supply"],
                "placesShort": gap["placesShort"],
                "mentors": gap["mentors"],
                "contentHours": content_hours(gap),
                "trainees": gap["respondents"],
            }
            for gap in found["gaps"]
        ],
        "recruit": [
            {**topic_json(gap), "places": gap["placesShort"], "mentors": gap["mentors"]}
            for gap in topics_short(found["gaps"])
        ],
        "event": {**topic_json(event), **{name: event[name] for name in EVENT}} if event else None,
        "outreach": {**topic_json(visit), "county": visit["county"], "need": visit["need"]}
        if visit
        else None,
    }


def _print_gaps(result: dict[str, Any], language: str) -> None:
    if not result["topics"]:
        output.print(translate("CLI_NO_GAPS", language))
        return
    figures = ("CLI_DEMAND", "CLI_SUPPLY", "CLI_SHORT", "CLI_MENTORS", "CLI_HOURS", "CLI_PEOPLE")
    title = translate("CLI_COHORT_GAPS", language, number=result["cohort"])
    table = table_of(("CLI_TOPIC", *figures), language, title)
    for topic in result["topics"]:
        table.add_row(
            topic["name"],
            f"{topic['demand']:.1f}",
            f"{topic['supply']:.1f}",
            str(topic["placesShort"]),
            str(topic["mentors"]),
            f"{topic['contentHours']:.1f}",
            str(topic["trainees"]),
        )
    output.print(table)
    for topic in result["recruit"]:
        output.print(translate("CLI_RECRUIT", language, **topic))
    if not result["recruit"]:
        output.print(translate("CLI_NOBODY_TO_RECRUIT", language))
    if result["event"]:
        output.print(translate("CLI_NEXT_EVENT", language, **result["event"]))
    if result["outreach"]:
        output.print(translate("CLI_NEXT_OUTREACH", language, **result["outreach"]))
