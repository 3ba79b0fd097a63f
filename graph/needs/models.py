"""The model card: which topic model is in force, what it learned, how it was measured, and what limits that."""

from datetime import datetime
from typing import Any

import strawberry

from graph.context import Context
from graph.enums import ModelMetric, ModelWay, RetrainOutcome
from graph.reading.stored import stored
from studio.messages import translate
from studio.operations.corrections.models import TopicModelCard, topic_model
from studio.store.database import reading
from studio.store.identity import global_id
from studio.store.models import ModelVersion


@strawberry.type(description="A value with its 90 % interval over draws of whole groups of answers.")
class Estimate:
    """A value with its interval."""

    value: float = stored("As measured.")
    low: float = stored("Lower end of the interval.")
    high: float = stored("Upper end of the interval.")


@strawberry.type(
    description="How one way of naming topics did by one metric, on answers that it had not seen."
)
class ModelMeasure(Estimate):
    """How one way of naming topics did by one metric."""

    way: ModelWay = stored("Which way.")
    metric: ModelMetric = stored("By what; all 0–1, higher is better but for CALIBRATION_ERROR.")


@strawberry.type(description="A training of the topic classifier and what came of it.")
class ModelTraining:
    """A training of the topic classifier."""

    number: int = stored("Its number, from 1.")
    outcome: RetrainOutcome = stored("What came of it.")
    reason: str = stored("Why, in words.")
    at: datetime = stored("When.")
    corrections: int = stored("How many decisions of people it had.")
    gain: Estimate | None = stored(
        "How far the new model's macro-F1 lay above that of the one in force, paired; null where none was tried."
    )
    job_id: strawberry.ID | None = stored("Global id of its job; null when it ran on the command line.")


@strawberry.type(description="The model card (模型卡) of the topic classifier; every figure is computed.")
class TopicModel:
    """The model card of the topic classifier."""

    number: int | None = stored(
        "Number of the training in force; null where the topics' phrases alone decide."
    )
    in_force_since: datetime | None = stored("Since when.")
    phrases: int = stored("Phrases of topics that it learned from, names included.")
    corrections: int = stored("Decisions of people that it learned from.")
    waiting: int = stored("Decisions that it has not learned from.")
    data_hash: str | None = stored("SHA-256 of the phrases and decisions that it learned from.")
    threshold: float = stored("Below this probability it names no topic.")
    measured_at: datetime | None = stored("When the measures were made; null when never.")
    answers: int = stored("Answers that they were made on.")
    groups: int = stored("Independent groups of people and near-copies among these answers.")
    measures: list[ModelMeasure] = stored(
        "Cross-validated measures of the model in force, of the other one that was tried, and of plain ways."
    )
    trainings: list[ModelTraining] = stored("All trainings, the newest first.")
    limits: list[str] = stored("What the figures do not say, in words.")


async def model_card(context: Context) -> TopicModel:
    """Return the model card for whoever asks."""
    async with reading(context.engine) as session:
        card = await topic_model(session, context.actor)
    row, facts = card.in_force, card.measured.facts if card.measured else {}
    return TopicModel(
        number=row.number if row else None,
        in_force_since=row.created_at if row else None,
        phrases=row.phrases if row else card.phrases,
        corrections=card.learned,
        waiting=card.waiting,
        data_hash=row.sha256 if row else None,
        threshold=round(card.threshold, 6),
        measured_at=card.measured_at,
        answers=facts.get("answers", 0),
        groups=facts.get("groups", 0),
        measures=[
            ModelMeasure(
                way=ModelWay(one["way"]),
                metric=ModelMetric(one["metric"]),
                value=one["value"],
                low=one["low"],
                high=one["high"],
            )
            for one in card.measures
        ],
        trainings=[training(each, context.language) for each in card.trainings],
        limits=limits(card, context.language),
    )


def training(row: ModelVersion, language: str) -> ModelTraining:
    """Return a training with the reason of its outcome."""
    gain = row.facts.get("gain")
    return ModelTraining(
        number=row.number,
        outcome=row.outcome,
        reason=reason(row, language),
        at=row.created_at,
        corrections=row.corrections,
        gain=Estimate(**gain) if gain else None,
        job_id=strawberry.ID(global_id("Job", row.job_id)) if row.job_id else None,
    )


def reason(row: ModelVersion, language: str) -> str:
    """Return why a training ended as it did."""
    gain: dict[str, Any] = row.facts.get("gain") or {"value": 0.0, "low": 0.0, "high": 0.0}
    shown = {name: f"{value:+.3f}" for name, value in gain.items()}
    return translate(
        f"RETRAIN_{row.outcome.value}",
        language,
        groups=row.facts.get("groups", 0),
        least=row.facts.get("least", 0),
        **shown,
    )


def limits(card: TopicModelCard, language: str) -> list[str]:
    """Return what a reader of the card should know, from what is stored."""
    found = []
    if card.measured is None:
        found.append(translate("LIMIT_NOT_MEASURED", language))
    else:
        facts = card.measured.facts
        found.append(translate("LIMIT_CHOSEN", language, answers=facts["answers"], groups=facts["groups"]))
    if card.is_stale:
        found.append(translate("LIMIT_STALE", language))
    if card.unseen:
        found.append(translate("LIMIT_UNSEEN", language, topics=list(card.unseen)))
    if card.waiting:
        found.append(translate("LIMIT_WAITING", language, waiting=card.waiting))
    return found
