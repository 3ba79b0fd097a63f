"""Ratings of pairs, and the weights that are learned from them."""

from uuid import UUID, uuid4

import numpy as np
import pytest
from scipy.special import expit
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import Forbidden, NotFound, StudioError
from studio.operations.pairings.consents import accept_pairing
from studio.operations.pairings.pair_ratings import rate_pairing
from studio.operations.pairings.pairing_moves import end_pairing, start_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.rules.rules import set_rule
from studio.operations.runs.affinity_model import (
    affinity_card,
    learn_weights_now,
    rated_pairs,
    start_learning_weights,
)
from studio.operations.runs.pairing_states import IllegalMove
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import MatchRunState, PairingState, Role, RuleKind, TraineeRole
from studio.store.pairing_enums import EndReason, Party, WeightsOutcome
from studio.store.tables import (
    AuditEvent,
    Cohort,
    MatchPolicy,
    MatchRun,
    MentorPlace,
    Pairing,
    PairRating,
    Person,
    ScorePart,
    Trainee,
    WeightsTraining,
)
from tests.studio.operations.published import Published, published
from tests.studio.operations.test_rollback import roll_back

__all__ = ["published"]

PARTS = ("NEED_STRENGTH", "EVIDENCE", "LEVEL", "REGION", "TENURE", "WISH", "HISTORY")
# What makes these pairs good: where a mentor lives, which the hand-set weights hold for little.
TRUTH = np.array([0.05, 0.05, 0.1, 0.8, 0.0, 0.0, 0.0])


async def begun(published: Published) -> tuple[Pairing, Actor, Actor]:
    """The first pairing, active, with its mentor and its trainee."""
    pairing = (await published.pairings())[0]
    mentor, trainee = await published.both(pairing)
    for side in (mentor, trainee):
        pairing = await published.do(accept_pairing, side, pairing.id)
    active = await published.do(
        start_pairing, published.organizer, pairing.id, expected_version=pairing.version
    )
    return active, mentor, trainee


async def ratings(published: Published) -> dict[Party, tuple[int, str | None]]:
    async with reading(published.engine) as session:
        found = await session.execute(select(PairRating))
        return {row.party: (row.rating, row.note) for row in found.scalars()}


async def test_each_side_rates_its_own_pair_and_may_think_again(published: Published) -> None:
    pairing, mentor, trainee = await begun(published)
    await published.do(rate_pairing, mentor, pairing.id, 4)
    await published.do(rate_pairing, trainee, pairing.id, 2, note=" 只见过一面 ")
    await published.do(rate_pairing, trainee, pairing.id, 5)
    assert await ratings(published) == {Party.MENTOR: (4, None), Party.TRAINEE: (5, None)}
    async with reading(published.engine) as session:
        events = (await session.execute(select(AuditEvent))).scalars().all()
    trail = [event.details for event in events if event.action == "rate_pairing"]
    assert trail == [{"party": "MENTOR"}, {"party": "TRAINEE"}, {"party": "TRAINEE"}]


async def test_ratings_go_with_their_pair_from_run_to_run_and_count_once(published: Published) -> None:
    pairing, mentor, trainee = await begun(published)
    await published.do(rate_pairing, mentor, pairing.id, 4)
    await published.do(rate_pairing, trainee, pairing.id, 2)
    run = await _publish_with_the_pair(published, pairing)
    (later,) = [one for one in await published.pairings(run.id) if one.trainee_id == pairing.trainee_id]
    assert await _ratings_of(published, later.id) == {Party.MENTOR: 4, Party.TRAINEE: 2}
    await published.do(rate_pairing, trainee, later.id, 5)
    async with reading(published.engine) as session:
        assert (await affinity_card(session, published.organizer)).ratings == 2
        assert await _learned_from(session, published) == [4, 5]
    await roll_back(published, run)
    assert await _ratings_of(published, pairing.id) == {Party.MENTOR: 4, Party.TRAINEE: 5}


async def _publish_with_the_pair(published: Published, pairing: Pairing) -> MatchRun:
    pinned = pairing.trainee_id, pairing.mentor_id
    await published.do(set_rule, published.organizer, *pinned, RuleKind.PIN, reason="已经开始")
    run = await published.do(match_cohort, published.organizer, published.cohort_id)
    return await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)


async def _ratings_of(published: Published, pairing_id: UUID) -> dict[Party, int]:
    async with reading(published.engine) as session:
        found = await session.execute(select(PairRating).where(PairRating.pairing_id == pairing_id))
        return {row.party: row.rating for row in found.scalars()}


async def _learned_from(session: AsyncSession, published: Published) -> list[int]:
    return [pair.rating for pair in await rated_pairs(session, published.organizer.studio_id)]


async def test_one_key_is_one_rating(published: Published) -> None:
    pairing, mentor, _ = await begun(published)
    for _ in range(2):
        await published.do(rate_pairing, mentor, pairing.id, 4, idempotency_key="a")
    with pytest.raises(StudioError, match="IDEMPOTENCY"):
        await published.do(rate_pairing, mentor, pairing.id, 1, idempotency_key="a")


async def test_organizer_says_for_whom(published: Published) -> None:
    pairing, *_ = await begun(published)
    with pytest.raises(StudioError, match="CONSENT_PARTY"):
        await published.do(rate_pairing, published.organizer, pairing.id, 3)
    await published.do(rate_pairing, published.organizer, pairing.id, 3, party=Party.TRAINEE)
    assert await ratings(published) == {Party.TRAINEE: (3, None)}


async def test_nobody_rates_for_the_other_side_or_a_pair_of_others(published: Published) -> None:
    pairing, mentor, trainee = await begun(published)
    with pytest.raises(Forbidden):
        await published.do(rate_pairing, mentor, pairing.id, 5, party=Party.TRAINEE)
    others = [other for other in await published.pairings() if other.mentor_id != pairing.mentor_id]
    with pytest.raises(NotFound):
        await published.do(rate_pairing, mentor, others[0].id, 5)
    with pytest.raises(NotFound):
        await published.do(rate_pairing, trainee, uuid4(), 5)
    with pytest.raises(Forbidden):
        await published.do(rate_pairing, Actor(Role.CLIENT_APP, mentor.studio_id), pairing.id, 5)
    assert await ratings(published) == {}


@pytest.mark.parametrize("rating", [0, 6, -1])
async def test_rating_is_one_to_five(published: Published, rating: int) -> None:
    pairing, mentor, _ = await begun(published)
    with pytest.raises(StudioError, match="RATING_OUT_OF_RANGE"):
        await published.do(rate_pairing, mentor, pairing.id, rating)


async def test_what_has_not_begun_is_not_rated_and_what_has_ended_is(published: Published) -> None:
    waiting = (await published.pairings())[1]
    with pytest.raises(IllegalMove):
        await published.do(rate_pairing, published.organizer, waiting.id, 3, party=Party.MENTOR)
    pairing, _, trainee = await begun(published)
    await published.do(
        end_pairing,
        published.organizer,
        pairing.id,
        EndReason.BY_AGREEMENT,
        expected_version=pairing.version,
    )
    await published.do(rate_pairing, trainee, pairing.id, 2)
    assert await ratings(published) == {Party.TRAINEE: (2, None)}


async def test_without_ratings_the_hand_set_weights_stay_and_the_card_says_so(published: Published) -> None:
    row = await learn_weights_now(published.engine, published.organizer)
    assert (row.outcome, row.ratings, row.policy_id) == (WeightsOutcome.TOO_FEW_RATINGS, 0, None)
    async with reading(published.engine) as session:
        card = await affinity_card(session, published.organizer)
    assert card.learned_by is None
    assert card.measured is None
    assert [one.number for one in card.trainings] == [1]
    assert sum(card.weights.values()) == pytest.approx(1)


async def _rated_cohorts(engine: AsyncEngine, studio_id: object, truth: np.ndarray) -> None:
    """Two finished cohorts of forty pairs each, rated by what really matters."""
    random = np.random.default_rng(0)
    async with writing(engine) as session:
        policy = (await session.execute(select(MatchPolicy))).scalar_one()
        place = (await session.execute(select(MentorPlace))).scalars().first()
        for number in (8, 9):
            cohort = Cohort(studio_id=studio_id, number=number, name=f"第{number}批")
            session.add(cohort)
            await session.flush()
            for row in range(40):
                await _rated_pair(session, cohort, policy, place, row, random.random(7), truth)


async def _rated_pair(
    session: AsyncSession,
    cohort: Cohort,
    policy: MatchPolicy,
    place: MentorPlace,
    row: int,
    values: np.ndarray,
    truth: np.ndarray,
) -> None:
    studio_id = cohort.studio_id
    name = f"甲{cohort.number}-{row}"
    person = Person(studio_id=studio_id, name=name, name_key=name)
    run = MatchRun(
        studio_id=studio_id,
        cohort_id=cohort.id,
        policy_id=policy.id,
        number=row + 1,
        state=MatchRunState.OPTIMAL,
    )
    session.add_all([person, run])
    await session.flush()
    trainee = Trainee(
        studio_id=studio_id,
        cohort_id=cohort.id,
        person_id=person.id,
        role=TraineeRole.RESERVE_CADRE,
        roster_row=row,
    )
    session.add(trainee)
    await session.flush()
    pairing = Pairing(
        studio_id=studio_id,
        run_id=run.id,
        trainee_id=trainee.id,
        mentor_id=place.mentor_id,
        place_id=place.id,
        state=PairingState.COMPLETED,
        score=0.5,
    )
    session.add(pairing)
    await session.flush()
    for position, (code, value) in enumerate(zip(PARTS, values, strict=True)):
        session.add(
            ScorePart(
                studio_id=studio_id,
                pairing_id=pairing.id,
                position=position,
                code=code,
                value=float(value),
                weight=0.1,
                contribution=float(value) * 0.1,
            )
        )
    felt = int(1 + np.round(4 * expit(12 * (values @ truth - 0.5))))
    session.add(PairRating(studio_id=studio_id, pairing_id=pairing.id, party=Party.TRAINEE, rating=felt))
    await session.flush()


async def test_ratings_that_prove_it_change_the_policy_of_later_runs(published: Published) -> None:
    await _rated_cohorts(published.engine, published.organizer.studio_id, TRUTH)
    before = await published.get(MatchRun, published.run_id)
    job = await published.do(start_learning_weights, published.organizer)
    assert await published.work() >= 1
    async with reading(published.engine) as session:
        (row,) = (await session.execute(select(WeightsTraining))).scalars().all()
        card = await affinity_card(session, published.organizer)
    assert (row.outcome, row.ratings, row.cohorts, row.job_id) == (WeightsOutcome.ADOPTED, 80, 2, job.id)
    assert row.gain["low"] > 0
    assert {one["way"] for one in row.measures} == {"LEARNED", "IN_FORCE", "MEAN_RATING"}
    assert card.learned_by.id == row.id
    assert card.weights == row.weights
    assert card.weights["region"] > 0.4
    later = await published.do(match_cohort, published.organizer, published.cohort_id)
    assert later.policy_id == row.policy_id != before.policy_id
    again = await learn_weights_now(published.engine, published.organizer)
    assert again.outcome in (WeightsOutcome.SAME_WEIGHTS, WeightsOutcome.NOT_BETTER)


async def test_ratings_without_meaning_change_nothing(published: Published) -> None:
    await _rated_cohorts(published.engine, published.organizer.studio_id, np.zeros(7))
    row = await learn_weights_now(published.engine, published.organizer)
    assert row.outcome is not WeightsOutcome.ADOPTED
    async with reading(published.engine) as session:
        assert len((await session.execute(select(MatchPolicy))).scalars().all()) == 1


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_only_organizers_learn_weights_and_read_their_card(published: Published, role: Role) -> None:
    actor = Actor(role, published.organizer.studio_id)
    with pytest.raises(Forbidden):
        await learn_weights_now(published.engine, actor)
    async with reading(published.engine) as session:
        with pytest.raises(Forbidden):
            await affinity_card(session, actor)
