"""What changed in a cohort's needs since the wave before."""

import strawberry

from graph.reading.stored import stored
from graph.references import Topic


@strawberry.type(description="How a topic changed from the wave before to a cohort's latest wave.")
class TopicTrend:
    """How a topic changed from the wave before to the latest."""

    topic: Topic | None = stored("The topic.")
    wave: int = stored("The latest wave that has respondents.")
    wave_before: int = stored("The wave that it is compared with.")
    named_before: int = stored("How many respondents of the wave before named the topic, each counted once.")
    named_after: int = stored("How many respondents of the latest wave named it, each counted once.")
    share_before: float = stored("Their share of all respondents of the wave before, 0–1.")
    share_after: float = stored("Their share of all respondents of the latest wave, 0–1.")
    rise_probability: float = stored("Posterior probability that the share rose, 0–1.")
    rising: bool = stored("True when the probability is above 0.95 and at least five people name it now.")
