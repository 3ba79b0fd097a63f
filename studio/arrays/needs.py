"""Answers, ratings and pain points as the arrays of `matching.need_profile`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from studio.store.enums import Measure
from studio.store.needs import PainPoint
from studio.store.topics import Topic

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SECONDS_PER_DAY = 86400.0
# From this grade on a rating says "this is a need", and its giver counts among those who named the topic.
NAMING_GRADE = 4.0


@dataclass(frozen=True)
class Respondent:
    """Whose answers a row holds: a trainee's over all waves, or one anonymous response."""

    trainee_id: UUID | None


class ResponseRow(NamedTuple):
    """A current response: whose it is and when it was given."""

    id: UUID
    trainee_id: UUID | None
    submitted_at: datetime | None
    created_at: datetime


class RatingRow(NamedTuple):
    """One answer that speaks of topics by ticks, ratings or an order."""

    response_id: UUID
    measures: Measure
    topic_id: UUID | None
    number: float | None
    options: list[str] | None


@dataclass(frozen=True)
class NeedArrays:
    """What `matching.need_profile` takes, and whose rows and points they are."""

    respondents: Sequence[Respondent]
    point_ids: Sequence[UUID]
    point_topics: Floats
    point_respondent: Integers
    point_severity: Floats
    point_urgency: Floats
    point_age_days: Floats
    ticks: Floats
    ranks: Floats
    severity_ratings: Floats
    urgency_ratings: Floats
    respondent_age_days: Floats
    # Distinct respondents who named each topic by words, a tick, a place in an order or a high rating.
    named_by: Integers


def need_arrays(
    *,
    topics: Sequence[Topic],
    responses: Sequence[ResponseRow],
    ratings: Sequence[RatingRow],
    points: Sequence[PainPoint],
    tags: Sequence[tuple[UUID, UUID, float]],
    moment: datetime,
) -> NeedArrays:
    """Return the arrays of a cohort; columns are the top topics in order, a leaf counts for its parent.

    `responses` come earlier waves first: of a trainee's ratings the latest count.
    """
    columns = _columns(topics)
    by_name = {topic.name: columns[topic.id] for topic in topics}
    n_topics = len(set(columns.values()))
    row_of, respondents, ages = _respondents(responses, moment)
    shape = (len(respondents), n_topics)
    ticks, ranks = np.zeros(shape), np.full(shape, np.nan)
    rated = {Measure.SEVERITY: np.full(shape, np.nan), Measure.URGENCY: np.full(shape, np.nan)}
    order = {response.id: place for place, response in enumerate(responses)}
    for answer in sorted(ratings, key=lambda answer: order[answer.response_id]):
        row = row_of[answer.response_id]
        if answer.measures in rated and answer.topic_id is not None and answer.number is not None:
            rated[answer.measures][row, columns[answer.topic_id]] = answer.number
        named = [by_name[option] for option in answer.options or () if option in by_name]
        if answer.measures is Measure.DIFFICULTY:
            ticks[row, named] = 1.0
        elif answer.measures is Measure.URGENCY_ORDER:
            for place, column in enumerate(named, start=1):
                ranks[row, column] = np.fmin(ranks[row, column], place)
    point_topics = _point_topics(points, tags, columns, n_topics)
    point_respondent = np.array([row_of[point.response_id] for point in points], dtype=np.int64)
    high = np.fmax(rated[Measure.SEVERITY], rated[Measure.URGENCY]) >= NAMING_GRADE
    named_rows = (ticks > 0) | ~np.isnan(ranks) | high
    np.logical_or.at(named_rows, point_respondent, point_topics > 0)
    age = {response.id: _age(response, moment) for response in responses}
    thorny = [point.severity if point.measures is not Measure.MOST_URGENT else None for point in points]
    urgent = [point.urgency if point.measures is not Measure.THORNIEST else None for point in points]
    return NeedArrays(
        respondents=respondents,
        point_ids=[point.id for point in points],
        point_topics=point_topics,
        point_respondent=point_respondent,
        point_severity=np.array(thorny, dtype=np.float64),
        point_urgency=np.array(urgent, dtype=np.float64),
        point_age_days=np.array([age[point.response_id] for point in points], dtype=np.float64),
        ticks=ticks,
        ranks=ranks,
        severity_ratings=rated[Measure.SEVERITY],
        urgency_ratings=rated[Measure.URGENCY],
        respondent_age_days=ages,
        named_by=named_rows.sum(axis=0).astype(np.int64),
    )


def _columns(topics: Sequence[Topic]) -> Mapping[UUID, int]:
    """Return the column of every topic: its own for a top topic, its parent's for a leaf."""
    tops = {topic.id: column for column, topic in enumerate(t for t in topics if t.parent_id is None)}
    return {topic.id: tops[topic.parent_id or topic.id] for topic in topics}


def _respondents(
    responses: Sequence[ResponseRow], moment: datetime
) -> tuple[dict[UUID, int], list[Respondent], Floats]:
    row_of: dict[UUID, int] = {}
    rows: dict[UUID, int] = {}
    respondents: list[Respondent] = []
    ages: list[float] = []
    for response in responses:
        response_id, trainee_id = response.id, response.trainee_id
        row = rows.setdefault(trainee_id or response_id, len(respondents))
        if row == len(respondents):
            respondents.append(Respondent(trainee_id))
            ages.append(_age(response, moment))
        ages[row] = min(ages[row], _age(response, moment))
        row_of[response_id] = row
    return row_of, respondents, np.array(ages, dtype=np.float64)


def _age(response: ResponseRow, moment: datetime) -> float:
    """Days since the response was given, never negative, in whole days so that results do not drift."""
    given = response.submitted_at or response.created_at
    return float(max(0, int((moment - given).total_seconds() // SECONDS_PER_DAY)))


def _point_topics(
    points: Sequence[PainPoint],
    tags: Sequence[tuple[UUID, UUID, float]],
    columns: Mapping[UUID, int],
    n_topics: int,
) -> Floats:
    place = {point.id: row for row, point in enumerate(points)}
    confidences = np.zeros((len(points), n_topics))
    for point_id, topic_id, confidence in tags:
        if point_id in place:
            row, column = place[point_id], columns[topic_id]
            confidences[row, column] = max(confidences[row, column], confidence)
    return confidences
