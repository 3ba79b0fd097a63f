"""Every objective gives the best there is by it, told from trying all choices, and a run is judged by its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from matching import MentorAffinity
from studio.errors import Conflict, Forbidden, StudioError
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.rematching import propose_rematch
from studio.operations.rules.aim_words import objective_of, told_certificate
from studio.operations.rules.match_input import match_input
from studio.operations.rules.policies import policy_in_force, set_match_objective
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.override_preview import preview_override
from studio.operations.suppositions.replay import ReplayOutcome, replay_run
from studio.operations.suppositions.suppositions import Supposition
from studio.operations.suppositions.what_if import what_if
from studio.permissions import Actor
from studio.store.cohorts import Cohort
from studio.store.database import reading, writing
from studio.store.enums import MatchObjective, MatchRunState, Role
from studio.store.pair_ratings import WeightsTraining
from studio.store.tables import AuditEvent, MatchPolicy, MatchRun, Mentor, Pairing
from tests.studio.operations.published import Published, published
from tests.studio.operations.test_what_if import contents

__all__ = ["published"]

Choice = Sequence[int]
Figures = tuple[float, ...]


async def aim(engine: AsyncEngine, actor: Actor, objective: MatchObjective) -> MatchPolicy:
    async with writing(engine) as session:
        return await set_match_objective(session, actor, objective)


async def matched(engine: AsyncEngine, actor: Actor, cohort_id: UUID) -> MatchRun:
    async with writing(engine) as session:
        return await match_cohort(session, actor, cohort_id)


def _worth(objective: MatchObjective, scores: np.ndarray, capacity: np.ndarray, choice: Choice) -> Figures:
    """What the objective compares, larger first."""
    found = [scores[row, column] for row, column in enumerate(choice) if column >= 0]
    load = np.bincount([column for column in choice if column >= 0], minlength=len(capacity))
    total, matched = round(sum(found), 6), float(len(found))
    evenness = -sum(load[capacity > 0] ** 2 / capacity[capacity > 0])
    figures: dict[MatchObjective, Callable[[], Figures]] = {
        MatchObjective.COVERAGE_THEN_TOTAL: lambda: (matched, total),
        MatchObjective.TOTAL: lambda: (total,),
        MatchObjective.WORST_OFF_THEN_TOTAL: lambda: (matched, min(found, default=0.0), total),
        MatchObjective.LEXIMIN: lambda: (matched, *sorted(found)),
        MatchObjective.BALANCED_LOAD: lambda: (matched, round(evenness, 6), total),
    }
    return tuple(round(float(figure), 6) for figure in figures[objective]())


@pytest.mark.parametrize("objective", MatchObjective)
async def test_run_is_the_best_of_all_choices_by_its_objective(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, objective: MatchObjective
) -> None:
    async with reading(engine) as session:
        cohort_id = (await session.get_one(MatchRun, run_id)).cohort_id
    policy = await aim(engine, organizer, objective)
    run = await matched(engine, organizer, cohort_id)
    assert (run.aim, run.state, run.verified, run.gap) == (objective, MatchRunState.OPTIMAL, True, 0)
    async with reading(engine) as session:
        _, arrays = await match_input(session, await session.get_one(Cohort, cohort_id), policy)
        found = (await replay_run(session, organizer, run.id)).outcome
        as_stored = await pairs_of(session, run.id)
    assert found is ReplayOutcome.SAME
    affinity = MentorAffinity().set_params(**policy.weights).fit(arrays.mentors)
    scores = np.round(affinity.transform(arrays.trainees), 6)
    chosen = [
        arrays.mentor_ids.index(as_stored[one]) if one in as_stored else -1 for one in arrays.trainee_ids
    ]
    possible = [
        choice
        for choice in product(range(-1, len(arrays.mentor_ids)), repeat=len(arrays.trainee_ids))
        if all(column < 0 or not arrays.forbidden[row, column] for row, column in enumerate(choice))
        and all(choice.count(column) <= places for column, places in enumerate(arrays.capacity))
    ]
    best = max(_worth(objective, scores, arrays.capacity, choice) for choice in possible)
    assert _worth(objective, scores, arrays.capacity, chosen) == pytest.approx(best, abs=2e-6)


async def stored_pairs(engine: AsyncEngine, run_id: UUID) -> dict[UUID, UUID]:
    async with reading(engine) as session:
        return await pairs_of(session, run_id)


async def pairs_of(session: AsyncSession, run_id: UUID) -> dict[UUID, UUID]:
    found = await session.execute(select(Pairing).where(Pairing.run_id == run_id))
    return {pairing.trainee_id: pairing.mentor_id for pairing in found.scalars()}


async def test_new_objective_is_a_new_version_and_earlier_runs_keep_theirs(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    policy = await aim(engine, organizer, MatchObjective.LEXIMIN)
    assert (policy.number, policy.objective) == (2, MatchObjective.LEXIMIN)
    async with reading(engine) as session:
        before = await session.get_one(MatchRun, run_id)
        first = await session.get_one(MatchPolicy, before.policy_id)
        assert (first.number, first.weights, before.aim) == (
            1,
            policy.weights,
            MatchObjective.COVERAGE_THEN_TOTAL,
        )
        (event,) = (
            await session.execute(select(AuditEvent).where(AuditEvent.action == "set_match_objective"))
        ).scalars()
        assert event.details == {"before": "COVERAGE_THEN_TOTAL", "after": "LEXIMIN"}
        assert (await replay_run(session, organizer, run_id)).outcome is ReplayOutcome.SAME
    run = await matched(engine, organizer, before.cohort_id)
    assert (run.policy_id, run.input_hash != before.input_hash) == (policy.id, True)
    # Back again: the hash is what it was before there were objectives, so that the run counts as the same question.
    await aim(engine, organizer, MatchObjective.COVERAGE_THEN_TOTAL)
    assert (await matched(engine, organizer, before.cohort_id)).input_hash == before.input_hash
    assert (await aim(engine, organizer, MatchObjective.COVERAGE_THEN_TOTAL)).number == 3


async def test_objective_is_set_by_organizers_who_have_seen_the_policy(
    engine: AsyncEngine, organizer: Actor
) -> None:
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        with pytest.raises(Forbidden):
            await aim(engine, Actor(role, organizer.studio_id), MatchObjective.TOTAL)
    await aim(engine, organizer, MatchObjective.TOTAL)
    with pytest.raises(Conflict) as refusal:
        async with writing(engine) as session:
            await set_match_objective(session, organizer, MatchObjective.LEXIMIN, expected_version=1)
    assert refusal.value.code == "CONFLICT_VERSION"
    async with reading(engine) as session:
        assert (await policy_in_force(session, organizer.studio_id)).number == 2


@pytest.mark.parametrize(
    "objective", [MatchObjective.WORST_OFF_THEN_TOTAL, MatchObjective.LEXIMIN, MatchObjective.BALANCED_LOAD]
)
async def test_overridden_run_is_held_against_its_own_objective_or_says_by_what(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, objective: MatchObjective
) -> None:
    async with reading(engine) as session:
        cohort_id = (await session.get_one(MatchRun, run_id)).cohort_id
    await aim(engine, organizer, objective)
    run = await matched(engine, organizer, cohort_id)
    async with reading(engine) as session:
        before_of = await pairs_of(session, run.id)
        mentors = list((await session.execute(select(Mentor.id))).scalars())
        previews = {
            pair: (await preview_override(session, organizer, run.id, *pair)).alone
            for pair in product(before_of, mentors)
        }
    # Of all pairs the one that costs most alone: no objective has it among its best.
    costs = {pair: effect.change for pair, effect in previews.items() if effect}
    trainee, mentor = min(costs, key=lambda pair: costs[pair])
    assert costs[trainee, mentor] < 0
    before = before_of[trainee]
    async with writing(engine) as session:
        await override_pairing(session, organizer, run.id, trainee, mentor, reason="路近")
        changed = await session.get_one(MatchRun, run.id)
        figures = {name: getattr(changed, name) for name in ("objective", "bound", "gap", "verified")}
    assert (changed.aim, changed.verified) == (objective, False)
    assert changed.bound is not None
    assert changed.gap is not None
    assert changed.bound + 1e-6 >= changed.objective
    for language, words in (("zh", "只按总匹配度核对"), ("en", "judged by the total alone")):
        assert words in told_certificate(objective, figures, language)
    async with writing(engine) as session:
        # Taken back, the pairs are again proven by the objective that they were chosen for.
        await override_pairing(session, organizer, run.id, trainee, before, reason="撤回")
        again = await session.get_one(MatchRun, run.id)
        assert (again.verified, again.gap) == (True, 0)


async def test_supposed_objective_gives_what_the_real_one_gives_and_writes_nothing(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    stored = await contents(engine)
    async with reading(engine) as session:
        run = await session.get_one(MatchRun, run_id)
        asked = {
            objective: await what_if(session, organizer, run_id, Supposition(objective=objective))
            for objective in MatchObjective
        }
    assert await contents(engine) == stored
    for objective, found in asked.items():
        assert (found.before.aim, found.best.aim, found.input_changed) == (run.aim, objective, False)
        assert found.best.verified
        await aim(engine, organizer, objective)
        real = await matched(engine, organizer, run.cohort_id)
        assert (found.best.matched, found.best.objective) == (real.matched, real.objective)
        async with reading(engine) as session:
            told = await what_if(session, organizer, real.id, Supposition(objective=objective))
        assert told.before.most_load == max(Counter((await stored_pairs(engine, real.id)).values()).values())
        if objective in (MatchObjective.WORST_OFF_THEN_TOTAL, MatchObjective.LEXIMIN):
            assert told.before.lowest_score == pytest.approx(found.best.lowest_score, abs=1e-6)
    lowest = {objective: found.best.lowest_score for objective, found in asked.items()}
    assert lowest[MatchObjective.LEXIMIN] == lowest[MatchObjective.WORST_OFF_THEN_TOTAL]
    assert lowest[MatchObjective.LEXIMIN] >= lowest[MatchObjective.COVERAGE_THEN_TOTAL]


@pytest.mark.parametrize("objective", MatchObjective)
async def test_proposal_is_made_under_every_objective(
    published: Published, objective: MatchObjective
) -> None:
    async with writing(published.engine) as session:
        policy = await session.get_one(
            MatchPolicy, (await session.get_one(MatchRun, published.run_id)).policy_id
        )
        policy.objective = objective
    proposal = await published.do(propose_rematch, published.organizer, published.run_id)
    assert await published.work() >= 1
    found = await published.get(MatchRun, proposal.id)
    assert found.state in (MatchRunState.OPTIMAL, MatchRunState.FEASIBLE_WITH_BOUND)
    assert found.aim in (objective, MatchObjective.COVERAGE_THEN_TOTAL)
    assert found.matched == 4


async def test_learned_weights_stay_learned_when_the_objective_changes(
    engine: AsyncEngine, organizer: Actor
) -> None:
    from studio.operations.runs.affinity_model import _read, affinity_card

    async with writing(engine) as session:
        first = await policy_in_force(session, organizer.studio_id)
        learned = MatchPolicy(
            studio_id=organizer.studio_id,
            name=first.name,
            number=2,
            weights={**first.weights, "evidence": 0.05, "need_strength": 0.5},
        )
        session.add(learned)
        await session.flush()
        about = {"outcome": "ADOPTED", "weights": learned.weights, "ratings": 40, "cohorts": 2, "people": 4}
        session.add(
            WeightsTraining(
                studio_id=organizer.studio_id, number=1, policy_id=learned.id, measures=[], **about
            )
        )
    await aim(engine, organizer, MatchObjective.BALANCED_LOAD)
    async with reading(engine) as session:
        card = await affinity_card(session, organizer)
        ratings = await _read(session, organizer.studio_id)
    assert (card.policy.number, card.policy.objective) == (3, MatchObjective.BALANCED_LOAD)
    assert card.learned_by is not None
    assert card.since == ratings.adopted.created_at
    assert (ratings.adopted.number, ratings.hand_set.number) == (2, 1)


def test_words_of_organizers_mean_objectives() -> None:
    assert objective_of(" Worst-off_then_total ") is MatchObjective.WORST_OFF_THEN_TOTAL
    assert objective_of("最吃亏") is MatchObjective.WORST_OFF_THEN_TOTAL
    for objective in MatchObjective:
        assert objective_of(objective.value) is objective
    with pytest.raises(StudioError) as refusal:
        objective_of("最公平")
    assert refusal.value.code == "OBJECTIVE_UNKNOWN"
    assert "leximin" in refusal.value.message("zh")
