"""Finds troubles of the topic tree that are not truly different from one another.

A classifier that learns from templated sentences learns the template. Two signs betray one: sentences that
share most of their character triples, and sentences of a leaf that begin or end alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from seed.topics import TopicSeed, load_topics

NEAR_DUPLICATE = 0.6  # cosine of character-3-gram counts, 0 to 1
STEM_CHARACTERS = 6
STEM_USES = 2  # troubles of one leaf that may share a beginning or an end


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: its kind, the leaves it touches, the troubles, and the number or stem that shows it.

    ``kind`` is ``NEAR_DUPLICATE`` (evidence: the cosine), ``SHARED_BEGINNING`` or ``SHARED_END``
    (evidence: the characters shared).
    """

    kind: str
    leaves: tuple[str, ...]
    troubles: tuple[str, ...]
    evidence: str

    def __str__(self) -> str:
        return f"{self.kind} {self.evidence} in {', '.join(self.leaves)}: {' | '.join(self.troubles)}"


def lint(topics: Iterable[TopicSeed]) -> tuple[Finding, ...]:
    """List every near-duplicate over the whole tree and every overused stem within a leaf."""
    leaves = [leaf for topic in topics for leaf in topic.leaves]
    stems = [finding for leaf in leaves for finding in _shared_stems(leaf)]
    return (*_near_duplicates(leaves), *stems)


def _near_duplicates(leaves: Sequence[TopicSeed]) -> list[Finding]:
    owned = [(leaf.code, trouble) for leaf in leaves for trouble in leaf.troubles]
    if len(owned) < 2:
        return []
    counts = CountVectorizer(analyzer="char", ngram_range=(3, 3)).fit_transform(text for _, text in owned)
    unit = normalize(counts.astype(float))
    cosines = (unit @ unit.T).tocoo()
    pairs = sorted(
        (int(i), int(j), float(cosine))
        for i, j, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True)
        if i < j and cosine >= NEAR_DUPLICATE - 1e-9  # rounding must not let a pair at the threshold slip
    )
    return [
        Finding("NEAR_DUPLICATE", (owned[i][0], owned[j][0]), (owned[i][1], owned[j][1]), f"{cosine:.2f}")
        for i, j, cosine in pairs
    ]


def _shared_stems(leaf: TopicSeed) -> list[Finding]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for trouble in leaf.troubles:
        groups["SHARED_BEGINNING", trouble[:STEM_CHARACTERS]].append(trouble)
        groups["SHARED_END", trouble[-STEM_CHARACTERS:]].append(trouble)
    return [
        Finding(kind, (leaf.code,), tuple(troubles), stem)
        for (kind, stem), troubles in groups.items()
        if len(troubles) > STEM_USES
    ]


def main() -> int:
    """Print the findings about the shipped tree; 0 when there are none, else 1 (``python -m seed.lint``)."""
    findings = lint(load_topics())
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
