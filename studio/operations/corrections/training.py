"""Training the topic classifier again with what people corrected: what it learns from, the trial, the outcome."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import (
    AnswerReader,
    CorrectedAnswers,
    Estimate,
    Named,
    RetrainingTrial,
    Verdict,
    Way,
    pack_model,
)
from studio.errors import StudioError
from studio.operations.jobs import Progress
from studio.operations.topics.readers import Phrases
from studio.operations.topics.topics import learnt_phrases
from studio.store.corrections import TopicCorrection
from studio.store.enums import ModelWay, RetrainOutcome
from studio.store.models import ModelVersion
from studio.store.needs import PainPoint, PainPointTopic
from studio.store.people import Trainee
from studio.store.topics import Topic, topics_of

DECIMALS = 6


@dataclass(frozen=True)
class Lessons:
    """What a training learns from: phrases, decided answers with the ids of their decisions, and a digest of both."""

    phrases: Phrases
    answers: CorrectedAnswers
    ids: tuple[str, ...]
    # Decisions that the model in force has learned.
    known: frozenset[str]
    sha256: str
    # The digest of the latest training, to tell that there is nothing new.
    trained: str | None

    @property
    def codes(self) -> list[str]:
        """Codes of all topics, in order."""
        return sorted(code for code, _ in self.phrases)


@dataclass(frozen=True)
class Trained:
    """What came of a training: the outcome, the trial's verdict and the new model where there are any."""

    lessons: Lessons
    outcome: RetrainOutcome
    n_groups: int
    verdict: Verdict | None = None
    content: bytes | None = None

    @property
    def measures(self) -> list[dict[str, Any]]:
        """The verdict's measures as they are stored; the adopted candidate is what is in force from now on."""
        if self.verdict is None:
            return []
        adopted = self.outcome is RetrainOutcome.ADOPTED
        ways = {
            Way.CANDIDATE: ModelWay.IN_FORCE if adopted else ModelWay.OTHER,
            Way.CURRENT: ModelWay.OTHER if adopted else ModelWay.IN_FORCE,
            Way.KEYWORDS: ModelWay.KEYWORDS,
            Way.MOST_FREQUENT: ModelWay.MOST_FREQUENT,
        }
        found = [
            {"way": ways[way].value, "metric": metric.value, **_rounded(estimate)}
            for way, measured in self.verdict.measures.items()
            for metric, estimate in measured.items()
        ]
        return sorted(found, key=lambda one: list(ModelWay).index(ModelWay(one["way"])))

    @property
    def facts(self) -> dict[str, Any]:
        """What else was found: the gain of the candidate, and on how much it was measured."""
        facts: dict[str, Any] = {"groups": self.n_groups, "least": RetrainingTrial.least_groups}
        if self.verdict is None:
            return facts
        return {**facts, "answers": self.verdict.n_answers, "gain": _rounded(self.verdict.difference)}


def _rounded(estimate: Estimate) -> dict[str, float]:
    values = (estimate.value, estimate.low, estimate.high)
    return {
        name: round(value, DECIMALS) for name, value in zip(("value", "low", "high"), values, strict=True)
    }


async def read_lessons(session: AsyncSession, studio_id: UUID) -> Lessons:
    """Return what a training of today would learn from.

    A decision that was taken over from another teaches nothing more than that one. Raises NO_TOPICS as `topic_tree`.
    """
    topics = await topics_of(session, studio_id)
    if sum(topic.parent_id is None for topic in topics) < 2:
        raise StudioError("NO_TOPICS")
    phrases = await learnt_phrases(session, studio_id, topics)
    found = await session.execute(
        sa.select(
            col(TopicCorrection.id),
            col(PainPoint.id),
            col(PainPoint.text),
            sa.func.coalesce(Trainee.person_id, PainPoint.response_id),
        )
        .join(PainPoint, col(PainPoint.id) == TopicCorrection.pain_point_id)
        .join(Trainee, col(Trainee.id) == PainPoint.trainee_id, isouter=True)
        .where(col(TopicCorrection.studio_id) == studio_id, col(TopicCorrection.source_id).is_(None))
        .order_by(col(PainPoint.text), col(TopicCorrection.id))
    )
    rows = found.all()
    tagged = await _tagged(session, studio_id)
    answers = CorrectedAnswers(
        tuple(text for _, _, text, _ in rows),
        tuple(frozenset(tagged.get(point_id, ())) for _, point_id, _, _ in rows),
        tuple(UUID(str(owner)).hex for _, _, _, owner in rows),
    )
    newest = await session.scalar(
        select(ModelVersion)
        .where(ModelVersion.studio_id == studio_id)
        .order_by(col(ModelVersion.number).desc())
        .limit(1)
    )
    in_force = await session.scalar(
        select(ModelVersion.learned).where(
            ModelVersion.studio_id == studio_id, col(ModelVersion.in_force).is_(True)
        )
    )
    return Lessons(
        phrases,
        answers,
        tuple(correction_id.hex for correction_id, _, _, _ in rows),
        frozenset(in_force or ()),
        _digest(phrases, answers),
        newest.sha256 if newest else None,
    )


async def _tagged(session: AsyncSession, studio_id: UUID) -> dict[UUID, list[str]]:
    """Return the codes that people stand for, by pain point."""
    found = await session.execute(
        select(PainPointTopic.pain_point_id, Topic.code)
        .join(Topic, col(Topic.id) == PainPointTopic.topic_id)
        .join(TopicCorrection, col(TopicCorrection.pain_point_id) == PainPointTopic.pain_point_id)
        .where(col(TopicCorrection.studio_id) == studio_id, col(TopicCorrection.source_id).is_(None))
    )
    codes: dict[UUID, list[str]] = {}
    for point_id, code in found.all():
        codes.setdefault(point_id, []).append(code)
    return codes


def _digest(phrases: Phrases, answers: CorrectedAnswers) -> str:
    said = zip(answers.texts, map(sorted, answers.topics), answers.owners, strict=True)
    return hashlib.sha256(orjson.dumps([phrases, [list(one) for one in said]])).hexdigest()


async def train(lessons: Lessons, progress: Progress | None = None) -> Trained:
    """Try a new model against the one in force, in threads; `progress` is told steps done and steps in all."""
    is_known = [one in lessons.known for one in lessons.ids]
    trial = await asyncio.to_thread(RetrainingTrial, lessons.phrases, lessons.answers, is_known)
    if lessons.sha256 == lessons.trained:
        return Trained(lessons, RetrainOutcome.NOTHING_NEW, trial.n_groups)
    if not trial.is_possible:
        return Trained(lessons, RetrainOutcome.TOO_FEW, trial.n_groups)
    examined: list[Mapping[Way, Named]] = []
    for fold in range(trial.n_folds):
        if progress is not None:
            await progress(fold, trial.n_folds + 1)
        examined.append(await asyncio.to_thread(trial.examine, fold))
    verdict = await asyncio.to_thread(trial.verdict, examined)
    if not verdict.is_better:
        return Trained(lessons, RetrainOutcome.NOT_BETTER, trial.n_groups, verdict)
    if progress is not None:
        await progress(trial.n_folds, trial.n_folds + 1)
    reader = await asyncio.to_thread(trial.fit_all)
    content = await asyncio.to_thread(_pack, reader, lessons, verdict)
    return Trained(lessons, RetrainOutcome.ADOPTED, trial.n_groups, verdict, content)


def _pack(reader: AnswerReader, lessons: Lessons, verdict: Verdict) -> bytes:
    training = {
        "phrases": sum(len(phrases) for _, phrases in lessons.phrases),
        "corrections": len(lessons.ids),
    }
    measured = verdict.measures[Way.CANDIDATE]
    return pack_model(reader, training, {metric.value: each.value for metric, each in measured.items()})


async def store_training(
    session: AsyncSession, studio_id: UUID, trained: Trained, job_id: UUID | None = None
) -> ModelVersion:
    """Keep what came of a training; an adopted model is in force from the end of this transaction on."""
    number = await session.scalar(
        select(sa.func.coalesce(sa.func.max(ModelVersion.number), 0) + 1).where(
            ModelVersion.studio_id == studio_id
        )
    )
    adopted = trained.outcome is RetrainOutcome.ADOPTED
    if adopted:
        # Of a model that is no longer in force its figures stay, its arrays go.
        await session.execute(
            sa.update(ModelVersion)
            .where(col(ModelVersion.studio_id) == studio_id, col(ModelVersion.in_force).is_(True))
            .values(in_force=False, content=None)
            .execution_options(synchronize_session=False)
        )
    row = ModelVersion(
        studio_id=studio_id,
        number=number or 1,
        outcome=trained.outcome,
        in_force=adopted,
        content=trained.content,
        classes=trained.lessons.codes,
        phrases=sum(len(phrases) for _, phrases in trained.lessons.phrases),
        corrections=len(trained.lessons.ids),
        learned=list(trained.lessons.ids) if adopted else [],
        sha256=trained.lessons.sha256,
        measures=trained.measures,
        facts=trained.facts,
        job_id=job_id,
    )
    session.add(row)
    await session.flush()
    return row


def unseen_topics(answers: CorrectedAnswers, top: Sequence[str]) -> list[str]:
    """Return the top topics that no decided answer is about."""
    seen = frozenset[str]().union(*answers.upper)
    return [code for code in top if code not in seen]
