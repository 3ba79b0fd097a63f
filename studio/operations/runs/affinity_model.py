"""The affinity's weights: learning them from ratings of pairs, and the card that says how far that has come."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, select

from matching import Estimate, WeightsTrial, try_weights
from studio.arrays.affinity import part_weights
from studio.arrays.feedback import RatedPair, feedback_arrays
from studio.errors import StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.jobs import JobContext
from studio.operations.own import own
from studio.operations.rules.policies import policy_in_force
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.database import reading, writing
from studio.store.enums import JobKind
from studio.store.jobs import Job, enqueue
from studio.store.locks import lock_studio
from studio.store.pair_ratings import PairRating, WeightsTraining
from studio.store.pairing_enums import WeightsOutcome
from studio.store.pairings import Pairing, ScorePart
from studio.store.people import Trainee
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun


class Ratings(NamedTuple):
    """What is learned from, and the weights in force and set by hand."""

    rated: Sequence[RatedPair]
    policy: MatchPolicy
    # The version with which the weights in force came; later ones differ in other things.
    adopted: MatchPolicy
    hand_set: MatchPolicy


@dataclass(frozen=True)
class AffinityCard:
    """The weights in force, where they come from, and every attempt to learn better ones, the newest first."""

    policy: MatchPolicy
    # Since when its weights are in force.
    since: datetime
    # The training that the weights in force came from; None while they are set by hand.
    learned_by: WeightsTraining | None
    # Ratings that there are today.
    ratings: int
    cohorts: int
    # Of those ratings whose pair has one: how often the pair was chosen when its run was computed anew.
    propensities: Sequence[float]
    trainings: Sequence[WeightsTraining]

    @property
    def weights(self) -> dict[str, float]:
        """Part → weight in force."""
        return part_weights(self.policy.weights)

    @property
    def measured(self) -> WeightsTraining | None:
        """The latest training whose trial was possible."""
        return next((row for row in self.trainings if row.measures), None)


async def start_learning_weights(
    session: AsyncSession, actor: Actor, *, idempotency_key: str | None = None
) -> Job:
    """Queue the learning of weights from all ratings and return its job; the card tells what came of it."""
    require(actor, "learn_weights")
    done = await once(session, actor, idempotency_key, "learn_weights", {})
    if done is not None:
        return await own(session, actor, Job, done, "idempotencyKey")
    job = await enqueue(session, actor.studio_id, JobKind.LEARN_WEIGHTS, {}, author_token_id=actor.token_id)
    await remember(session, actor, idempotency_key, "learn_weights", {}, job.id)
    await audit(session, actor, "learn_weights", "Job", job.id)
    return job


async def learn_weights_now(engine: AsyncEngine, actor: Actor) -> WeightsTraining:
    """Learn weights here and now; where they are better they become the policy of the runs to come."""
    require(actor, "learn_weights")
    async with reading(engine) as session:
        ratings = await _read(session, actor.studio_id)
    trial = await asyncio.to_thread(_try, ratings)
    async with writing(engine) as session:
        await lock_studio(session, actor.studio_id)
        row = await _store(session, actor.studio_id, ratings, trial)
        await audit(session, actor, "learn_weights", "WeightsTraining", row.id, outcome=row.outcome.value)
        return row


async def learn_weights(job: JobContext) -> None:
    """Learn weights in a job."""
    async with reading(job.engine) as session:
        ratings = await _read(session, job.studio_id)
    trial = await asyncio.to_thread(_try, ratings)
    async with job.effects() as session:
        await lock_studio(session, job.studio_id)
        await _store(session, job.studio_id, ratings, trial, job.id)


async def affinity_card(session: AsyncSession, actor: Actor) -> AffinityCard:
    """Return the card of the affinity's weights; everything in it is computed from what is stored."""
    require(actor, "affinity_model")
    policies = await _policies(session, actor.studio_id)
    rated = await _last_ratings(session, actor.studio_id)
    found = await session.execute(
        select(WeightsTraining)
        .where(WeightsTraining.studio_id == actor.studio_id)
        .order_by(col(WeightsTraining.number).desc())
    )
    trainings = list(found.scalars())
    return AffinityCard(
        policy=policies.in_force,
        since=policies.adopted.created_at,
        learned_by=next((row for row in trainings if row.policy_id == policies.adopted.id), None),
        ratings=len(rated),
        cohorts=len({one.cohort_id for one in rated}),
        propensities=[one.propensity for one in rated if one.propensity is not None],
        trainings=trainings,
    )


async def _read(session: AsyncSession, studio_id: UUID) -> Ratings:
    return Ratings(await rated_pairs(session, studio_id), *await _policies(session, studio_id))


async def _policies(session: AsyncSession, studio_id: UUID) -> "_Policies":
    found = await session.execute(
        select(MatchPolicy).where(MatchPolicy.studio_id == studio_id).order_by(col(MatchPolicy.number).desc())
    )
    policies = list(found.scalars())
    if not policies:
        raise StudioError("NO_POLICY")
    learned = set(
        (
            await session.execute(
                select(WeightsTraining.policy_id).where(WeightsTraining.studio_id == studio_id)
            )
        ).scalars()
    )
    same = list(takewhile(lambda policy: policy.weights == policies[0].weights, policies))
    learned_weights = [policy.weights for policy in policies if policy.id in learned]
    hand_set = next((policy for policy in policies if policy.weights not in learned_weights), policies[-1])
    return _Policies(policies[0], same[-1], hand_set)


class _Policies(NamedTuple):
    """Versions of the policy: in force, the one that brought its weights, and the latest set by hand."""

    in_force: MatchPolicy
    adopted: MatchPolicy
    hand_set: MatchPolicy


class _Rating(NamedTuple):
    cohort_id: UUID
    trainee_id: UUID
    rating: int
    pairing_id: UUID
    propensity: float | None


async def _last_ratings(session: AsyncSession, studio_id: UUID) -> list[_Rating]:
    """Return every rating in natural order: by cohort, roster row and side.

    A pair takes its ratings along from run to run; what a side has said last of it counts, and once.
    """
    found = await session.execute(
        sa.select(
            col(MatchRun.cohort_id),
            col(Pairing.trainee_id),
            col(Pairing.mentor_id),
            col(PairRating.party),
            col(PairRating.rating),
            col(Pairing.id),
            col(Pairing.propensity),
        )
        .join(Pairing, col(Pairing.id) == PairRating.pairing_id)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .join(Cohort, col(Cohort.id) == MatchRun.cohort_id)
        .join(Trainee, col(Trainee.id) == Pairing.trainee_id)
        .where(col(PairRating.studio_id) == studio_id)
        .order_by(
            col(Cohort.number),
            col(Trainee.roster_row),
            col(PairRating.party),
            col(PairRating.rated_at),
            col(MatchRun.number),
        )
    )
    last = {
        (trainee_id, mentor_id, party): _Rating(cohort_id, trainee_id, rating, pairing_id, propensity)
        for cohort_id, trainee_id, mentor_id, party, rating, pairing_id, propensity in found.all()
    }
    return list(last.values())


async def rated_pairs(session: AsyncSession, studio_id: UUID) -> list[RatedPair]:
    """Return every rating with the parts of its pair's score, in the order of `_last_ratings`."""
    parts = await session.execute(
        select(ScorePart.pairing_id, ScorePart.code, ScorePart.value).where(
            col(ScorePart.pairing_id).in_(
                select(PairRating.pairing_id).where(PairRating.studio_id == studio_id)
            )
        )
    )
    values: dict[UUID, dict[str, float]] = {}
    for pairing_id, code, value in parts.all():
        values.setdefault(pairing_id, {})[code] = value
    return [
        RatedPair(one.cohort_id, one.trainee_id, one.rating, values.get(one.pairing_id, {}))
        for one in await _last_ratings(session, studio_id)
    ]


def _try(ratings: Ratings) -> WeightsTrial:
    in_force, hand_set = (
        list(part_weights(policy.weights).values()) for policy in (ratings.policy, ratings.hand_set)
    )
    return try_weights(feedback_arrays(ratings.rated), in_force, hand_set)


async def _store(
    session: AsyncSession, studio_id: UUID, ratings: Ratings, trial: WeightsTrial, job_id: UUID | None = None
) -> WeightsTraining:
    """Keep what came of a trial; adopted weights are the newest version of the policy from now on."""
    weights = dict(zip(part_weights(), trial.candidate.weights.tolist(), strict=True))
    policy = None
    if trial.is_adopted:
        number = await session.scalar(
            select(sa.func.max(MatchPolicy.number)).where(MatchPolicy.studio_id == studio_id)
        )
        # What is no weight of a part, such as the years of full tenure, stays as it was.
        kept = {**ratings.policy.weights, **weights}
        policy = MatchPolicy(
            studio_id=studio_id,
            name=ratings.policy.name,
            number=(number or 0) + 1,
            weights=kept,
            # Organizers may have changed it while weights were learned.
            objective=(await policy_in_force(session, studio_id)).objective,
        )
        session.add(policy)
        await session.flush()
    last = await session.scalar(
        select(sa.func.coalesce(sa.func.max(WeightsTraining.number), 0)).where(
            WeightsTraining.studio_id == studio_id
        )
    )
    row = WeightsTraining(
        studio_id=studio_id,
        number=(last or 0) + 1,
        outcome=WeightsOutcome(trial.outcome.value),
        policy_id=policy.id if policy else None,
        weights=weights,
        ratings=trial.n_ratings,
        cohorts=trial.n_cohorts,
        people=trial.n_people,
        gain=None if trial.gain is None else _numbers(trial.gain),
        measures=[
            {"way": way.value, "metric": metric.value, **_numbers(estimate)}
            for way, measured in trial.measures.items()
            for metric, estimate in measured.items()
        ],
        job_id=job_id,
    )
    session.add(row)
    await session.flush()
    return row


def _numbers(estimate: Estimate) -> dict[str, float]:
    return {name: round(getattr(estimate, name), 6) for name in ("value", "low", "high")}
