"""How much a pairing helped, as its two sides say."""

from datetime import datetime

import strawberry

from graph.enums import Party
from graph.reading.stored import stored


@strawberry.type(description="How much one side says that a pairing helped.")
class PairRating:
    """How much one side says that a pairing helped."""

    party: Party = stored("Whose rating it is.")
    rating: int = stored("1 (no help at all) to 5 (could not be better).")
    note: str | None = stored("What was added in words.")
    rated_at: datetime = stored("When.")
