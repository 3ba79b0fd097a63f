"""Copied answers: one text that several people handed in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from ..arguments import owner_rows
from ..exceptions import InvalidInputError
from .answers import bare_spellings
from .features import ngrams

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Texts compared at a time: what memory holds of them grows with this, not with their square.
_BLOCK = 512
# Texts whose character pairs are sorted at a time.
_READ = 4096


def find_copies(
    texts: Sequence[str], owner: ArrayLike, *, threshold: float = 0.4, least_letters: int = 10
) -> Integers:
    """Find answers that somebody else had handed in before, up to a few characters.

    Parameters
    ----------
    texts : sequence of str
        Answers, the earliest first: the first of its kind is the original.
    owner : int array of shape (n_texts,), at least 0
        Who handed it in. Nobody copies from oneself.
    threshold : float in (0, 1], default 0.4
        Least Jaccard index of the sets of character pairs.
    least_letters : int, at least 1, default 10
        Texts of fewer letters and digits are never copies.

    Returns
    -------
    int array of shape (n_texts,), the position of the original, −1 for what is no copy.

    Raises
    ------
    InvalidInputError
        When a parameter is out of its range.

    Notes
    -----
    Short answers by different people are honest repeats: 不会写材料 is what many would say by themselves. Of 1 278
    clauses by different people (285 written for evaluation, the demo's, 455 citizens' titles) twelve pairs come to
    a Jaccard index of 0.4 or more, eleven of them of 2 to 9 letters; the twelfth, of 16, is one complaint sent
    twice. Near-copies labelled as such lie at 0.41 to 0.60, but for those that are told anew (0.31 to 0.37, among
    which honest pairs of titles lie as well). That is few data, and in a wave of 100 000 answers more honest ones
    will meet.

    Every text is compared with originals only, so likeness does not spread along chains. A pair that is alike
    shares one of the rarer character pairs of each (prefix filter), which finds all of them without comparing
    each with each; equal texts are joined first. Time is that of the meetings of rare pairs, memory that of 512
    texts against the originals.

    References
    ----------
    Chaudhuri, Ganti and Kaushik (2006), A primitive operator for similarity joins in data cleaning (prefix
    filter). Broder (1997), On the resemblance and containment of documents.

    Examples
    --------
    >>> said = ["老旧小区没有物业，环境卫生差", "不会写材料", "老旧小区没物业 环境卫生太差", "不会写材料"]
    >>> find_copies(said, [0, 1, 2, 3]).tolist()
    [-1, -1, 0, -1]

    """
    if not 0 < threshold <= 1 or least_letters < 1:
        raise InvalidInputError(
            "The 'threshold' and 'least_letters' parameters of find_copies must be in (0, 1] and at least 1. "
            f"Got {threshold!r} and {least_letters!r} instead."
        )
    people = owner_rows("owner", owner, len(texts), np.iinfo(np.int64).max)
    bare = bare_spellings(texts)
    place: dict[str, int] = {}
    long_ones = [at for at, text in enumerate(bare) if len(text) >= least_letters]
    for at in long_ones:
        place.setdefault(bare[at], at)
    original = np.arange(len(texts))
    firsts = np.array(list(place.values()), dtype=np.int64)
    if len(firsts):
        original[firsts] = firsts[_originals(list(place), threshold)]
        original[long_ones] = [original[place[bare[at]]] for at in long_ones]
    return np.where(people[original] != people, original, -1)


@dataclass(frozen=True, slots=True)
class _Shingles:
    """Character pairs of texts: all of them, and the rarer ones that show whether two texts may be alike."""

    all: sparse.csr_array
    prefix: sparse.csr_array

    def take(self, rows: Integers) -> "_Shingles":
        return _Shingles(self.all[rows], self.prefix[rows])

    @property
    def sizes(self) -> Integers:
        return np.diff(self.all.indptr)


def _originals(texts: list[str], threshold: float) -> Integers:
    """Return for each of the distinct texts the first original that it is most alike; its own place for those."""
    shingles = _shingles(texts, threshold)
    found = np.arange(len(texts))
    leaders = np.zeros(0, dtype=np.int64)
    for start in range(0, len(texts), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(texts)))
        rest = rows
        if len(leaders):
            row, column, alike = _alike(shingles.take(rows), shingles.take(leaders), threshold)
            best = _best(row, column, alike)
            found[rows[list(best)]] = leaders[list(best.values())]
            rest = np.delete(rows, list(best))
        new = _lead(shingles.take(rest), threshold)
        found[rest] = rest[new]
        leaders = np.append(leaders, rest[new == np.arange(len(rest))])
    return found


def _lead(block: _Shingles, threshold: float) -> Integers:
    """Choose originals among texts that are like none before, in their order."""
    leader = np.arange(block.all.shape[0])
    row, column, alike = _alike(block, block, threshold)
    for late in np.unique(row[column < row]).tolist():
        near = (row == late) & (column < late) & (leader[column] == column)
        leader[late] = _best(row[near], column[near], alike[near]).get(late, late)
    return leader


def _best(row: Integers, column: Integers, alike: Floats) -> dict[int, int]:
    """Return the most alike column of each row, the first of equals."""
    order = np.lexsort((column, -np.round(alike, 9), row))
    first = np.unique(row[order], return_index=True)[1]
    return dict(zip(row[order][first].tolist(), column[order][first].tolist(), strict=True))


def _alike(left: _Shingles, right: _Shingles, threshold: float) -> tuple[Integers, Integers, Floats]:
    """Return the pairs (row, column) that reach the threshold, with their Jaccard index."""
    pairs = sparse.coo_array(left.prefix @ right.prefix.T)
    row, column = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    one, other = left.sizes[row], right.sizes[column]
    # What differs too much in size cannot be alike.
    fitting = np.minimum(one, other) >= threshold * np.maximum(one, other) - 1e-9
    row, column, sizes = row[fitting], column[fitting], (one + other)[fitting]
    both = np.zeros(len(row))
    for start in range(0, len(row), 200_000):
        some = slice(start, start + 200_000)
        both[some] = left.all[row[some]].multiply(right.all[column[some]]).sum(axis=1)
    alike = both / (sizes - both)
    near = alike >= threshold - 1e-9
    return row[near], column[near], alike[near]


def _shingles(texts: list[str], threshold: float) -> _Shingles:
    """Return the sets of character pairs; of n pairs the n − ⌈t·n⌉ + 1 rarest are the prefix.

    Read in blocks: what a block's pairs take while they are sorted would otherwise grow with the texts.
    """
    blocks = [texts[start : start + _READ] for start in range(0, len(texts), _READ)]
    known, rank = _by_rarity(blocks)
    width = max(len(known), 1)
    parts: list[tuple[NDArray[np.int32], Integers]] = []
    for block in blocks:
        found = ngrams(block, 2, 2)
        # Columns from the rarest on, so that the first of a row are its prefix.
        pairs = np.unique(found.rows * width + rank[np.searchsorted(known, found.codes)])
        rows, columns = np.divmod(pairs, width)
        parts.append((columns.astype(np.int32), np.bincount(rows, minlength=len(block))))
    columns, sizes = (np.concatenate(column) for column in zip(*parts, strict=True))
    ends = np.append(0, np.cumsum(sizes))
    kept = np.minimum(sizes, sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1)
    in_prefix = np.arange(len(columns)) - np.repeat(ends[:-1], sizes) < np.repeat(kept, sizes)
    return _Shingles(
        _rows(columns, ends, width), _rows(columns[in_prefix], np.append(0, np.cumsum(kept)), width)
    )


def _by_rarity(blocks: Sequence[list[str]]) -> tuple[Integers, Integers]:
    """Return all character pairs, sorted, and for each its place from the rarest on."""
    counted = [np.unique(ngrams(block, 2, 2).codes, return_counts=True) for block in blocks]
    codes, counts = (np.concatenate(column) for column in zip(*counted, strict=True))
    known, place = np.unique(codes, return_inverse=True)
    frequency = np.bincount(place, weights=counts, minlength=len(known))
    rank = np.empty(len(known), dtype=np.int64)
    rank[np.argsort(frequency, kind="stable")] = np.arange(len(known))
    return known, rank


def _rows(columns: NDArray[np.int32], ends: Integers, width: int) -> sparse.csr_array:
    ones = np.ones(len(columns), dtype=np.float32)
    return sparse.csr_array((ones, columns, ends.astype(np.int32)), shape=(len(ends) - 1, width))
