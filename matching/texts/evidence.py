"""The words of a text that speak for a topic, as characters of the original."""

from collections.abc import Sequence

import numpy as np
import rjieba
from numpy.typing import NDArray

from .features import Vocabulary, ngrams, spell_digits
from .normalise import NormalisedText

Floats = NDArray[np.float64]


def find_spans(
    texts: Sequence[NormalisedText], topics: NDArray[np.int64], vocabulary: Vocabulary, pull: Floats
) -> list[tuple[int, int]]:
    """Find in each text the stretch that pulls most towards its topic.

    Parameters
    ----------
    texts : sequence of NormalisedText, n_texts of them
        Where to look.
    topics : int array of shape (n_texts,)
        Column of the topic that each text is read for.
    vocabulary : Vocabulary
        Character 1–3-grams that the model knows.
    pull : float array of shape (n_terms, n_topics)
        Weight of each n-gram for each topic, above 0 where it speaks for it.

    Returns
    -------
    list of (start, end) in characters of the original, end excluded, borders on words; (0, 0) without any
    word.

    Notes
    -----
    Each n-gram shares its weight among its characters; the stretch is the one whose sum above the text's half
    mean is largest (Kadane's scan), widened to whole words.

    """
    per_character = _character_scores([each.text for each in texts], topics, vocabulary, pull)
    spans = []
    for text, scores in zip(texts, per_character, strict=True):
        start, end = _to_words(text.text, *_best_stretch(scores))
        spans.append(text.original_span(start, end) if start < end else (0, 0))
    return spans


def _character_scores(
    lines: Sequence[str], topics: NDArray[np.int64], vocabulary: Vocabulary, pull: Floats
) -> list[list[float]]:
    found = ngrams(spell_digits(lines), 1, 3)
    columns = vocabulary.columns(found.codes)
    known = columns >= 0
    rows, starts, lengths = found.rows[known], found.starts[known], found.lengths[known]
    columns = columns[known]
    share = vocabulary.idf[columns] * pull[columns, topics[rows]] / lengths
    sizes = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
    borders = np.concatenate([[0], np.cumsum(sizes)])
    scores = np.zeros(int(borders[-1]))
    for step in range(3):
        inside = lengths > step
        np.add.at(scores, borders[rows[inside]] + starts[inside] + step, share[inside])
    flat = scores.tolist()
    return [flat[start:end] for start, end in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)]


def _best_stretch(scores: list[float]) -> tuple[int, int]:
    if not scores:
        return 0, 0
    floor = max(sum(score for score in scores if score > 0) / len(scores) / 2, 0.0)
    best, best_sum, start, running = (0, 0), -np.inf, 0, 0.0
    for place, score in enumerate(scores):
        if running <= 0:
            start, running = place, 0.0
        running += score - floor
        if running > best_sum:
            best, best_sum = (start, place + 1), running
    return best


def _to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen to whole words, then drop spaces and punctuation at both ends."""
    if start < end:
        for _, left, right in rjieba.tokenize(text, "default"):
            if left < start < right:
                start = left
            if left < end < right:
                end = right
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return start, end
