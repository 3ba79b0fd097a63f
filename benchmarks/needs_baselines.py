"""Plain ways to name the topic of a text, to stand beside the product's in the same run."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
import rjieba
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

Topics = Sequence[tuple[str, Sequence[str]]]
Labels = NDArray[np.str_]


class Namer(Protocol):
    """Anything that learns topics and names them."""

    def fit(self, texts: Sequence[str], labels: Sequence[str], topics: Topics) -> Self:
        """Learn from labelled texts, from topics' phrases, or from both."""
        ...

    def predict(self, texts: Sequence[str]) -> Labels:
        """Return one topic code per text."""
        ...


class MostFrequent:
    """Always says the commonest label; the first topic where there is no label."""

    def fit(self, texts: Sequence[str], labels: Sequence[str], topics: Topics) -> Self:
        """Count the labels."""
        self.code = Counter(labels).most_common(1)[0][0] if len(labels) else (topics[0][0] if topics else "")
        return self

    def predict(self, texts: Sequence[str]) -> Labels:
        """Repeat the commonest label."""
        return np.array([self.code] * len(texts), dtype=np.str_)


class KeywordMatch:
    """Counts in a text the phrases of each topic, and on a tie or without any says the most frequent topic."""

    def fit(self, texts: Sequence[str], labels: Sequence[str], topics: Topics) -> Self:
        """Keep the phrases."""
        self.topics = topics
        self.otherwise = MostFrequent().fit(texts, labels, topics).code
        return self

    def predict(self, texts: Sequence[str]) -> Labels:
        """Name the topic with most phrases found."""
        return np.array([self._name(text) for text in texts], dtype=np.str_)

    def _name(self, text: str) -> str:
        found = {code: sum(phrase in text for phrase in phrases) for code, phrases in self.topics}
        most = max(found.values(), default=0)
        best = [code for code, count in found.items() if count == most]
        return best[0] if most and len(best) == 1 else self.otherwise


class LinearMachine:
    """TF-IDF and a linear support vector machine on labelled texts alone, as tutorials do it."""

    def __init__(self, analyzer: Any, ngram_range: tuple[int, int] = (1, 1)) -> None:
        self.analyzer = analyzer
        self.ngram_range = ngram_range

    def fit(self, texts: Sequence[str], labels: Sequence[str], topics: Topics) -> Self:
        """Learn from the labelled texts; phrases are not used."""
        features = TfidfVectorizer(analyzer=self.analyzer, ngram_range=self.ngram_range, sublinear_tf=True)
        self.pipeline: Pipeline = make_pipeline(features, LinearSVC(random_state=0)).fit(texts, labels)
        return self

    def predict(self, texts: Sequence[str]) -> Labels:
        """Name the topics."""
        return np.asarray(self.pipeline.predict(texts), dtype=np.str_)


def baselines() -> dict[str, tuple[Namer, bool]]:
    """Return the baselines by name, and whether each can do without labels."""
    return {
        "most frequent": (MostFrequent(), True),
        "keyword match": (KeywordMatch(), True),
        "words + LinearSVC": (LinearMachine(rjieba.cut), False),
        "characters + LinearSVC": (LinearMachine("char", (1, 3)), False),
    }
