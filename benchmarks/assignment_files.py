"""Published problems as cases, from files that a reader has at hand; none of them is in the repository.

- `assignN.txt` of OR-Library (J. E. Beasley, 1990): the size n, then n × n costs to be minimised. With m the highest
  cost, a cost c becomes the score (m + 1 - c) / m, so that the cost is n (m + 1) - m × total, as the case says.
- `.npz` of reviewer assignment: `similarity_matrix` (n_reviewers, n_papers), 0 to 1, and, where some may not review a
  paper, `mask_matrix` of ones there. Papers are the trainees, reviewers the mentors.
"""

from pathlib import Path

import numpy as np

from benchmarks.assignment_cases import Case

# Reviewers of a paper; a reviewer takes one paper more than an even share would be.
REVIEWERS = 3


def read_case(path: Path) -> Case:
    """Read a case; ValueError says what a file should hold."""
    return _reviewers(path) if path.suffix == ".npz" else _costs(path)


def _costs(path: Path) -> Case:
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    size = int(numbers[0]) if len(numbers) else 0
    if size < 1 or len(numbers) != 1 + size * size:
        raise ValueError(f"{path.name}: a size n and n × n costs are wanted, {len(numbers)} numbers came")
    costs = numbers[1:].reshape(size, size)
    highest = max(int(costs.max()), 1)
    scores = (highest + 1 - costs) / highest
    each = np.ones(size, dtype=np.int64)
    name = f"{path.stem}, {size} × {size}, cost = {size * (highest + 1)} - {highest} × total"
    return Case(name, scores, each, 0 * each, np.ones(scores.shape, dtype=bool))


def _reviewers(path: Path) -> Case:
    with np.load(path) as arrays:
        if "similarity_matrix" not in arrays:
            raise ValueError(f"{path.name}: an array similarity_matrix is wanted, {list(arrays)} came")
        scores = np.asarray(arrays["similarity_matrix"], dtype=np.float64).T
        masked = arrays.get("mask_matrix", np.zeros(scores.T.shape)).T != 0
    n_papers, n_reviewers = scores.shape
    places = np.full(n_reviewers, -(-REVIEWERS * n_papers // n_reviewers) + 1)
    name = f"{path.stem}, {n_papers} papers × {n_reviewers} reviewers, {REVIEWERS} each, loads to {places[0]}"
    return Case(name, np.round(scores, 6), places, 0 * places, ~masked, REVIEWERS)
