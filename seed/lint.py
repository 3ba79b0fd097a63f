"""Finds troubles of the topic tree and contents of the catalogue that are not truly different from one another,
and leaves of the tree that lack a kind of content.

A classifier that learns from templated sentences learns the template, and a reader who has seen one templated
text skips the rest. Two signs betray a template: texts that share most of their character triples, and texts
that begin or end alike.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from seed.catalogue import ContentSeed, load_catalogue
from seed.topics import TopicSeed, load_topics
from studio.store.enums import ContentKind

NEAR_DUPLICATE = 0.6  # cosine of character-3-gram counts, 0 to 1
STEM_CHARACTERS = 6
STEM_USES = 2  # troubles of one leaf that may share a beginning or an end

WANTED_KINDS = (ContentKind.COURSE, ContentKind.CASE, ContentKind.TEMPLATE)  # of every leaf, as main topic
# Texts of 100 to 300 characters share few triples by chance: half of one text copied into another gives about .5.
CONTENT_NEAR_DUPLICATE = 0.25
OPENING_CHARACTERS = 4  # of a body; no two contents may share them, nor STEM_CHARACTERS at either end

Owned = tuple[str, str]  # code of a leaf or content, text


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: its kind, the leaves or contents it touches, the texts, and the number or words that show it.

    ``kind`` is ``NEAR_DUPLICATE`` (evidence: the cosine), ``SHARED_BEGINNING`` or ``SHARED_END``
    (evidence: the characters shared), or ``MISSING_KIND`` (evidence: the kind of content; no texts).
    """

    kind: str
    codes: tuple[str, ...]
    texts: tuple[str, ...]
    evidence: str

    def __str__(self) -> str:
        return f"{self.kind} {self.evidence} in {', '.join(self.codes)}: {' | '.join(self.texts)}"


def lint_topics(topics: Iterable[TopicSeed]) -> tuple[Finding, ...]:
    """List every near-duplicate over the whole tree and every overused stem within a leaf."""
    leaves = [leaf for topic in topics for leaf in topic.leaves]
    troubles = [(leaf.code, trouble) for leaf in leaves for trouble in leaf.troubles]
    stems = [finding for leaf in leaves for finding in _shared_stems(leaf)]
    return (*_near_duplicates(troubles, NEAR_DUPLICATE), *stems)


def lint_catalogue(contents: Sequence[ContentSeed], leaves: Iterable[str]) -> tuple[Finding, ...]:
    """List every kind that a leaf (by code) lacks, every two bodies that are near-duplicates, and every
    beginning of a title or body, or end of a body, that contents share.
    """
    titles = [(content.code, content.title) for content in contents]
    bodies = [(content.code, _without_blanks(content.body)) for content in contents]
    return (
        *_missing_kinds(contents, leaves),
        *_near_duplicates(bodies, CONTENT_NEAR_DUPLICATE),
        *_shared("SHARED_BEGINNING", titles, lambda title: title[:STEM_CHARACTERS]),
        *_shared("SHARED_BEGINNING", bodies, lambda body: body[:OPENING_CHARACTERS]),
        *_shared("SHARED_END", bodies, lambda body: body[-STEM_CHARACTERS:]),
    )


def _without_blanks(body: str) -> str:
    """Leave out white space and the places to fill in, which all templates have in common."""
    return "".join(body.split()).replace("_", "").replace("｜", "")


def _missing_kinds(contents: Iterable[ContentSeed], leaves: Iterable[str]) -> list[Finding]:
    led: Collection[tuple[str, ContentKind]] = {(content.topics[0], content.kind) for content in contents}
    return [
        Finding("MISSING_KIND", (leaf,), (), kind.value)
        for leaf in leaves
        for kind in WANTED_KINDS
        if (leaf, kind) not in led
    ]


def _near_duplicates(owned: Sequence[Owned], threshold: float) -> list[Finding]:
    if len(owned) < 2:
        return []
    counts = CountVectorizer(analyzer="char", ngram_range=(3, 3)).fit_transform(text for _, text in owned)
    unit = normalize(counts.astype(float))
    cosines = (unit @ unit.T).tocoo()
    pairs = sorted(
        (int(i), int(j), float(cosine))
        for i, j, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True)
        if i < j and cosine >= threshold - 1e-9  # rounding must not let a pair at the threshold slip
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


def _shared(kind: str, owned: Iterable[Owned], stem_of: Callable[[str], str]) -> list[Finding]:
    groups: dict[str, list[Owned]] = defaultdict(list)
    for one in owned:
        groups[stem_of(one[1])].append(one)
    return [
        Finding(kind, tuple(code for code, _ in group), tuple(text for _, text in group), stem)
        for stem, group in groups.items()
        if len(group) > 1
    ]


def main() -> int:
    """Print the findings about the shipped tree and catalogue; 0 when there are none, else 1
    (``python -m seed.lint``).
    """
    topics = load_topics()
    leaves = [leaf.code for topic in topics for leaf in topic.leaves]
    findings = (*lint_topics(topics), *lint_catalogue(load_catalogue(), leaves))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
