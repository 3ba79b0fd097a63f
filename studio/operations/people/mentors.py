"""Taking in mentors: places, strengths, honours and past cases."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.imports.issues import ImportCode, RowIssue
from studio.imports.keys import community_key, name_key
from studio.imports.mentors import MentorRow, parse_mentors
from studio.imports.tables import read_table
from studio.imports.weeks import Calendar
from studio.operations.audit import audit
from studio.operations.import_report import ImportReport, all_or_nothing
from studio.operations.people.people import Persons, Regions, ambiguous, load_persons, load_regions, namesakes
from studio.operations.people.said_weeks import free_weeks_said, most_in_a_week, offered_weeks
from studio.operations.topics.topics import import_topics
from studio.permissions import Actor, require
from studio.store.columns import Row
from studio.store.locks import lock_studio
from studio.store.pairings import Pairing
from studio.store.people import Honour, Mentor, MentorCase, MentorPlace, MentorTopic
from studio.store.rows import changed, chunks, insert_rows
from studio.store.topics import Topic

# What a mentor takes on when the list does not say.
DEFAULT_CAPACITY = 2


async def import_mentors(
    session: AsyncSession,
    actor: Actor,
    content: bytes,
    file_name: str,
    *,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    overrides: Mapping[str, str] | None = None,
) -> ImportReport:
    """Take in mentors with their places, strengths, honours and past cases; those not in the file stay."""
    require(actor, "import_mentors")
    names = await import_topics(session, actor.studio_id)
    calendar = Calendar(offered=await offered_weeks(session, actor.studio_id))
    sheet = parse_mentors(
        read_table(content, file_name), topics=names, overrides=overrides or {}, calendar=calendar
    )
    report = ImportReport(rows=sheet.n_rows, mapping=sheet.mapping, rejected=list(sheet.issues))
    # Nobody publishes into these places between our look at who holds them and our write.
    await lock_studio(session, actor.studio_id)
    async with all_or_nothing(session, report, dry_run=dry_run, skip_bad_rows=skip_bad_rows):
        writer = await _load_writer(session, actor.studio_id)
        written = namesakes((row.name, row.community) for row in sheet.rows)
        for row in sheet.rows:
            sharing = written[name_key(row.name), community_key(row.community)]
            writer.take(row, sharing, report)
        report.respondents = report.accepted
        # Replaced lists go out before the new ones come in: their positions and names are unique.
        await writer.remove_replaced(session)
        await insert_rows(session, [*writer.regions.new, *writer.persons.new, *writer.new])
    if report.written and report.new + report.updated:
        await audit(
            session, actor, "import_mentors", "Studio", actor.studio_id, rows=report.rows, new=report.new
        )
    return report


@dataclass
class _Known:
    """What the database holds of one mentor."""

    places: list[MentorPlace] = field(default_factory=list)
    held: set[UUID] = field(default_factory=set)
    # Published pairs in the fullest week.
    most_in_a_week: int = 0
    strengths: dict[UUID, float] = field(default_factory=dict)
    honours: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)


@dataclass
class _MentorWriter:
    """Compares rows of a mentor list with what is known, and collects what is new or replaced."""

    studio_id: UUID
    regions: Regions
    persons: Persons
    topic_ids: Mapping[str, UUID]
    mentors: dict[UUID, Mentor]
    known: dict[UUID, _Known]
    new: list[Row] = field(default_factory=list)
    replaced: list[tuple[type[Row], str, UUID]] = field(default_factory=list)

    def take(self, row: MentorRow, sharing: int, report: ImportReport) -> None:
        """Take one row in and count it, or add an issue to the report."""
        community = self.regions.community(row.community, row.county, row.town)
        person, person_changed = self.persons.find_or_add(row.name, community, row.phone, sharing)
        if person is None:
            twins = self.persons.namesakes(row.name, community)
            report.rejected.append(ambiguous(row.row, report.column("name"), row.name, twins, row.community))
            return
        mentor = self.mentors.get(person.id)
        known = self.known[mentor.id] if mentor else _Known()
        if row.capacity is not None and row.capacity < len(known.held):
            values = {"capacity": row.capacity, "held": len(known.held)}
            report.rejected.append(
                RowIssue(row.row, report.column("capacity"), ImportCode.CAPACITY_BELOW_LOAD, values)
            )
            return
        if row.weekly_capacity is not None and row.weekly_capacity < known.most_in_a_week:
            values = {"capacity": row.weekly_capacity, "held": known.most_in_a_week}
            report.rejected.append(
                RowIssue(
                    row.row, report.column("weekly_capacity"), ImportCode.WEEKLY_CAPACITY_BELOW_BOOKED, values
                )
            )
            return
        is_new = mentor is None
        if mentor is None:
            capacity = DEFAULT_CAPACITY if row.capacity is None else row.capacity
            mentor = Mentor(
                studio_id=self.studio_id,
                person_id=person.id,
                capacity=capacity,
                tenure_years=row.years_in_post,
                kind=row.kind,
                roster_row=row.row,
            )
            self.mentors[person.id] = mentor
            self.known[mentor.id] = known
            self.new.append(mentor)
        differs = self._update(mentor, row, known)
        if is_new:
            report.new += 1
        elif differs or person_changed:
            report.updated += 1
        else:
            report.unchanged += 1

    def _update(self, mentor: Mentor, row: MentorRow, known: _Known) -> bool:
        """Take over what the row says; an empty cell says nothing. Tell whether anything differed."""
        capacity = mentor.capacity if row.capacity is None else row.capacity
        tenure = mentor.tenure_years if row.years_in_post is None else row.years_in_post
        parts = [
            changed(
                mentor,
                capacity=capacity,
                tenure_years=tenure,
                kind=row.kind or mentor.kind,
                free_weeks=free_weeks_said(row.weeks, mentor.free_weeks),
                weekly_capacity=row.weekly_capacity or mentor.weekly_capacity,
            ),
            self._fit_places(mentor, capacity, known),
            self._replace_strengths(mentor, row, known),
            self._replace_honours(mentor, row.honours, known),
            self._replace_cases(mentor, row.cases, known),
        ]
        return any(parts)

    def _fit_places(self, mentor: Mentor, capacity: int, known: _Known) -> bool:
        """Open as many places as the capacity says; a place that is held stays open."""
        by_use = sorted(known.places, key=lambda p: (p.id not in known.held, not p.open, p.number))
        differs = False
        for rank, place in enumerate(by_use):
            differs |= changed(place, open=rank < capacity)
        for number in range(len(known.places) + 1, capacity + 1):
            place = MentorPlace(studio_id=self.studio_id, mentor_id=mentor.id, number=number)
            known.places.append(place)
            self.new.append(place)
            differs = True
        return differs

    def _replace_strengths(self, mentor: Mentor, row: MentorRow, known: _Known) -> bool:
        strengths = {self.topic_ids[code]: value for code, value in row.strengths.items()}
        if not strengths or strengths == known.strengths:
            return False
        if known.strengths:
            self.replaced.append((MentorTopic, "mentor_id", mentor.id))
        known.strengths = strengths
        self.new.extend(
            MentorTopic(studio_id=self.studio_id, mentor_id=mentor.id, topic_id=topic_id, strength=value)
            for topic_id, value in strengths.items()
        )
        return True

    def _replace_honours(self, mentor: Mentor, honours: Sequence[str], known: _Known) -> bool:
        names = list(dict.fromkeys(honours))
        if not names or names == known.honours:
            return False
        if known.honours:
            self.replaced.append((Honour, "person_id", mentor.person_id))
        known.honours = names
        self.new.extend(
            Honour(studio_id=self.studio_id, person_id=mentor.person_id, position=position, name=name)
            for position, name in enumerate(names)
        )
        return True

    def _replace_cases(self, mentor: Mentor, cases: Sequence[str], known: _Known) -> bool:
        if not cases or list(cases) == known.cases:
            return False
        if known.cases:
            self.replaced.append((MentorCase, "mentor_id", mentor.id))
        known.cases = list(cases)
        self.new.extend(
            MentorCase(studio_id=self.studio_id, mentor_id=mentor.id, position=position, text=text)
            for position, text in enumerate(cases)
        )
        return True

    async def remove_replaced(self, session: AsyncSession) -> None:
        """Delete the lists that new ones replace."""
        by_table: dict[tuple[type[Row], str], list[UUID]] = defaultdict(list)
        for table, column, owner in self.replaced:
            by_table[table, column].append(owner)
        for (table, column), owners in by_table.items():
            for some in chunks(owners):
                await session.execute(sa.delete(table).where(getattr(table, column).in_(some)))


async def _load_writer(session: AsyncSession, studio_id: UUID) -> _MentorWriter:
    codes = await session.execute(select(Topic.code, Topic.id).where(Topic.studio_id == studio_id))
    found = await session.execute(select(Mentor).where(Mentor.studio_id == studio_id))
    mentors = {mentor.person_id: mentor for mentor in found.scalars()}
    return _MentorWriter(
        studio_id=studio_id,
        regions=await load_regions(session, studio_id),
        persons=await load_persons(session, studio_id),
        topic_ids=dict(codes.all()),
        mentors=mentors,
        known=await _load_known(session, studio_id, mentors),
    )


async def _load_known(
    session: AsyncSession, studio_id: UUID, mentors: Mapping[UUID, Mentor]
) -> dict[UUID, _Known]:
    known = {mentor.id: _Known() for mentor in mentors.values()}
    places = await session.execute(
        select(MentorPlace).where(MentorPlace.studio_id == studio_id).order_by(col(MentorPlace.number))
    )
    for place in places.scalars():
        known[place.mentor_id].places.append(place)
    held = await session.execute(
        select(Pairing.mentor_id, Pairing.held_place_id).where(
            Pairing.studio_id == studio_id, col(Pairing.held_place_id).is_not(None)
        )
    )
    for mentor_id, place_id in held.all():
        if place_id is not None:
            known[mentor_id].held.add(place_id)
    for mentor_id, most in (await most_in_a_week(session, studio_id)).items():
        known[mentor_id].most_in_a_week = most
    strengths = await session.execute(
        select(MentorTopic.mentor_id, MentorTopic.topic_id, MentorTopic.strength).where(
            MentorTopic.studio_id == studio_id
        )
    )
    for mentor_id, topic_id, strength in strengths.all():
        known[mentor_id].strengths[topic_id] = strength
    cases = await session.execute(
        select(MentorCase).where(MentorCase.studio_id == studio_id).order_by(col(MentorCase.position))
    )
    for case in cases.scalars():
        known[case.mentor_id].cases.append(case.text)
    honours = await session.execute(
        select(Honour).where(Honour.studio_id == studio_id).order_by(col(Honour.position))
    )
    for honour in honours.scalars():
        if honour.person_id in mentors:
            known[mentors[honour.person_id].id].honours.append(honour.name)
    return known
