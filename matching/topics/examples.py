"""What a topic classifier learns from, and the texts that it is examined on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError
from ..texts.answers import near_duplicates
from ..texts.normalise import normalise

Topics = Sequence[tuple[str, Sequence[str]]]

# The label of a text that none of the topics fits.
NO_TOPIC = ""

# Validation texts made of held-out phrases are joined up to this many characters: a short answer's length.
_ANSWER_LENGTH = 20
# A wording of so many characters reads like something said, a shorter one like a heading.
_SAID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Examples:
    """Training texts in one spelling.

    Attributes
    ----------
    texts : tuple of str, n_examples of them
    columns : int array of shape (n_examples,)
        Position of the topic in the classifier's `classes_`, the number of topics where none of them fits.
    is_phrase : bool array of shape (n_examples,)
        A topic's own wording, not a labelled answer.
    unlabelled : tuple of str
        Further answers, for document frequencies alone.

    """

    texts: tuple[str, ...]
    columns: NDArray[np.int64]
    is_phrase: NDArray[np.bool_]
    unlabelled: tuple[str, ...]

    def take(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Return the chosen examples, bool array of shape (n_examples,), and all unlabelled texts."""
        texts = tuple(text for text, keep in zip(self.texts, chosen, strict=True) if keep)
        return Examples(texts, self.columns[chosen], self.is_phrase[chosen], self.unlabelled)

    def wordings(self, n_topics: int) -> list[str]:
        """Join each topic's phrases into one text; a topic without phrases lends its labelled texts."""
        lines: list[list[str]] = [[] for _ in range(n_topics)]
        has_phrase = np.bincount(self.columns[self.is_phrase], minlength=n_topics) > 0
        for text, column, is_phrase in zip(self.texts, self.columns, self.is_phrase, strict=True):
            if is_phrase or not has_phrase[column]:
                lines[column].append(text)
        return [" ".join(each) for each in lines]

    def deal_folds(self, n_folds: int) -> NDArray[np.int64]:
        """Deal the examples of each topic into folds, phrases and answers apart, shape (n_examples,).

        Copies of a text go into one fold: whoever has seen one has seen them all.
        """
        copy_of = near_duplicates(self.texts)
        folds = np.zeros(len(self.texts), dtype=np.int64)
        for column in np.unique(self.columns).tolist():
            for is_phrase in (True, False):
                # A shuffle of its own: more answers leave the phrases' folds, and what was read of them, as they are.
                shuffle = np.random.default_rng((column, is_phrase))
                group = np.flatnonzero((self.columns == column) & (self.is_phrase == is_phrase))
                distinct, which = np.unique(copy_of[group], return_inverse=True)
                folds[group] = (shuffle.permutation(len(distinct)) % n_folds)[which]
        return folds


def gather_examples(
    texts: Sequence[str], labels: Sequence[str | None], topics: Topics, others: Sequence[str] = ()
) -> tuple[Examples, NDArray[np.str_]]:
    """Join labelled answers, topics' phrases and `others`, of no topic; return them with the sorted topic codes.

    Raises
    ------
    InvalidInputError
        When lengths differ, a label is no code, topics are no pairs, or no topic is known at all.

    """
    if len(texts) != len(labels):
        raise InvalidInputError(
            f"The 'labels' parameter of fit must be as long as 'texts' ({len(texts)}). "
            f"Got {len(labels)} instead."
        )
    _check_codes(labels, topics)
    lines = [each.text for each in normalise(texts)]
    answers = [(line, str(label)) for line, label in zip(lines, labels, strict=True) if label is not None]
    wordings = [*topics, (NO_TOPIC, others)]
    phrases = [(each.text, code) for code, wording in wordings for each in normalise(wording)]
    codes = [code for code, _ in topics] + [label for _, label in answers if label != NO_TOPIC]
    if not codes:
        raise InvalidInputError("The 'topics' parameter of fit must name a topic where no text is labelled.")
    classes = np.unique(np.array(codes, dtype=np.str_))
    pairs = phrases + answers
    labelled = np.array([code for _, code in pairs], dtype=np.str_)
    columns = np.where(labelled == NO_TOPIC, len(classes), np.searchsorted(classes, labelled))
    unlabelled = tuple(line for line, label in zip(lines, labels, strict=True) if label is None)
    is_phrase = np.arange(len(pairs)) < len(phrases)
    return Examples(tuple(line for line, _ in pairs), columns, is_phrase, unlabelled), classes


def _check_codes(labels: Sequence[str | None], topics: Topics) -> None:
    # A table's empty cell comes as NaN, which would become a topic by that name.
    unfit = [label for label in labels if isinstance(label, float)]
    if unfit:
        raise InvalidInputError(
            f"The 'labels' parameter of fit must hold topic codes, '' or None. Got {unfit[0]!r} among them."
        )
    if isinstance(topics, Mapping) or any(isinstance(each, str) or len(each) != 2 for each in topics):
        raise InvalidInputError("The 'topics' parameter of fit must be a list of pairs (code, phrases).")


@dataclass(frozen=True, slots=True)
class Validation:
    """Texts that a model is examined on.

    Attributes
    ----------
    texts : list of str, n_texts of them
    columns : list of int
        The right topic of each.
    is_phrase : list of bool
        Made of phrases, not a labelled answer.
    is_said : list of bool
        Reads like an answer: one, or made of wordings that are no mere headings.

    """

    texts: list[str]
    columns: list[int]
    is_phrase: list[bool]
    is_said: list[bool]


def validation_texts(held_out: Examples) -> Validation:
    """Take answers as they are and join a topic's short phrases to an answer's length.

    A heading of four characters is harder to place than an answer: left alone it would make the model too
    modest.
    """
    made = Validation([], [], [], [])
    pending: dict[int, list[str]] = {}
    for text, column, is_phrase in zip(
        held_out.texts, held_out.columns.tolist(), held_out.is_phrase.tolist(), strict=True
    ):
        parts = [*pending.pop(column, []), text] if is_phrase else [text]
        joined = " ".join(parts)
        if is_phrase and len(joined) < _ANSWER_LENGTH:
            pending[column] = parts
            continue
        made.texts.append(joined)
        made.columns.append(column)
        made.is_phrase.append(is_phrase)
        made.is_said.append(not is_phrase or min(map(len, parts)) >= _SAID_LENGTH)
    return made
