"""Recommendations: contents that answer a trainee's needs, with the reason and the trainee's own sentence."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import collaborative_scores
from studio.arrays.contents import CatalogueArrays, Floats, TraineeArrays
from studio.arrays.interactions import InteractionArrays, interaction_arrays
from studio.errors import StudioError
from studio.operations.contents.cases import similar_cases, store_similar_cases
from studio.operations.contents.content_ranking import ranked, text_scores
from studio.operations.contents.recommendation_input import needs_and_words, recommendable, trainees_in
from studio.operations.own import own
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.collaborative import latest_check
from studio.store.content_events import interactions_of
from studio.store.locks import lock_cohort
from studio.store.people import Trainee
from studio.store.recommendations import Recommendation, RecommendationCause
from studio.store.rows import changed, chunks, insert_rows
from studio.store.topics import Topic, topics_of

CONTENTS_PER_TRAINEE = 12
# Trainees scored at a time, which bounds the memory.
BLOCK = 500
DECIMALS = 6
MODEL_VERSION = "needs-text-level-rating-3"
# The part of the ratings is a praise only where the engine says so.
_PART_CODES = ("NEED", "OWN_WORDS", "LEVEL_FIT", "RATING", "TAKEN_TOGETHER")


@dataclass(frozen=True)
class Offer:
    """What a studio recommends: contents of today, its topics, and what was taken up where that has earned a part."""

    topics: Sequence[Topic]
    catalogue: CatalogueArrays
    taken_up: InteractionArrays | None


@dataclass(frozen=True)
class _Wanted:
    """What a recommendation should say."""

    rank: int
    score: float
    reasons: list[dict[str, Any]]
    point_id: UUID | None


Wanted = dict[tuple[UUID, UUID], _Wanted]


async def recommend_contents(
    session: AsyncSession, actor: Actor, *, cohort_id: UUID | None = None, trainee_id: UUID | None = None
) -> None:
    """Bring the recommendations of a cohort, or of one trainee, up to date on request; ONE_OF_TWO unless one."""
    require(actor, "refresh_recommendations")
    if (cohort_id is None) == (trainee_id is None):
        raise StudioError("ONE_OF_TWO", field="cohortId", first="cohortId", second="traineeId")
    if trainee_id is not None:
        trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
        await refresh_recommendations(session, trainee.cohort_id, [trainee_id])
    elif cohort_id is not None:
        cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
        await refresh_recommendations(session, cohort.id)


async def refresh_recommendations(
    session: AsyncSession, cohort_id: UUID, trainee_ids: Sequence[UUID] | None = None
) -> None:
    """Recommend contents, and cases for every pain point, to a cohort or to some of it; store what differs."""
    await lock_cohort(session, cohort_id)
    cohort = await session.get_one(Cohort, cohort_id)
    offer = await offered(session, cohort.studio_id)
    if not offer.catalogue.contents:
        return
    trainees = await trainees_in(session, cohort_id, trainee_ids)
    for some in chunks(trainees, BLOCK):
        arrays = await needs_and_words(session, offer.catalogue, offer.topics, some)
        texts = await asyncio.to_thread(text_scores, offer.catalogue, arrays)
        wanted = await asyncio.to_thread(_recommend, offer, arrays, texts, some, CONTENTS_PER_TRAINEE)
        version = MODEL_VERSION if offer.taken_up is None else f"{MODEL_VERSION}+collaborative"
        await _store(session, cohort.studio_id, [trainee.id for trainee in some], wanted, version)
        cases = await asyncio.to_thread(similar_cases, offer.catalogue, arrays, texts)
        await store_similar_cases(session, cohort.studio_id, arrays, cases)


async def answering_contents(
    session: AsyncSession, offer: Offer, trainees: Sequence[Trainee], n_contents: int
) -> dict[UUID, list[tuple[UUID, UUID | None]]]:
    """Return by trainee up to `n_contents` contents with the pain point that each answers, best first.

    What a week is planned from: found as recommendations are, only more of them, and not stored.
    """
    found: dict[UUID, list[tuple[UUID, UUID | None]]] = {trainee.id: [] for trainee in trainees}
    if not offer.catalogue.contents:
        return found
    arrays = await needs_and_words(session, offer.catalogue, offer.topics, trainees)
    texts = await asyncio.to_thread(text_scores, offer.catalogue, arrays)
    wanted = await asyncio.to_thread(_recommend, offer, arrays, texts, trainees, n_contents)
    for (trainee_id, content_id), want in wanted.items():
        found[trainee_id].append((content_id, want.point_id))
    return found


async def offered(session: AsyncSession, studio_id: UUID) -> Offer:
    """Return what a studio recommends today."""
    topics = await topics_of(session, studio_id)
    catalogue = await recommendable(session, studio_id, topics)
    return Offer(topics, catalogue, await _earned_interactions(session, studio_id, catalogue))


async def _earned_interactions(
    session: AsyncSession, studio_id: UUID, catalogue: CatalogueArrays
) -> InteractionArrays | None:
    """Return what all trainees took up, if the latest check lets the score use it."""
    check = await latest_check(session, studio_id)
    if check is None or not check.used:
        return None
    interactions = await interactions_of(session, studio_id)
    return interaction_arrays(catalogue, sorted({one.trainee_id for one in interactions}), interactions)


def _recommend(
    offer: Offer,
    arrays: TraineeArrays,
    texts: Floats,
    trainees: Sequence[Trainee],
    n_contents: int,
) -> Wanted:
    catalogue, together = offer.catalogue, None
    if offer.taken_up is not None:
        own = offer.taken_up.rows_of([trainee.id for trainee in trainees])
        together = collaborative_scores(offer.taken_up.matrix(), own)
    found = ranked(catalogue, arrays, n_contents, texts, together=together)
    wanted: Wanted = {}
    for row, trainee in enumerate(trainees):
        for place, content in enumerate(found.contents[row].tolist()):
            if content < 0:
                break
            reasons = sorted(
                _reasons(found.parts[row, place].tolist(), found.reasons[row][place]),
                key=lambda reason: -reason["weight"],
            )
            point = int(found.points[row, place])
            wanted[trainee.id, catalogue.contents[content].id] = _Wanted(
                rank=place + 1,
                score=round(sum(reason["weight"] for reason in reasons), DECIMALS),
                reasons=reasons,
                point_id=arrays.points[point].id if point >= 0 else None,
            )
    return wanted


def _reasons(parts: Sequence[float], codes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give each part of the score as a reason, so that weights sum to the score; a prerequisite weighs nothing."""
    for code, part in zip(_PART_CODES, parts, strict=True):
        if round(part, DECIMALS) > 0:
            praised = code == "RATING" and "WELL_RATED" in codes
            yield {"code": "WELL_RATED" if praised else code, "weight": round(part, DECIMALS)}
    if "PREREQUISITE" in codes:
        yield {"code": "PREREQUISITE", "weight": 0.0}


async def _store(
    session: AsyncSession,
    studio_id: UUID,
    trainee_ids: Sequence[UUID],
    wanted: Mapping[tuple[UUID, UUID], _Wanted],
    model_version: str,
) -> None:
    found = await session.execute(
        select(Recommendation, RecommendationCause.pain_point_id)
        .join(
            RecommendationCause, col(RecommendationCause.recommendation_id) == Recommendation.id, isouter=True
        )
        .where(col(Recommendation.trainee_id).in_(trainee_ids))
    )
    existing = {(row.trainee_id, row.content_id): (row, point_id) for row, point_id in found.all()}
    stale = [existing[key][0].id for key in existing.keys() - wanted.keys()]
    new: list[Recommendation | RecommendationCause] = []
    for (trainee_id, content_id), want in wanted.items():
        row, point_id = existing.get((trainee_id, content_id), (None, None))
        if row is None:
            row = Recommendation(
                studio_id=studio_id,
                trainee_id=trainee_id,
                content_id=content_id,
                rank=want.rank,
                score=want.score,
                reasons=want.reasons,
                model_version=model_version,
            )
            new.append(row)
        else:
            changed(row, rank=want.rank, score=want.score, reasons=want.reasons, model_version=model_version)
        if want.point_id != point_id:
            await _forget_cause(session, row.id, point_id)
            if want.point_id is not None:
                new.append(
                    RecommendationCause(
                        studio_id=studio_id, recommendation_id=row.id, pain_point_id=want.point_id
                    )
                )
    await session.flush()
    for some in chunks(stale):
        await session.execute(sa.delete(Recommendation).where(col(Recommendation.id).in_(some)))
    await insert_rows(session, new)


async def _forget_cause(session: AsyncSession, recommendation_id: UUID, point_id: UUID | None) -> None:
    if point_id is not None:
        await session.execute(
            sa.delete(RecommendationCause).where(
                col(RecommendationCause.recommendation_id) == recommendation_id,
                col(RecommendationCause.pain_point_id) == point_id,
            )
        )
