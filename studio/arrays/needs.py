"""Answers, ratings and pain points as the arrays of `matching.need_profile`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import CohortRatings, NeedProfile, need_profile
from studio.arrays.topics import top_columns
from studio.store.clock import CHINA
from studio.store.enums import Measure
from studio.store.topics import Topic

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]

# From this grade on a rating says "this is a need", and its giver counts among those who named the topic.
NAMING_GRADE = 4.0


class ResponseRow(NamedTuple):
    """A current response: whose it is and when it was given."""

    id: UUID
    trainee_id: UUID | None
    submitted_at: datetime | None
    created_at: datetime
    wave: int


class PointRow(NamedTuple):
    """A pain point that counts."""

    id: UUID
    response_id: UUID
    measures: Measure
    severity: float | None
    urgency: float | None
    # What the classifier abstained on, it has a guess for.
    abstained: bool
    guess_id: UUID | None
    guess_confidence: float | None


class AskedRow(NamedTuple):
    """An answer that speaks of topics by ticks, ratings or an order; the question tells which."""

    response_id: UUID
    position: int
    number: float | None
    options: list[str] | None


class NeedTable:
    """Collects what the respondents of a cohort said, as the arrays of `matching.need_profile`.

    A row is a trainee over all waves, or one anonymous response; columns are the top topics in order, and a leaf
    counts for its parent. Responses and answers come earlier waves first: of a trainee's ratings the latest count.
    A person names a topic by words, a tick, a place in an order or a high rating.
    What somebody said ages against the same person's newest response: the words of one who has not answered again
    lose nothing when others do. Of anonymous responses, of which nobody knows the person, those of earlier waves age
    against the newest one.
    """

    def __init__(self, topics: Sequence[Topic], responses: Sequence[ResponseRow]) -> None:
        """Begin with the responses."""
        self._columns = top_columns(topics)
        self._by_name = {topic.name: self._columns[topic.id] for topic in topics}
        self._row_of: dict[UUID, int] = {}
        self._place = {response.id: place for place, response in enumerate(responses)}
        self._wave = np.array([response.wave for response in responses], dtype=np.int64)
        self._age: dict[UUID, float] = {}
        self.owners: list[UUID | None] = []
        self._add_respondents(responses)
        n_topics = len(set(self._columns.values()))
        self._named_in = np.zeros((len(responses), n_topics), dtype=np.bool_)
        shape = (len(self.owners), n_topics)
        self.ticks, self.ranks = np.zeros(shape), np.full(shape, np.nan)
        self.severity_ratings, self.urgency_ratings = np.full(shape, np.nan), np.full(shape, np.nan)
        self.point_ids: list[UUID] = []
        self._point_place: dict[UUID, int] = {}
        self._point_response = np.zeros(0, dtype=np.int64)
        self.point_topics = np.zeros((0, n_topics))
        # Guesses of what the classifier abstained on count, too.
        self.topic_chances = np.zeros((0, n_topics))
        self.point_respondent = np.zeros(0, dtype=np.int64)
        self.point_severity, self.point_urgency = np.zeros(0), np.zeros(0)
        self.point_age_days = np.zeros(0)

    def _add_respondents(self, responses: Sequence[ResponseRow]) -> None:
        newest = _newest(responses)
        rows: dict[UUID, int] = {}
        ages: list[float] = []
        for response in responses:
            row = rows.setdefault(response.trainee_id or response.id, len(self.owners))
            wave, day = newest[response.trainee_id]
            # A wave is answered within weeks: who was late makes nobody's words older.
            age = float((day - _given_on(response)).days) if response.wave < wave else 0.0
            if row == len(self.owners):
                self.owners.append(response.trainee_id)
                ages.append(age)
            ages[row] = min(ages[row], age)
            self._row_of[response.id] = row
            self._age[response.id] = age
        self.respondent_age_days: Floats = np.array(ages, dtype=np.float64)

    def add_answers(
        self, answers: Iterable[AskedRow], asked: Mapping[int, tuple[Measure, UUID | None]]
    ) -> None:
        """Add ratings, ticks and orders; `asked` gives by position what a question measures, and of which topic."""
        for answer in answers:
            row, named = self._row_of[answer.response_id], self._named_in[self._place[answer.response_id]]
            measures, topic_id = asked[answer.position]
            if answer.number is not None and topic_id is not None:
                column = self._columns[topic_id]
                if measures is Measure.SEVERITY:
                    self.severity_ratings[row, column] = answer.number
                elif measures is Measure.URGENCY:
                    self.urgency_ratings[row, column] = answer.number
                named[column] |= answer.number >= NAMING_GRADE
            if answer.options:
                named[self._add_options(row, measures, answer.options)] = True

    def _add_options(self, row: int, measures: Measure, options: Sequence[str]) -> list[int]:
        """Add ticks or an order; return the columns that were named."""
        columns = [self._by_name[option] for option in options if option in self._by_name]
        if measures is Measure.URGENCY_ORDER:
            for place, column in enumerate(columns, start=1):
                self.ranks[row, column] = np.fmin(self.ranks[row, column], place)
        elif measures in (Measure.DIFFICULTY, Measure.URGENCY, Measure.SEVERITY):
            self.ticks[row, columns] = 1.0
        return columns

    def add_points(self, points: Sequence[PointRow]) -> None:
        """Add some pain points, in their order; their topics follow by `add_tags`."""
        for point in points:
            self._point_place[point.id] = len(self.point_ids)
            self.point_ids.append(point.id)
        responses = [self._place[point.response_id] for point in points]
        respondents = [self._row_of[point.response_id] for point in points]
        ages = [self._age[point.response_id] for point in points]
        # What was asked for as the thorniest says nothing of urgency, and the other way round.
        thorny = [point.severity if point.measures is not Measure.MOST_URGENT else None for point in points]
        urgent = [point.urgency if point.measures is not Measure.THORNIEST else None for point in points]
        topics = np.zeros((len(points), self.ticks.shape[1]))
        chances = topics.copy()
        for row, point in enumerate(points):
            if point.abstained and point.guess_id is not None and point.guess_confidence is not None:
                chances[row, self._columns[point.guess_id]] = point.guess_confidence
        self._point_response = np.append(self._point_response, np.array(responses, dtype=np.int64))
        self.point_respondent = np.append(self.point_respondent, np.array(respondents, dtype=np.int64))
        self.point_age_days = np.append(self.point_age_days, np.array(ages, dtype=np.float64))
        self.point_severity = np.append(self.point_severity, np.array(thorny, dtype=np.float64))
        self.point_urgency = np.append(self.point_urgency, np.array(urgent, dtype=np.float64))
        self.point_topics = np.concatenate([self.point_topics, topics])
        self.topic_chances = np.concatenate([self.topic_chances, chances])

    def add_tags(self, tags: Iterable[tuple[UUID, UUID, float]]) -> None:
        """Add topics of pain points (point, topic, confidence); of points that are not there, none."""
        for point_id, topic_id, confidence in tags:
            if point_id not in self._point_place:
                continue
            row, column = self._point_place[point_id], self._columns[topic_id]
            for chances in (self.point_topics, self.topic_chances):
                chances[row, column] = max(chances[row, column], confidence)
            self._named_in[self._point_response[row], column] |= confidence > 0

    @property
    def beside_topics(self) -> dict[str, Any]:
        """What `matching.need_profile` takes beside the topics of pain points and who wrote them."""
        return {
            "point_severity": self.point_severity,
            "point_urgency": self.point_urgency,
            "point_age_days": self.point_age_days,
            "ticks": self.ticks,
            "ranks": self.ranks,
            "severity_ratings": self.severity_ratings,
            "urgency_ratings": self.urgency_ratings,
            "rating_age_days": self.respondent_age_days,
        }

    @property
    def named(self) -> Booleans:
        """Which respondent named which topic, in any wave."""
        named = np.zeros(self.ticks.shape, dtype=np.bool_)
        np.logical_or.at(named, list(self._row_of.values()), self._named_in)
        return named

    @property
    def waves(self) -> list[int]:
        """The waves that have respondents, in order."""
        return sorted({int(wave) for wave in self._wave})

    def named_in(self, wave: int) -> tuple[Integers, int]:
        """Return how many respondents of a wave named each topic, and how many there were."""
        # One response of a person counts in a wave.
        of_wave = self._named_in[self._wave == wave]
        return of_wave.sum(axis=0), len(of_wave)


def profile_of(said: NeedTable, ratings: Mapping[Measure, CohortRatings | None]) -> NeedProfile:
    """Return what every respondent needs; `ratings` are the cohort's, of which these may be a part."""
    return need_profile(
        said.point_topics,
        said.point_respondent,
        len(said.owners),
        **said.beside_topics,
        severity_of_cohort=ratings.get(Measure.SEVERITY),
        urgency_of_cohort=ratings.get(Measure.URGENCY),
    )


def deviations_by_code(topics: Sequence[Topic], ratings: CohortRatings) -> dict[str, float]:
    """Return a cohort's view of each top topic by the topic's code, to be stored."""
    return {topic.code: float(value) for topic, value in zip(topics, ratings.deviation, strict=True)}


def ratings_of(topics: Sequence[Topic], mean: float, deviations: Mapping[str, float]) -> CohortRatings:
    """Return a stored view as the engine takes it; of a topic that is new since, the cohort has said nothing."""
    return CohortRatings(mean, np.array([deviations.get(topic.code, 0.0) for topic in topics]))


def _newest(responses: Iterable[ResponseRow]) -> dict[UUID | None, tuple[int, date]]:
    """Return the newest wave and day of each trainee's responses, and of all anonymous ones (None)."""
    newest: dict[UUID | None, tuple[int, date]] = {}
    for response in responses:
        wave, day = newest.get(response.trainee_id, (0, date.min))
        newest[response.trainee_id] = max(wave, response.wave), max(day, _given_on(response))
    return newest


def _given_on(response: ResponseRow) -> date:
    """Return the day in China on which a response was given."""
    return (response.submitted_at or response.created_at).astimezone(CHINA).date()
