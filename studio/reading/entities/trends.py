"""What changed in a cohort's needs since the wave before."""

import sqlalchemy as sa

from studio.reading.fields import Alias, Entity, Value, flag, integer, number, one
from studio.reading.own import tables


def _fewest(row: Alias) -> Value:
    """Return the number of people behind the smaller share: both are shown, so both must be large."""
    return sa.case((row.c.named_before < row.c.named_after, row.c.named_before), else_=row.c.named_after)


TRENDS = (
    Entity(
        "TopicTrend",
        tables["topic_trend"],
        {
            "topic": one("Topic", "topic_id"),
            "wave": integer("wave"),
            "waveBefore": integer("wave_before"),
            "namedBefore": integer("named_before"),
            "namedAfter": integer("named_after"),
            "shareBefore": number("share_before"),
            "shareAfter": number("share_after"),
            "riseProbability": number("rise_probability"),
            "rising": flag("rising"),
        },
        people=_fewest,
    ),
)
