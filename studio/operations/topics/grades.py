"""How thorny and how urgent a pain point is, from the question that drew it out and from ratings."""

from collections.abc import Mapping

from studio.store.enums import Measure

# The highest grade: what somebody calls the thorniest, without having rated it.
TOP_GRADE = 5.0


def grades(measures: Measure, ratings: Mapping[Measure, float]) -> tuple[float | None, float | None]:
    """Return severity and urgency: the trainee's own ratings of the topic; the thorniest, unrated, is a 5."""
    severity, urgency = ratings.get(Measure.SEVERITY), ratings.get(Measure.URGENCY)
    if measures is Measure.THORNIEST and severity is None:
        severity = TOP_GRADE
    if measures is Measure.MOST_URGENT and urgency is None:
        urgency = TOP_GRADE
    return severity, urgency
