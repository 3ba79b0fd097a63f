"""Taking in the roster of a cohort."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.imports.keys import community_key, name_key
from studio.imports.roster import RosterRow, parse_roster
from studio.imports.tables import read_table
from studio.operations.audit import audit
from studio.operations.import_report import ImportReport, all_or_nothing
from studio.operations.people.people import ambiguous, load_persons, load_regions, namesakes
from studio.operations.people.said_weeks import free_weeks_said, offered_weeks
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.locks import lock_cohort, lock_studio
from studio.store.people import Trainee
from studio.store.rows import changed, insert_rows


async def import_roster(
    session: AsyncSession,
    actor: Actor,
    content: bytes,
    file_name: str,
    cohort_number: int,
    *,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    overrides: Mapping[str, str] | None = None,
) -> ImportReport:
    """Take in the trainees of a cohort, which is made where it is missing.

    Trainees are found by name and community; those who are not in the file stay. Raises `ImportRefused`
    when the file cannot be read at all.
    """
    require(actor, "import_roster")
    offered = await offered_weeks(session, actor.studio_id, cohort_number)
    sheet = parse_roster(
        read_table(content, file_name), today=today(), overrides=overrides or {}, offered=offered
    )
    report = ImportReport(rows=sheet.n_rows, mapping=sheet.mapping, rejected=list(sheet.issues))
    await lock_studio(session, actor.studio_id)
    async with all_or_nothing(session, report, dry_run=dry_run, skip_bad_rows=skip_bad_rows):
        cohort = await _cohort(session, actor.studio_id, cohort_number)
        await lock_cohort(session, cohort.id)
        regions = await load_regions(session, actor.studio_id)
        persons = await load_persons(session, actor.studio_id)
        found = await session.execute(select(Trainee).where(Trainee.cohort_id == cohort.id))
        trainees = {trainee.person_id: trainee for trainee in found.scalars()}
        written = namesakes((row.name, row.community) for row in sheet.rows)
        new: list[Trainee] = []
        for row in sheet.rows:
            community = regions.community(row.community, row.county, row.town)
            sharing = written[name_key(row.name), community_key(row.community)]
            person, person_changed = persons.find_or_add(row.name, community, row.phone, sharing)
            if person is None:
                twins = persons.namesakes(row.name, community)
                report.rejected.append(
                    ambiguous(row.row, report.column("name"), row.name, twins, row.community)
                )
                continue
            trainee = trainees.get(person.id)
            if trainee is None:
                trainees[person.id] = _new_trainee(actor.studio_id, cohort.id, person.id, row)
                new.append(trainees[person.id])
                report.new += 1
            elif _update_trainee(trainee, row) or person_changed:
                report.updated += 1
            else:
                report.unchanged += 1
        report.respondents = report.accepted
        await insert_rows(session, [*regions.new, *persons.new, *new])
    if report.written and report.new + report.updated:
        await audit(session, actor, "import_roster", "Cohort", cohort.id, rows=report.rows, new=report.new)
    return report


async def _cohort(session: AsyncSession, studio_id: UUID, number: int) -> Cohort:
    found = await session.execute(
        select(Cohort).where(Cohort.studio_id == studio_id, Cohort.number == number)
    )
    cohort = found.scalar_one_or_none()
    if cohort is None:
        cohort = Cohort(studio_id=studio_id, number=number, name=f"第{number}批")
        await insert_rows(session, [cohort])
    return cohort


def _new_trainee(studio_id: UUID, cohort_id: UUID, person_id: UUID, row: RosterRow) -> Trainee:
    return Trainee(
        studio_id=studio_id,
        cohort_id=cohort_id,
        person_id=person_id,
        role=row.role,
        level=row.level,
        in_post_since=row.in_post_since,
        free_weeks=free_weeks_said(row.weeks, None),
        roster_row=row.row,
    )


def _update_trainee(trainee: Trainee, row: RosterRow) -> bool:
    """Take over what the row says; an empty cell says nothing."""
    return changed(
        trainee,
        role=row.role,
        level=row.level or trainee.level,
        in_post_since=row.in_post_since or trainee.in_post_since,
        free_weeks=free_weeks_said(row.weeks, trainee.free_weeks),
    )
