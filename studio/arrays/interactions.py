"""What trainees took up as the matrices of `matching.check_interactions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from studio.arrays.contents import CatalogueArrays
from studio.store.content_events import Interaction


@dataclass(frozen=True)
class InteractionArrays:
    """Interactions with active contents as parallel arrays; users are rows of `trainee_ids`, moments in seconds."""

    trainee_ids: Sequence[UUID]
    user: NDArray[np.int64]
    content: NDArray[np.int64]
    when: NDArray[np.float64]
    n_contents: int

    def matrix(self, chosen: NDArray[np.bool_] | None = None) -> sparse.csr_array:
        """Return the interactions, or the chosen ones, of shape (n_users, n_contents)."""
        kept = np.ones(len(self.user), dtype=bool) if chosen is None else chosen
        pairs = (self.user[kept], self.content[kept])
        shape = (len(self.trainee_ids), self.n_contents)
        return sparse.csr_array((np.ones(int(kept.sum())), pairs), shape=shape)

    def rows_of(
        self, trainee_ids: Sequence[UUID], chosen: NDArray[np.bool_] | None = None
    ) -> sparse.csr_array:
        """Return what these trainees took up, of shape (n_trainees, n_contents); new ones have empty rows."""
        wanted = {trainee_id: place for place, trainee_id in enumerate(trainee_ids)}
        place = np.array([wanted.get(trainee_id, -1) for trainee_id in self.trainee_ids], dtype=np.int64)
        row = place[self.user]
        kept = (row >= 0) if chosen is None else (row >= 0) & chosen
        shape = (len(trainee_ids), self.n_contents)
        return sparse.csr_array((np.ones(int(kept.sum())), (row[kept], self.content[kept])), shape=shape)

    def taken_by(self, trainee_ids: Sequence[UUID], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which of the chosen interactions these trainees have, of shape (n_trainees, n_contents)."""
        return np.asarray(self.rows_of(trainee_ids, chosen).toarray() > 0)


def stacked(blocks: Sequence[NDArray[np.float64]], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return blocks of rows as one matrix of this shape."""
    return np.vstack(blocks) if blocks else np.zeros(shape)


def interaction_arrays(
    catalogue: CatalogueArrays, trainee_ids: Sequence[UUID], interactions: Sequence[Interaction]
) -> InteractionArrays:
    """Return the interactions of these trainees in the order of trainees and contents, whatever their own."""
    row = {trainee_id: place for place, trainee_id in enumerate(trainee_ids)}
    ordered = sorted(
        (row[one.trainee_id], catalogue.row[one.content_id], one.at.timestamp())
        for one in interactions
        if one.trainee_id in row and one.content_id in catalogue.row
    )
    return InteractionArrays(
        trainee_ids=trainee_ids,
        user=np.array([user for user, _, _ in ordered], dtype=np.int64),
        content=np.array([content for _, content, _ in ordered], dtype=np.int64),
        when=np.array([when for _, _, when in ordered], dtype=np.float64),
        n_contents=len(catalogue.contents),
    )
