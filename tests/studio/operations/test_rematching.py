"""Proposals: the smallest change after a decline, never applied by itself, and refused once it is out of date."""

import itertools
from uuid import UUID

import pytest
from sqlmodel import select

from matching import AssignmentCancelledError
from studio.errors import StudioError
from studio.operations.background.match_jobs import question_of
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.pairing_moves import complete_pairing, end_pairing, start_pairing
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.proposals import compute_proposal
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.pairings.rematching import propose_rematch
from studio.operations.people.mentors import import_mentors
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.store.database import reading
from studio.store.enums import JobState, MatchRunState, PairingState, PublishState, RuleKind
from studio.store.pairing_enums import DeclineReason, EndReason
from studio.store.tables import Job, MatchMove, MatchRun, Mentor, Pairing, RunFairness, Unmatched
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file, ids
from tests.studio.operations.published import Published, published

__all__ = ["published"]


async def decline(here: Published, pairing: Pairing) -> None:
    await here.do(decline_pairing, (await here.both(pairing))[0], pairing.id, DeclineReason.NO_TIME)


async def confirm(here: Published, *pairings: Pairing) -> None:
    for pairing in pairings:
        for side in await here.both(pairing):
            await here.do(accept_pairing, side, pairing.id)


async def proposal(here: Published) -> tuple[MatchRun, dict[UUID, UUID], list[MatchMove]]:
    """Return the newest proposal once it is computed, its pairs (trainee → mentor) and its moves."""
    await here.work()
    run = (await here.proposals())[-1]
    async with reading(here.engine) as session:
        moves = await session.execute(select(MatchMove).where(MatchMove.run_id == run.id))
        found = list(moves.scalars())
    return run, {one.trainee_id: one.mentor_id for one in await here.pairings(run.id)}, found


async def more_places(here: Published, name: str, community: str, capacity: int) -> None:
    table = csv_file(MENTOR_HEADER, (name, community, "", capacity, "", "", "", ""))
    await here.do(import_mentors, here.organizer, table, "mentors.csv")


async def test_decline_proposes_a_draft_and_changes_nothing_else(published: Published) -> None:
    before = await published.pairings()
    await decline(published, before[0])
    (queued,) = await published.proposals()
    assert (queued.state, queued.publish_state) == (MatchRunState.QUEUED, PublishState.DRAFT)
    assert queued.based_on_id == published.run_id
    run, pairs, moves = await proposal(published)
    assert run.state in (MatchRunState.OPTIMAL, MatchRunState.FEASIBLE_WITH_BOUND)
    assert pairs.get(before[0].trainee_id) != before[0].mentor_id
    # What is published has not moved.
    now = await published.pairings()
    assert [(one.trainee_id, one.mentor_id) for one in now] == [
        (one.trainee_id, one.mentor_id) for one in before
    ]
    assert (await published.get(MatchRun, published.run_id)).publish_state is PublishState.PUBLISHED
    moved = {one.trainee_id: (one.from_mentor_id, one.to_mentor_id) for one in moves}
    assert moved == {
        one.trainee_id: (one.mentor_id, pairs.get(one.trainee_id))
        for one in before
        if pairs.get(one.trainee_id) != one.mentor_id
    }
    assert run.previous_objective == pytest.approx(sum(one.score for one in before), abs=1e-5)
    change = sum((one.score_after or 0) - (one.score_before or 0) for one in moves)
    assert run.objective == pytest.approx(run.previous_objective + change, abs=1e-5)


async def test_proposal_tells_its_progress_and_can_be_ended(
    published: Published,
) -> None:
    await decline(published, (await published.pairings())[0])
    (queued,) = await published.proposals()
    told: list[float] = []
    async with reading(published.engine) as session:
        asked = await question_of(session, await session.get_one(MatchRun, queued.id))
    assert asked.base is not None
    how = {"needs": asked.needs, "progress": told.append}
    await compute_proposal(asked.rows, asked.arrays, asked.base, **how)
    assert told == sorted(told)
    assert (len(set(told)) > 2, told[-1]) == (True, 1.0)
    with pytest.raises(AssignmentCancelledError):
        await compute_proposal(asked.rows, asked.arrays, asked.base, cancel=lambda: True)


async def test_propensity_is_logged_and_follows_the_pair_into_the_proposal(published: Published) -> None:
    await more_places(published, "陈松", "和平社区", 6)
    await more_places(published, "周兰", "竹园社区", 6)
    before = {one.trainee_id: one for one in await published.pairings()}
    assert all(one.propensity is not None for one in before.values())
    declined = next(iter(before.values()))
    await decline(published, declined)
    run, pairs, moves = await proposal(published)
    assert declined.trainee_id in {move.trainee_id for move in moves}
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    after = {one.trainee_id: one for one in await published.pairings(run.id)}
    assert all(one.propensity is not None for one in after.values())
    for trainee_id, one in after.items():
        if pairs[trainee_id] == before[trainee_id].mentor_id:
            assert one.propensity == before[trainee_id].propensity


async def test_proposal_moves_as_few_as_can_be(published: Published) -> None:
    """By trying every choice: none that places as many gives up fewer pairs."""
    before = await published.pairings()
    for declined in before[:1]:
        await decline(published, declined)
    run, pairs, _ = await proposal(published)
    async with reading(published.engine) as session:
        places = {mentor.id: mentor.capacity for mentor in (await session.execute(select(Mentor))).scalars()}
    people = {one.trainee_id: one.mentor_id for one in before}
    # Pairs of one community are no choice: those of the published run and of the proposal show none, so
    # what is allowed is asked of the engine's own rows.
    from studio.arrays.matches import match_arrays
    from studio.operations.rules.match_input import match_rows
    from studio.store.clock import today
    from studio.store.tables import Cohort, MatchPolicy

    async with reading(published.engine) as session:
        policy = (await session.execute(select(MatchPolicy))).scalar_one()
        rows = await match_rows(session, await session.get_one(Cohort, published.cohort_id), policy, today())
    arrays = match_arrays(rows)
    allowed = {
        trainee: [
            mentor for column, mentor in enumerate(arrays.mentor_ids) if not arrays.forbidden[row, column]
        ]
        for row, trainee in enumerate(arrays.trainee_ids)
    }
    best = (0, -99)
    for choice in itertools.product(*([None, *allowed[trainee]] for trainee in people)):
        if any(choice.count(mentor) > places[mentor] for mentor in set(choice) - {None}):
            continue
        kept = sum(chosen == mentor for chosen, mentor in zip(choice, people.values(), strict=True))
        best = max(best, (sum(chosen is not None for chosen in choice), kept))
    kept = sum(pairs.get(trainee) == mentor for trainee, mentor in people.items())
    assert (run.matched, kept) == best


async def test_confirmed_pairs_stay_and_the_place_goes_to_nobody_else(published: Published) -> None:
    declined, *others = await published.pairings()
    await confirm(published, *others)
    await decline(published, declined)
    run, pairs, moves = await proposal(published)
    assert pairs == {one.trainee_id: one.mentor_id for one in others}
    assert (run.matched, run.total) == (3, 4)
    assert [(one.trainee_id, one.from_mentor_id, one.to_mentor_id) for one in moves] == [
        (declined.trainee_id, declined.mentor_id, None)
    ]
    async with reading(published.engine) as session:
        (unmatched,) = (await session.execute(select(Unmatched).where(Unmatched.run_id == run.id))).scalars()
    assert unmatched.trainee_id == declined.trainee_id
    assert unmatched.reasons


async def test_unmatched_trainee_gets_the_place_that_is_free(published: Published) -> None:
    """One declines, and whoever had no mentor in the published run is placed by the proposal, too."""
    await more_places(published, "陈松", "和平社区", 6)
    declined, *others = await published.pairings()
    await confirm(published, *others)
    await decline(published, declined)
    _, pairs, moves = await proposal(published)
    chen = await ids(published.engine, Mentor, "陈松")
    if declined.mentor_id == chen:
        assert declined.trainee_id not in pairs
    else:
        assert pairs[declined.trainee_id] == chen
        assert [(one.from_mentor_id, one.to_mentor_id) for one in moves] == [(declined.mentor_id, chen)]


async def test_changed_proposal_is_judged_by_whom_it_is_to_place(published: Published) -> None:
    """One has left: the best places the three others, and the figures count nobody else."""
    await more_places(published, "陈松", "和平社区", 6)
    await more_places(published, "周兰", "竹园社区", 6)
    left, stays, *_ = await published.pairings()
    await confirm(published, left, stays)
    now = await published.get(Pairing, left.id)
    await published.do(start_pairing, published.organizer, left.id, expected_version=now.version)
    now = await published.get(Pairing, left.id)
    how = {"expected_version": now.version}
    await published.do(end_pairing, published.organizer, left.id, EndReason.TRAINEE_LEFT, **how)
    await published.do(propose_rematch, published.organizer, published.run_id)
    run, _, _ = await proposal(published)
    for open_pair in await published.pairings(run.id):
        if open_pair.trainee_id != stays.trainee_id:
            # The same mentor again: nothing changes, so the proposal stays as good as it was.
            given = (run.id, open_pair.trainee_id, open_pair.mentor_id)
            await published.do(override_pairing, published.organizer, *given, reason="就这样")
            break
    after = await published.get(MatchRun, run.id)
    assert (after.matched, after.total) == (3, 3)
    assert after.verified == run.verified
    assert (after.objective, after.bound) == (run.objective, run.bound)
    async with reading(published.engine) as session:
        (even,) = (await session.execute(select(RunFairness).where(RunFairness.run_id == run.id))).scalars()
    assert sum(role["trainees"] for role in even.roles) == 3


async def test_published_proposal_keeps_states_and_consents(published: Published) -> None:
    await more_places(published, "陈松", "和平社区", 6)
    await more_places(published, "周兰", "竹园社区", 6)
    declined, active, half, untouched = await published.pairings()
    await confirm(published, active)
    now = await published.get(Pairing, active.id)
    await published.do(start_pairing, published.organizer, active.id, expected_version=now.version)
    await published.do(accept_pairing, (await published.both(half))[0], half.id)
    await decline(published, declined)
    run, _, _ = await proposal(published)
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    after = {one.trainee_id: one for one in await published.pairings(run.id)}
    assert after[active.trainee_id].state is PairingState.ACTIVE
    assert after[active.trainee_id].mentor_id == active.mentor_id
    assert after[declined.trainee_id].state is PairingState.AWAITING_CONSENT
    assert after[untouched.trainee_id].answer_by == untouched.answer_by
    # The half that was given counts: the other half is enough.
    kept = after[half.trainee_id]
    assert kept.state is PairingState.AWAITING_CONSENT
    done = await published.do(accept_pairing, (await published.both(half))[1], kept.id)
    assert done.state is PairingState.CONFIRMED
    assert {one.state for one in await published.pairings()} == {PairingState.ENDED, PairingState.DECLINED}


async def test_proposal_is_no_answer_to_a_match_anew(published: Published) -> None:
    await decline(published, (await published.pairings())[0])
    run, _, _ = await proposal(published)
    anew = await published.do(match_cohort, published.organizer, published.cohort_id)
    assert (anew.id != run.id, anew.based_on_id) == (True, None)
    assert anew.input_hash != run.input_hash


async def test_second_decline_waits_for_the_same_proposal(published: Published) -> None:
    first, second, *_ = await published.pairings()
    await decline(published, first)
    await decline(published, second)
    again = await published.do(propose_rematch, published.organizer, published.run_id)
    assert [one.id for one in await published.proposals()] == [again.id]
    _, pairs, _ = await proposal(published)
    for pairing in (first, second):
        assert pairs.get(pairing.trainee_id) != pairing.mentor_id


async def test_later_matches_do_not_bring_a_declined_pair_together_but_a_pin_does(
    published: Published,
) -> None:
    declined = (await published.pairings())[0]
    await decline(published, declined)
    anew = await published.do(match_cohort, published.organizer, published.cohort_id)
    pair = (declined.trainee_id, declined.mentor_id)
    assert pair not in {(one.trainee_id, one.mentor_id) for one in await published.pairings(anew.id)}
    await published.do(set_rule, published.organizer, *pair, RuleKind.PIN, reason="双方又同意了")
    pinned = await published.do(match_cohort, published.organizer, published.cohort_id)
    assert pair in {(one.trainee_id, one.mentor_id) for one in await published.pairings(pinned.id)}
    # Published again, the pair is asked anew: a decline is not carried over.
    await published.do(publish_match_run, published.organizer, pinned.id, expected_version=pinned.version)
    again = {one.trainee_id: one for one in await published.pairings(pinned.id)}[declined.trainee_id]
    assert again.state is PairingState.AWAITING_CONSENT


async def refused(here: Published, run: MatchRun) -> str:
    with pytest.raises(StudioError) as refusal:
        await here.do(publish_match_run, here.organizer, run.id, expected_version=run.version)
    return refusal.value.code


async def test_proposal_that_would_part_a_pair_confirmed_since_is_refused(published: Published) -> None:
    pairings = await published.pairings()
    for declined in pairings:
        await decline(published, declined)
        run, _, moves = await proposal(published)
        parted = [
            one
            for one in pairings
            if one.trainee_id in {move.trainee_id for move in moves if move.trainee_id != declined.trainee_id}
        ]
        if parted:
            break
    await confirm(published, parted[0])
    assert await refused(published, run) == "PROPOSAL_OUTDATED"


async def test_proposal_for_a_run_that_is_replaced_is_refused_and_not_computed(published: Published) -> None:
    first, second, *_ = await published.pairings()
    await decline(published, first)
    run, _, _ = await proposal(published)
    await decline(published, second)
    anew = await published.do(match_cohort, published.organizer, published.cohort_id)
    await published.do(publish_match_run, published.organizer, anew.id, expected_version=anew.version)
    assert await refused(published, run) in ("PROPOSAL_OUTDATED", "CONSTRAINT_VIOLATED")
    await published.work()
    waiting = (await published.proposals())[-1]
    assert (waiting.state, waiting.failure) == (MatchRunState.FAILED, "PROPOSAL_OUTDATED")
    assert (await published.get(Job, waiting.job_id)).state is JobState.FAILED
    with pytest.raises(StudioError) as refusal:
        await published.do(propose_rematch, published.organizer, published.run_id)
    assert (refusal.value.code, refusal.value.values["check"]) == ("ILLEGAL_TRANSITION", "RUN_PUBLISHED")


@pytest.mark.parametrize("reason", [EndReason.TRAINEE_LEFT, EndReason.MENTOR_LEFT])
async def test_whose_pairing_has_ended_is_looked_for_unless_the_trainee_left(
    published: Published, reason: EndReason
) -> None:
    await more_places(published, "陈松", "和平社区", 6)
    await more_places(published, "周兰", "竹园社区", 6)
    ended, finished, *_ = await published.pairings()
    await confirm(published, ended, finished)
    for pairing in (ended, finished):
        now = await published.get(Pairing, pairing.id)
        await published.do(start_pairing, published.organizer, pairing.id, expected_version=now.version)
    now = await published.get(Pairing, ended.id)
    await published.do(end_pairing, published.organizer, ended.id, reason, expected_version=now.version)
    now = await published.get(Pairing, finished.id)
    await published.do(complete_pairing, published.organizer, finished.id, expected_version=now.version)
    await published.do(propose_rematch, published.organizer, published.run_id)
    run, pairs, _ = await proposal(published)
    assert (ended.trainee_id in pairs) == (reason is not EndReason.TRAINEE_LEFT)
    assert run.total == (3 if reason is EndReason.TRAINEE_LEFT else 4)
    assert pairs.get(ended.trainee_id) != ended.mentor_id
    # Who has completed keeps the mentor, and keeps having completed.
    assert pairs[finished.trainee_id] == finished.mentor_id
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    after = {one.trainee_id: one for one in await published.pairings(run.id)}
    assert after[finished.trainee_id].state is PairingState.COMPLETED
    assert after[finished.trainee_id].held_place_id is None


async def test_proposal_stands_until_something_changes_that_it_rests_on(published: Published) -> None:
    async def propose() -> UUID:
        return (await published.do(propose_rematch, published.organizer, published.run_id)).id

    first_pair, second_pair, *_ = await published.pairings()
    first = await propose()
    assert await propose() == first
    await published.work()
    assert await propose() == first
    # A consent decides which pairs may move, a rule which may be: each asks for a proposal anew.
    await confirm(published, first_pair)
    second = await propose()
    await published.work()
    assert (second != first, await propose()) == (True, second)
    forbidden = second_pair.trainee_id, second_pair.mentor_id, RuleKind.FORBID
    await published.do(set_rule, published.organizer, *forbidden, reason="亲属")
    third = await propose()
    await published.work()
    assert (third != second, await propose()) == (True, third)
    # What somebody has changed in a proposal by hand is no longer what the engine proposes.
    run = await published.get(MatchRun, third)
    one = next(each for each in await published.pairings(third) if each.trainee_id != first_pair.trainee_id)
    assert run.matched
    await published.do(
        override_pairing, published.organizer, third, one.trainee_id, one.mentor_id, reason="看好", lock=False
    )
    assert await propose() != third
