"""Recommendations: contents that answer a trainee's needs, with the reason and the trainee's own sentence."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import ContentRetriever, recommend
from studio.arrays.contents import CatalogueArrays, Floats, TraineeArrays
from studio.errors import StudioError
from studio.operations.cases import similar_cases, store_similar_cases
from studio.operations.own import own
from studio.operations.recommendation_input import needs_and_words, recommendable, trainees_in
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.locks import lock_cohort
from studio.store.people import Trainee
from studio.store.recommendations import Recommendation, RecommendationCause
from studio.store.rows import changed, chunks, insert_rows
from studio.store.topics import topics_of

CONTENTS_PER_TRAINEE = 12
# Trainees scored at a time, which bounds the memory.
BLOCK = 500
DECIMALS = 6
MODEL_VERSION = "needs-text-level-rating-2"
# While nobody has judged any content, that part of the score is left out.
UNRATED = {"need": 0.6, "text": 0.27, "level": 0.13}
# The part of the ratings is a praise only where the engine says so.
_PART_CODES = ("NEED", "OWN_WORDS", "LEVEL_FIT", "RATING")


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
    topics = await topics_of(session, cohort.studio_id)
    catalogue = await recommendable(session, cohort.studio_id, topics)
    if not catalogue.contents:
        return
    trainees = await trainees_in(session, cohort_id, trainee_ids)
    for some in chunks(trainees, BLOCK):
        arrays = await needs_and_words(session, catalogue, topics, some)
        text_scores = await _text_scores(catalogue, arrays)
        wanted = await asyncio.to_thread(
            _recommend, catalogue, arrays, text_scores, some, CONTENTS_PER_TRAINEE
        )
        await _store(session, cohort.studio_id, [trainee.id for trainee in some], wanted)
        cases = await asyncio.to_thread(similar_cases, catalogue, arrays, text_scores)
        await store_similar_cases(session, cohort.studio_id, arrays, cases)


async def answering_contents(
    session: AsyncSession, studio_id: UUID, trainee_ids: Sequence[UUID], n_contents: int
) -> dict[UUID, list[tuple[UUID, UUID | None]]]:
    """Return by trainee up to `n_contents` contents with the pain point that each answers, best first.

    What a week is planned from: found as recommendations are, only more of them, and not stored.
    """
    topics = await topics_of(session, studio_id)
    catalogue = await recommendable(session, studio_id, topics)
    found: dict[UUID, list[tuple[UUID, UUID | None]]] = {trainee_id: [] for trainee_id in trainee_ids}
    if not catalogue.contents:
        return found
    rows = await session.execute(
        select(Trainee)
        .where(col(Trainee.id).in_(trainee_ids))
        .order_by(col(Trainee.roster_row), col(Trainee.id))
    )
    trainees = list(rows.scalars())
    arrays = await needs_and_words(session, catalogue, topics, trainees)
    text_scores = await _text_scores(catalogue, arrays)
    wanted = await asyncio.to_thread(_recommend, catalogue, arrays, text_scores, trainees, n_contents)
    for (trainee_id, content_id), want in wanted.items():
        found[trainee_id].append((content_id, want.point_id))
    return found


async def _text_scores(catalogue: CatalogueArrays, arrays: TraineeArrays) -> Floats:
    """Return how near each content's words are to each pain point's, shape (n_points, n_contents)."""
    documents = tuple(f"{content.title}。{content.body}" for content in catalogue.contents)
    texts = [point.text for point in arrays.points]
    return await asyncio.to_thread(lambda: _retriever(documents).scores(texts))


@lru_cache(maxsize=4)
def _retriever(documents: tuple[str, ...]) -> ContentRetriever:
    return ContentRetriever().fit(documents)


def _recommend(
    catalogue: CatalogueArrays,
    arrays: TraineeArrays,
    text_scores: Floats,
    trainees: Sequence[Trainee],
    n_contents: int,
) -> Wanted:
    found = recommend(
        arrays.needs,
        catalogue.topics,
        n_contents,
        point_topics=arrays.point_topics,
        point_scores=text_scores,
        point_trainee=arrays.point_trainee,
        trainee_level=arrays.levels,
        content_level=catalogue.levels,
        content_rating=catalogue.ratings,
        n_ratings=catalogue.n_ratings,
        excluded=arrays.dismissed,
        taken=arrays.taken,
        prerequisites=catalogue.prerequisites,
        weights=None if catalogue.n_ratings.any() else UNRATED,
    )
    wanted: Wanted = {}
    for row, trainee in enumerate(trainees):
        for place, content in enumerate(found.contents[row].tolist()):
            if content < 0:
                break
            reasons = list(_reasons(found.parts[row, place].tolist(), found.reasons[row][place]))
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
                model_version=MODEL_VERSION,
            )
            new.append(row)
        else:
            changed(row, rank=want.rank, score=want.score, reasons=want.reasons, model_version=MODEL_VERSION)
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
