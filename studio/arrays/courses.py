"""A cohort's needs and its mentors as the arrays of `matching.plan_courses`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import HeatMap
from studio.arrays.topics import topic_matrix
from studio.store.people import Mentor, Person, Region
from studio.store.topics import Topic

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class CourseArrays:
    """The planner's input, with whose columns and rows they are."""

    topics: Sequence[Topic]
    mentors: Sequence[Mentor]
    need: Floats
    strength: Floats
    # Places that this cohort can have.
    capacity: Integers
    # Mean need and respondents of each county; empty where no respondent's county is known.
    counties: Sequence[str]
    county_need: Floats
    county_trainees: Integers
    # Place in `counties` of each mentor's own county, −1 where none of the respondents lives there.
    mentor_county: Integers


def course_arrays(
    topics: Sequence[Topic],
    people: Sequence[tuple[Mentor, Person, Region | None]],
    strengths: Mapping[UUID, Mapping[UUID, float]],
    free: Mapping[UUID, int],
    need: Floats,
    counties: Sequence[str],
    heat: HeatMap,
) -> CourseArrays:
    """Return the arrays; `free` are places by mentor.

    Rows of `need` are respondents, columns top topics; rows of `heat` are counties.
    """
    mentors = [mentor for mentor, _, _ in people]
    place = {county: row for row, county in enumerate(counties)}
    return CourseArrays(
        topics=topics,
        mentors=mentors,
        need=need,
        strength=topic_matrix(strengths, [mentor.id for mentor in mentors], [topic.id for topic in topics]),
        capacity=np.array([free.get(mentor.id, 0) for mentor in mentors], dtype=np.int64),
        counties=counties,
        county_need=heat.mean,
        county_trainees=heat.n_respondents,
        mentor_county=np.array(
            [place.get(region.county, -1) if region else -1 for _, _, region in people], dtype=np.int64
        ),
    )
