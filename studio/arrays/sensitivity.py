"""Needs of a match run's trainees, drawn anew from what they said."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import need_draws
from matching.trust.draws import NeedDraw
from studio.arrays.needs import NeedTable


def drawn_needs(said: NeedTable, trainee_ids: Sequence[UUID]) -> NeedDraw:
    """Return a function that draws the needs of these trainees, in their order; of the silent they are 0."""
    row_of = {owner: row for row, owner in enumerate(said.owners) if owner is not None}
    heard = [place for place, trainee_id in enumerate(trainee_ids) if trainee_id in row_of]
    rows = [row_of[trainee_ids[place]] for place in heard]
    draw = need_draws(said.topic_chances, said.point_respondent, len(said.owners), **said.beside_topics)

    def draw_needs(random: np.random.Generator) -> NDArray[np.float64]:
        needs = np.zeros((len(trainee_ids), said.ticks.shape[1]))
        needs[heard] = draw(random)[rows]
        return needs

    return draw_needs
