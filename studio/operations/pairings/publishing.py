"""Publishing a match run: its draft pairs take their places for good."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import Conflict, StudioError
from studio.operations.audit import audit
from studio.operations.own import own_run, require_version
from studio.operations.packages.package_planning import plan_packages_later
from studio.operations.pairings.violations import violated
from studio.operations.rules.limit_conflicts import require_limits
from studio.operations.rules.match_input import match_input, ruled_kinds
from studio.operations.rules.preset_effects import days_to_answer
from studio.operations.rules.seats import barred
from studio.operations.runs.carrying import (
    Counterparts,
    carry,
    counterparts,
    pairings_of,
    schedule_expiry,
    trainee_names,
)
from studio.operations.runs.pair_weeks import check_weeks, goes_on, same_week, taken_code
from studio.operations.runs.pairing_states import FIXED, KEPT, UNDER_WAY, step
from studio.operations.runs.runs import require_draft
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.enums import PairingState, PublishState, Role, RuleKind
from studio.store.pairing_enums import SystemReason
from studio.store.pairings import Pairing
from studio.store.presets import cohort_rules_in_force
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun

# Days in which both sides can answer, unless the organizer names a date.
DAYS_TO_ANSWER = 14


async def publish_match_run(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    *,
    expected_version: int,
    answer_by: date | None = None,
    end_under_way: bool = False,
) -> MatchRun:
    """Publish a draft: its pairs take their places for good, the cohort's earlier run gives its own back.

    Both sides of a pair are asked for their consent until `answer_by` (in 14 days unless it is given or a rule of the
    cohort says otherwise). A pair that the earlier run has, too, goes on where it stands, with its consents and
    packages. One that both sides have confirmed and that this run does not have comes to its end only if
    `end_under_way` says that this is meant.

    A draft may have grown old, so it is held against the rules and places of today. Raises CONFLICT_VERSION,
    ILLEGAL_TRANSITION, ANSWER_BY_PAST, PAIRS_UNDER_WAY with the names, CONSTRAINT_VIOLATED when a rule set since or
    a decline stands against a pair, PROPOSAL_OUTDATED when a proposal does not keep what has been confirmed since,
    CAPACITY_EXCEEDED when a place was closed or another cohort took it, and of weeks what `check_weeks` raises. A
    consent is to a mentor and a week: a pair that gets another week is asked again.
    """
    require(actor, "publish_match_run")
    run = await own_run(session, actor, run_id)
    require_version(run, expected_version)
    require_draft(run)
    if answer_by is not None and answer_by < today():
        raise StudioError("ANSWER_BY_PAST", field="answerBy", date=answer_by.isoformat())
    pairings = await pairings_of(session, run.id)
    earlier = await published_run(session, run.cohort_id)
    before = await pairings_of(session, earlier.id) if earlier else []
    await _check_draft(session, run, pairings, before)
    if run.based_on_id is not None:
        _check_proposal(run, earlier, before, pairings)
    elif not end_under_way:
        await _check_under_way(session, before, pairings)
    states = {pairing.id: pairing.state for pairing in before}
    if earlier is not None:
        await supersede(session, actor.role, earlier, before)
    kept = [
        pair
        for pair in counterparts(before, pairings)
        if states[pair[0].id] in KEPT and goes_on(*pair, states[pair[0].id])
    ]
    last_day = answer_by or await last_day_to_answer(session, run.cohort_id)
    await _enter(session, actor.role, pairings, kept, states, last_day)
    await carry(session, kept)
    run.publish_state = PublishState.PUBLISHED
    run.replaced_id = earlier.id if earlier else None
    run.version += 1
    await session.flush()
    await schedule_expiry(session, run.studio_id, run.cohort_id, pairings)
    await plan_packages_later(session, run, actor.token_id)
    await audit(
        session, actor, "publish_match_run", "MatchRun", run.id, pairs=len(pairings), unchanged=len(kept)
    )
    return run


async def last_day_to_answer(session: AsyncSession, cohort_id: UUID) -> date:
    """Return until when both sides of a pair are asked that enters today, as rules of the cohort say."""
    rules = await cohort_rules_in_force(session, cohort_id, today())
    return today() + timedelta(days_to_answer(rules) or DAYS_TO_ANSWER)


async def published_run(session: AsyncSession, cohort_id: UUID) -> MatchRun | None:
    """Return the cohort's published run."""
    found: MatchRun | None = await session.scalar(
        select(MatchRun).where(
            MatchRun.cohort_id == cohort_id, MatchRun.publish_state == PublishState.PUBLISHED
        )
    )
    return found


async def supersede(session: AsyncSession, by: Role, run: MatchRun, pairings: Sequence[Pairing]) -> None:
    """Let a published run give way to another: pairs under way give their places back."""
    run.publish_state = PublishState.SUPERSEDED
    run.version += 1
    session.add_all(
        step(pairing, PairingState.ENDED, by=by, code=SystemReason.SUPERSEDED)
        for pairing in pairings
        if pairing.state in UNDER_WAY
    )
    await session.flush()


def _check_proposal(
    run: MatchRun, earlier: MatchRun | None, before: Sequence[Pairing], pairings: Sequence[Pairing]
) -> None:
    """Refuse a proposal that was made for another run, or that would part a pair confirmed since."""
    fixed = [pairing for pairing in before if pairing.state in FIXED]
    if earlier is None or earlier.id != run.based_on_id or _parted(fixed, pairings):
        raise Conflict("PROPOSAL_OUTDATED", field="runId")


async def _check_under_way(
    session: AsyncSession, before: Sequence[Pairing], pairings: Sequence[Pairing]
) -> None:
    """Refuse to end pairs that both sides have confirmed, unless somebody says that it is meant."""
    parted = _parted([pairing for pairing in before if pairing.state in FIXED], pairings)
    if parted:
        raise Conflict("PAIRS_UNDER_WAY", field="runId", names=await trainee_names(session, parted))


def _parted(fixed: Sequence[Pairing], pairings: Sequence[Pairing]) -> list[Pairing]:
    """Return the pairs that a draft does not have, or has in another week: who has consented did so to this one."""
    held = {source.id for source, target in counterparts(fixed, pairings) if same_week(source, target)}
    return [pairing for pairing in fixed if pairing.id not in held]


async def _enter(
    session: AsyncSession,
    by: Role,
    pairings: Sequence[Pairing],
    kept: Counterparts,
    states: Mapping[UUID, PairingState],
    answer_by: date,
) -> None:
    """Take a draft's pairs to where their like stood before, all others to AWAITING_CONSENT; they hold places now."""
    stood = {target.id: source for source, target in kept}
    for pairing in pairings:
        source = stood.get(pairing.id)
        pairing.answer_by = (source.answer_by if source else None) or answer_by
        state = states[source.id] if source else PairingState.AWAITING_CONSENT
        session.add(step(pairing, state, by=by))
    try:
        await session.flush()
    except IntegrityError as error:
        # Somebody else took or closed a place between our look and our write.
        raise Conflict(taken_code(error), field="runId") from error


async def _check_draft(
    session: AsyncSession, run: MatchRun, pairings: Sequence[Pairing], before: Sequence[Pairing]
) -> None:
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    rows, arrays = await match_input(session, cohort, policy, run)
    ruled = await ruled_kinds(session, cohort.id)
    # What changes a published run a little goes on as that run does.
    if run.based_on_id is None and ruled != rows.kinds:
        raise Conflict("MENTORS_EACH_CHANGED", field="runId", before=len(rows.kinds), now=len(ruled))
    _check_rules(rows, arrays, pairings)
    require_limits(rows, arrays, {each.seat: each.mentor_id for each in pairings}, "runId")
    free = {place.id for places in rows.places.values() for place in places}
    if any(pairing.place_id not in free for pairing in pairings):
        raise Conflict("CAPACITY_EXCEEDED", field="runId")
    fixed = [pairing for pairing in before if pairing.state in KEPT and pairing.week is not None]
    check_weeks(rows, pairings, {target.id for source, target in counterparts(fixed, pairings)})


def _check_rules(rows: MatchRows, arrays: MatchArrays, pairings: Sequence[Pairing]) -> None:
    chosen = {(pairing.trainee_id, pairing.mentor_id) for pairing in pairings}
    against = [
        (each.trainee_id, each.mentor_id)
        for each in pairings
        if barred(rows, arrays, each.seat, each.mentor_id)
    ]
    if against:
        raise violated(rows, against, RuleKind.FORBID, "runId")
    pins = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    if not pins <= chosen:
        raise violated(rows, pins - chosen, RuleKind.PIN, "runId")
