"""The card of the affinity's weights: which are in force, whether they were learned, and how they were measured."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry.types import Info

from graph.context import Context
from graph.enums import WeightsMetric, WeightsOutcome, WeightsWay
from graph.errors import coded
from graph.needs.models import Estimate
from graph.reading.stored import stored
from matching import WeightsTrial
from studio.errors import StudioError
from studio.messages import translate
from studio.operations.runs.affinity_model import AffinityCard, affinity_card
from studio.store.database import reading
from studio.store.identity import global_id
from studio.store.pair_ratings import WeightsTraining


@strawberry.type(description="The weight of one named part of the score.")
class AffinityWeight:
    """The weight of one named part of the score."""

    code: str = stored("Stable code of the part.")
    label: str = stored("What it stands for, in the language of the request.")
    weight: float = stored("Its weight, 0–1; all weights add up to 1.")


@strawberry.type(
    description="How one way of foretelling ratings did by one metric, on cohorts that it had not seen."
)
class WeightsMeasure(Estimate):
    """How one way of foretelling ratings did by one metric."""

    way: WeightsWay = stored("Which way.")
    metric: WeightsMetric = stored("By what: LOG_LOSS is better when lower, CONCORDANCE when higher.")


@strawberry.type(description="An attempt to learn the weights from ratings, and what came of it.")
class AffinityTraining:
    """An attempt to learn the weights from ratings."""

    number: int = stored("Its number, from 1.")
    outcome: WeightsOutcome = stored("What came of it.")
    reason: str = stored("Why, in words.")
    at: datetime = stored("When.")
    ratings: int = stored("Ratings that it had.")
    cohorts: int = stored("Cohorts that they are from.")
    people: int = stored("Trainees whose pairs they are of.")
    weights: list[AffinityWeight] = stored("What was learned from them, adopted or not.")
    gain: Estimate | None = stored(
        "How far the log loss of the learned weights lay below that of the weights in force, paired; null where "
        "none was tried."
    )
    job_id: strawberry.ID | None = stored("Global id of its job; null when it ran on the command line.")


@strawberry.type(
    description="The model card (模型卡) of the weights of the affinity; every figure is computed."
)
class AffinityModel:
    """The model card of the weights of the affinity."""

    policy: int = stored("Version of the policy in force.")
    is_hand_set: bool = stored("Whether the weights in force are still those set by hand, the prior.")
    in_force_since: datetime = stored("Since when.")
    weights: list[AffinityWeight] = stored("The weights in force.")
    ratings: int = stored("Ratings of pairs that there are today.")
    cohorts: int = stored("Cohorts that they are from.")
    measured_at: datetime | None = stored("When the measures were made; null when never.")
    measures: list[WeightsMeasure] = stored(
        "Measures over cross-validation by cohorts: learned weights, weights in force then, and the mean rating."
    )
    trainings: list[AffinityTraining] = stored("All attempts to learn, the newest first.")
    limits: list[str] = stored("What the figures do not say, in words.")


@strawberry.type(description="The card of the affinity's weights.")
class AffinityModelQuery:
    """The card of the affinity's weights."""

    @strawberry.field(
        description="The model card of the affinity's weights: by hand or learned from ratings; for organizers."
    )
    async def affinity_model(self, info: Info[Context, None]) -> AffinityModel | None:
        """Return which weights are in force and where they come from."""
        context = info.context
        try:
            async with reading(context.engine) as session:
                return _card(await affinity_card(session, context.actor), context.language)
        except StudioError as refusal:
            raise coded(refusal, context.language) from None


def reason(row: WeightsTraining, language: str) -> str:
    """Return why an attempt ended as it did."""
    gain = row.gain or {"value": 0.0, "low": 0.0, "high": 0.0}
    return translate(
        f"WEIGHTS_{row.outcome.value}",
        language,
        ratings=row.ratings,
        cohorts=row.cohorts,
        least_ratings=WeightsTrial.least_ratings,
        least_cohorts=WeightsTrial.least_cohorts,
        **{name: f"{value:+.3f}" for name, value in gain.items()},
    )


def _card(card: AffinityCard, language: str) -> AffinityModel:
    measured = card.measured
    return AffinityModel(
        policy=card.policy.number,
        is_hand_set=card.learned_by is None,
        in_force_since=card.since,
        weights=affinity_weights(card.weights, language),
        ratings=card.ratings,
        cohorts=card.cohorts,
        measured_at=measured.created_at if measured else None,
        measures=[_measure(one) for one in measured.measures] if measured else [],
        trainings=[_training(row, language) for row in card.trainings],
        limits=_limits(card, language),
    )


def affinity_weights(weights: Mapping[str, float], language: str) -> list[AffinityWeight]:
    """Return weights with the code and the words of each part."""
    return [
        AffinityWeight(code=name.upper(), label=translate(f"PART_{name.upper()}", language), weight=weight)
        for name, weight in weights.items()
    ]


def _measure(one: dict[str, Any]) -> WeightsMeasure:
    numbers = {name: one[name] for name in ("value", "low", "high")}
    return WeightsMeasure(way=WeightsWay(one["way"]), metric=WeightsMetric(one["metric"]), **numbers)


def _training(row: WeightsTraining, language: str) -> AffinityTraining:
    return AffinityTraining(
        number=row.number,
        outcome=row.outcome,
        reason=reason(row, language),
        at=row.created_at,
        ratings=row.ratings,
        cohorts=row.cohorts,
        people=row.people,
        weights=affinity_weights(row.weights, language),
        gain=Estimate(**row.gain) if row.gain else None,
        job_id=strawberry.ID(global_id("Job", row.job_id)) if row.job_id else None,
    )


def _limits(card: AffinityCard, language: str) -> list[str]:
    """Return what a reader of the card should know, from what is stored."""
    found = ["WEIGHTS_LIMIT_HAND_SET" if card.learned_by is None else "WEIGHTS_LIMIT_LEARNED"]
    if card.measured is None:
        found.append("WEIGHTS_LIMIT_NOT_MEASURED")
    found.append("WEIGHTS_LIMIT_CHOSEN_PAIRS")
    if card.ratings:
        found.append("WEIGHTS_LIMIT_PROPENSITIES")
    sure = sum(value == 1.0 for value in card.propensities)
    told = {"ratings": card.ratings, "logged": len(card.propensities), "sure": sure}
    return [translate(code, language, **told) for code in found]
