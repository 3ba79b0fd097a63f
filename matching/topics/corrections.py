"""Answers whose topics people have decided: what stands apart among them, and what they teach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..exceptions import InvalidInputError
from ..texts.answers import near_duplicates, split_clauses, split_points
from ..texts.untroubled import is_junk, is_resolved
from .examples import NO_TOPIC
from .reader import AnswerReader


@dataclass(frozen=True, slots=True)
class CorrectedAnswers:
    """Answers with the topics that people say they have.

    Attributes
    ----------
    texts : tuple of str, n_answers of them
        The answers as written.
    topics : tuple of frozenset of str, n_answers of them
        Codes of each answer's topics, upper ones and leaves; empty where none of the topics fits.
    owners : tuple of str, n_answers of them
        Who said it; equal for answers of one person.

    """

    texts: tuple[str, ...]
    topics: tuple[frozenset[str], ...]
    owners: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.topics) == len(self.owners):
            raise InvalidInputError(
                "The 'texts', 'topics' and 'owners' of CorrectedAnswers must be equally many. Got "
                f"{len(self.texts)}, {len(self.topics)} and {len(self.owners)} instead."
            )

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, chosen: NDArray[np.bool_]) -> "CorrectedAnswers":
        """Return the chosen answers, bool array of shape (n_answers,)."""
        kept = np.flatnonzero(chosen).tolist()
        return CorrectedAnswers(
            tuple(self.texts[row] for row in kept),
            tuple(self.topics[row] for row in kept),
            tuple(self.owners[row] for row in kept),
        )

    @property
    def upper(self) -> tuple[frozenset[str], ...]:
        """Upper topics of each answer."""
        return tuple(frozenset(code.partition(".")[0] for code in codes) for codes in self.topics)


def independent_groups(answers: CorrectedAnswers) -> NDArray[np.int64]:
    """Put answers together that must not stand on both sides of a split.

    They are those of one person and near-copies of one another, and what these lead to: whoever has seen one has
    partly seen the others.

    Parameters
    ----------
    answers : CorrectedAnswers

    Returns
    -------
    int array of shape (n_answers,), the number of each answer's group, from 0.

    Examples
    --------
    >>> said = CorrectedAnswers(("停车难没人管", "材料多", "停车难,没人管"), (frozenset(),) * 3, ("a", "b", "b"))
    >>> independent_groups(said).tolist()
    [0, 0, 0]

    """
    if not len(answers):
        return np.zeros(0, dtype=np.int64)
    rows = np.arange(len(answers))
    _, owner = np.unique(np.array(answers.owners, dtype=np.str_), return_inverse=True)
    _, first = np.unique(owner, return_index=True)
    links = np.concatenate([near_duplicates(answers.texts), first[owner]])
    shape = (len(answers), len(answers))
    graph = sparse.csr_array((np.ones(2 * len(answers)), (np.tile(rows, 2), links)), shape=shape)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def lessons(answers: CorrectedAnswers, reader: AnswerReader) -> tuple[list[str], list[str | None]]:
    """Return the texts and labels that answers teach, as `AnswerReader.from_topics` takes them.

    An answer of one topic teaches it as a whole. One of several teaches by its parts: each point, or clause where it
    is one point, goes to that of the answer's topics which the reader finds likeliest in it. An answer without topic
    teaches what none of the topics sounds like, unless it is good news or says nothing. A leaf is taught
    instead of its parent.

    Parameters
    ----------
    answers : CorrectedAnswers
    reader : AnswerReader
        Decides between the topics of one answer.

    Returns
    -------
    (texts, labels), of equal length; a label is "" where no topic fits, None where nothing is taught.

    Examples
    --------
    >>> reader = AnswerReader.from_topics([("PARKING", ["停车难", "没有车位"]), ("FIRE", ["楼道堆物"])])
    >>> said = CorrectedAnswers(("没有车位；楼道堆物",), (frozenset({"FIRE", "PARKING"}),), ("a",))
    >>> lessons(said, reader)
    (['没有车位', '楼道堆物'], ['PARKING', 'FIRE'])

    """
    texts: list[str] = []
    labels: list[str | None] = []
    for text, codes in zip(answers.texts, answers.topics, strict=True):
        wanted = _most_specific(codes)
        if len(wanted) < 2:
            parts, said = [text], [wanted[0] if wanted else _label_without_topic(text)]
        else:
            parts = _parts(text)
            said = [*_likeliest(reader, parts, wanted)] if len(parts) > 1 else []
            parts = parts if said else []
        texts += parts
        labels += said
    return texts, labels


def _label_without_topic(text: str) -> str | None:
    """Return what an answer of no topic teaches: good news speaks of topics, though it has no trouble with them."""
    (says_nothing,), (is_good_news,) = is_junk([text]), is_resolved([text])
    return None if says_nothing or is_good_news else NO_TOPIC


def _most_specific(codes: frozenset[str]) -> list[str]:
    """Return leaves in place of their parents; of a topic with several leaves the topic."""
    leaves: dict[str, list[str]] = {}
    for code in sorted(codes):
        upper = code.partition(".")[0]
        leaves.setdefault(upper, [])
        if upper != code:
            leaves[upper].append(code)
    return [below[0] if len(below) == 1 else upper for upper, below in leaves.items()]


def _parts(text: str) -> list[str]:
    spans = split_points(text)
    if len(spans) == 1:
        spans = split_clauses(text, spans[0])
    return [text[start:end] for start, end in spans]


def _likeliest(reader: AnswerReader, parts: Sequence[str], wanted: Sequence[str]) -> list[str]:
    classes = reader.upper.classes_.tolist()
    known = [code for code in wanted if code.partition(".")[0] in classes]
    if not known:
        return []
    columns = [classes.index(code.partition(".")[0]) for code in known]
    best = reader.upper.predict_proba(parts)[:, columns].argmax(axis=1)
    return [known[place] for place in best.tolist()]
