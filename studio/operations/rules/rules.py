"""Rules of a cohort's match: pins, conflicts and preferences, each with its reason and author."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import NotFound
from studio.imports.issues import RowIssue
from studio.imports.respondents import KnownPerson, PeopleIndex
from studio.imports.rules import RuleRow, clash, parse_rules
from studio.imports.tables import read_table
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.import_report import ImportReport, all_or_nothing
from studio.operations.needs_later import refresh_soon
from studio.operations.own import own, require_version
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.imported_limits import IMPORTED, imported, take_limits
from studio.operations.rules.rule_conflicts import REFUSED_COLUMNS, Pair, RuleRefused, Standing, standing_of
from studio.operations.said_reasons import require_reason
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.enums import RuleKind
from studio.store.locks import lock_cohort
from studio.store.people import Mentor, Person, Region, Trainee, mentors_of, trainees_of
from studio.store.rows import changed, insert_rows
from studio.store.rules import Rule


async def set_rule(
    session: AsyncSession,
    actor: Actor,
    trainee_id: UUID,
    mentor_id: UUID,
    kind: RuleKind,
    *,
    reason: str,
    expires_on: date | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Rule:
    """Set the rule between a trainee and a mentor, replacing the one there was.

    With the version that the client has seen, a rule that has changed since is a conflict, and one that has gone is
    not found. With a key that was used before, the rule of that time is given as it is now.
    """
    require(actor, "set_rule")
    given = {
        "trainee_id": trainee_id.hex,
        "mentor_id": mentor_id.hex,
        "kind": kind.value,
        "reason": reason,
        "expires_on": expires_on,
        "expected_version": expected_version,
    }
    done = await once(session, actor, idempotency_key, "set_rule", given)
    if done is not None:
        return await own(session, actor, Rule, done, "idempotencyKey")
    require_reason(reason)
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    mentor = await own(session, actor, Mentor, mentor_id, "mentorId")
    await lock_cohort(session, trainee.cohort_id)
    if expires_on is None or expires_on >= today():
        await _require_room(session, trainee, mentor, kind)
    rule = await session.scalar(
        select(Rule).where(Rule.trainee_id == trainee_id, Rule.mentor_id == mentor_id).with_for_update()
    )
    values: dict[str, Any] = {
        "kind": kind,
        "reason": reason.strip(),
        "author": actor.role.value,
        "expires_on": expires_on,
    }
    if rule is None:
        if expected_version is not None:
            raise NotFound("Rule", field="expectedVersion")
        rule = Rule(
            studio_id=actor.studio_id,
            cohort_id=trainee.cohort_id,
            trainee_id=trainee_id,
            mentor_id=mentor_id,
            **values,
        )
        session.add(rule)
    else:
        require_version(rule, expected_version)
        changed(rule, **values)
    await session.flush()
    await remember(session, actor, idempotency_key, "set_rule", given, rule.id)
    await audit(session, actor, "set_rule", "Rule", rule.id, kind=kind.value)
    return rule


async def _require_room(session: AsyncSession, trainee: Trainee, mentor: Mentor, kind: RuleKind) -> None:
    """Refuse a rule that cannot hold beside the pins and locks there are."""
    cohort = await session.get_one(Cohort, trainee.cohort_id)
    pair = trainee.id, mentor.id
    standing = await standing_of(session, cohort, without=[pair])
    code = standing.refusal(pair, kind)
    if code is not None:
        names = [(await session.get_one(Person, row.person_id)).name for row in (trainee, mentor)]
        raise RuleRefused(
            code.value,
            field=f"{REFUSED_COLUMNS[code]}Id",
            trainee=names[0],
            mentor=names[1],
            allowed=standing.n_places.get(mentor.id, 0),
        )


async def remove_rule(
    session: AsyncSession, actor: Actor, rule_id: UUID, *, expected_version: int | None = None
) -> None:
    """Remove a rule, unless it has changed since the client has seen it."""
    require(actor, "set_rule")
    rule = await own(session, actor, Rule, rule_id, "ruleId")
    await lock_cohort(session, rule.cohort_id)
    rule = await own(session, actor, Rule, rule_id, "ruleId", lock=True)
    require_version(rule, expected_version)
    await session.delete(rule)
    await audit(session, actor, "remove_rule", "Rule", rule_id)


async def import_rules(
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
    """Take in a list of rules and limits; people are found by name, and by community where two share it."""
    require(actor, "import_rules")
    cohort = await find_cohort(session, actor.studio_id, cohort_number)
    await lock_cohort(session, cohort.id)
    sheet = parse_rules(read_table(content, file_name), overrides=overrides or {})
    report = ImportReport(rows=sheet.n_rows, mapping=sheet.mapping, rejected=list(sheet.issues))
    async with all_or_nothing(session, report, dry_run=dry_run, skip_bad_rows=skip_bad_rows):
        people = await people_of(session, cohort)
        found = await session.execute(select(Rule).where(Rule.cohort_id == cohort.id))
        existing = {(rule.trainee_id, rule.mentor_id): rule for rule in found.scalars()}
        new: list[Rule] = []
        taken = _pairs(sheet.rows, people, report)
        # A row replaces its pair's rule, so what this file says of a pair counts from its row on.
        standing = await standing_of(session, cohort, without=taken)
        for pair, row in taken.items():
            if _has_room(row, pair, standing, report):
                _take(row, pair, existing, new, cohort, report)
        limits = await take_limits(session, cohort, sheet.limits, people[1], report)
        report.respondents = report.accepted
        await insert_rows(session, [*new, *limits])
    if report.written and report.new + report.updated:
        await refresh_soon(session, cohort.id)
        await audit(session, actor, "import_rules", "Cohort", cohort.id, rows=report.rows, new=report.new)
    return report


async def people_of(session: AsyncSession, cohort: Cohort) -> tuple[PeopleIndex, PeopleIndex]:
    """Return a cohort's trainees and the studio's mentors, to be found by name."""
    trainees = PeopleIndex([_known(*row) for row in await trainees_of(session, cohort.id)])
    mentors = PeopleIndex([_known(*row) for row in await mentors_of(session, cohort.studio_id)])
    return trainees, mentors


def _known(row: Trainee | Mentor, person: Person, community: Region | None) -> KnownPerson:
    return KnownPerson(
        key=row.id,
        name=person.name,
        community=community.name if community else "",
        county=community.county if community else "",
        phone=person.phone or "",
        town=community.town if community else "",
    )


def _pairs(
    rows: Iterable[RuleRow], people: tuple[PeopleIndex, PeopleIndex], report: ImportReport
) -> dict[Pair, RuleRow]:
    """Return the rows by their pair, in their order; a pair's second row is added to the report."""
    taken: dict[Pair, RuleRow] = {}
    for row in rows:
        pair = _find_pair(row, people, report)
        if pair is None:
            continue
        # Known by what they mean: a community may be written in two ways, or left out.
        earlier = taken.setdefault(pair, row)
        if earlier is not row:
            field, code, values = clash(row, earlier)
            report.rejected.append(RowIssue(row.row, report.column(field), code, values))
    return taken


def _has_room(row: RuleRow, pair: Pair, standing: Standing, report: ImportReport) -> bool:
    """Tell whether a row's rule can hold beside what is fixed and the rows above, or add why not to the report."""
    if row.expires_on is not None and row.expires_on < today():
        return True
    code = standing.refusal(pair, row.kind)
    if code is not None:
        values = {"trainee": row.trainee, "mentor": row.mentor, "allowed": standing.n_places.get(pair[1], 0)}
        report.rejected.append(RowIssue(row.row, report.column(REFUSED_COLUMNS[code]), code, values))
        return False
    if row.kind is RuleKind.PIN:
        standing.pin(pair)
    return True


def _find_pair(row: RuleRow, people: tuple[PeopleIndex, PeopleIndex], report: ImportReport) -> Pair | None:
    """Return the trainee and the mentor of a row, or add what is wrong with either to the report."""
    trainees, mentors = people
    sought = (
        ("trainee", trainees.find(row.trainee, community=row.trainee_community)),
        ("mentor", mentors.find(row.mentor, community=row.mentor_community)),
    )
    for field, found in sought:
        if found.code is not None:
            report.rejected.append(RowIssue(row.row, report.column(field), found.code, dict(found.values)))
    keys = [found.key for _, found in sought]
    if isinstance(keys[0], UUID) and isinstance(keys[1], UUID):
        return keys[0], keys[1]
    return None


def _take(
    row: RuleRow,
    pair: Pair,
    existing: dict[Pair, Rule],
    new: list[Rule],
    cohort: Cohort,
    report: ImportReport,
) -> None:
    values: dict[str, Any] = {"kind": row.kind, "reason": row.reason, "expires_on": row.expires_on}
    rule = existing.get(pair)
    if rule is None:
        rule = Rule(
            studio_id=cohort.studio_id,
            cohort_id=cohort.id,
            trainee_id=pair[0],
            mentor_id=pair[1],
            author=IMPORTED,
            **values,
        )
        existing[pair] = rule
        new.append(rule)
        report.new += 1
    elif imported(rule, values):
        report.updated += 1
    else:
        report.unchanged += 1
