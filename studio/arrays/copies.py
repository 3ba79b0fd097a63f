"""Stored answers as the input of `matching.find_copies`."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from matching import find_copies


class SaidRow(NamedTuple):
    """A pain point and who said it: the trainee, or an anonymous response."""

    id: UUID
    text: str
    respondent_id: UUID
    copy_of_id: UUID | None
    # Whether it is in use: its response is not replaced, and it says something.
    current: bool
    wave: int


def originals(points: Sequence[SaidRow]) -> dict[UUID, UUID]:
    """Return the copies among the current pain points, each with the one that was handed in first.

    Waves stand apart: whoever answered anonymously may say the same again in the next one.
    """
    copies: dict[UUID, UUID] = {}
    in_use = sorted((point for point in points if point.current), key=lambda point: point.wave)
    for _, of_wave in groupby(in_use, key=lambda point: point.wave):
        copies |= _copies_in(list(of_wave))
    return copies


def _copies_in(points: Sequence[SaidRow]) -> dict[UUID, UUID]:
    people: dict[UUID, int] = {}
    owners = [people.setdefault(point.respondent_id, len(people)) for point in points]
    found = find_copies([point.text for point in points], owners).tolist()
    return {point.id: points[at].id for point, at in zip(points, found, strict=True) if at >= 0}
