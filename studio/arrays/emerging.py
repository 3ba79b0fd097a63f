"""Pain points that no topic covers as the input of `matching.emerging_points`."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from matching import emerging_points


class OpenRow(NamedTuple):
    """An undecided pain point; `voice` is who said it, or whose words it copies.

    `confidence` is that of the surest topic under which it was filed, 0 where it was left open.
    """

    id: UUID
    text: str
    voice: UUID
    confidence: float


class Group(NamedTuple):
    """Pain points that several people share."""

    members: list[UUID]
    people: int
    label: str
    central: UUID


def groups_of(points: Sequence[OpenRow], known: Sequence[str]) -> list[Group]:
    """Return the groups, most people first; `known` are texts about known topics."""
    voices: dict[UUID, int] = {}
    owners = [voices.setdefault(point.voice, len(voices)) for point in points]
    texts, confidence = [point.text for point in points], [point.confidence for point in points]
    return [
        Group(
            [points[place].id for place in found.members],
            found.n_people,
            "、".join(found.words),
            points[found.central].id,
        )
        for found in emerging_points(texts, owners, background=known, confidence=confidence)
    ]
