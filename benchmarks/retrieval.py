"""Finding contents by their words, beside other settings and plain ways: `python -m benchmarks.retrieval`.

Four tasks of the product's own texts stand in for pairs of a letter and its official reply, which are not at hand:

- title: a content's title asks, its body is to be found among the bodies of all contents;
- opening: a body's first sentence asks, the rest of it is to be found;
- troubles: the topic tree's own sentences ask, contents mainly about their leaf are to be found (same author);
- blind: answers of the blind set ask, contents of their top topic are to be found (another author's words).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rjieba
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks.needs_answers import blind_answers
from benchmarks.recommend import interval, ndcg_and_recall, shown
from matching import ContentRetriever, normalise
from seed.catalogue import load_catalogue
from seed.topics import load_topics

K = 10
BLIND = Path(__file__).parent / "data/answers.toml"
Floats = NDArray[np.float64]
# Documents and queries to scores of shape (n_queries, n_documents).
Way = Callable[[Sequence[str], Sequence[str]], Floats]
ITSELF = "ContentRetriever"


@dataclass(frozen=True)
class Task:
    """Queries with the documents that they should find, `wanted` of shape (n_queries, n_documents)."""

    queries: Sequence[str]
    documents: Sequence[str]
    wanted: sparse.csr_array


def tasks() -> dict[str, Task]:
    """Return the four tasks."""
    contents = load_catalogue()
    bodies = [content.body for content in contents]
    whole = [f"{content.title}。{content.body}" for content in contents]
    openings = [re.split(r"(?<=[。！？；])", body, maxsplit=1) for body in bodies]
    cut = [parts for parts in openings if len(parts) == 2 and parts[1].strip()]
    leaves = [(leaf, topic.code) for topic in load_topics() for leaf in topic.leaves]
    above = {leaf.code: top for leaf, top in leaves}
    troubles = [(trouble, leaf.code) for leaf, _ in leaves for trouble in leaf.troubles]
    blind = [answer for answer in blind_answers(BLIND) if answer.kind == "single"]
    tops = [{above[code] for code in content.topics} for content in contents]
    of_leaf = np.array([[content.topics[0] == code for content in contents] for _, code in troubles])
    of_top = np.array([[bool(answer.topics & top) for top in tops] for answer in blind])
    return {
        "title": Task([one.title for one in contents], bodies, sparse.csr_array(np.eye(len(bodies)))),
        "opening": Task(
            [one for one, _ in cut], [rest for _, rest in cut], sparse.csr_array(np.eye(len(cut)))
        ),
        "troubles": Task([one for one, _ in troubles], whole, sparse.csr_array(of_leaf)),
        "blind": Task([one.text for one in blind], whole, sparse.csr_array(of_top)),
    }


def plain(texts: Sequence[str]) -> list[str]:
    """Return normalised texts, as the product reads them."""
    return [each.text for each in normalise(texts)]


def product(bm25_share: float) -> Way:
    """Return the product's retriever with a share of BM25."""
    return lambda documents, queries: ContentRetriever(bm25_share=bm25_share).fit(documents).scores(queries)


def tfidf(low: int, high: int) -> Way:
    """Return the cosine of character n-grams."""

    def scores(documents: Sequence[str], queries: Sequence[str]) -> Floats:
        made = TfidfVectorizer(analyzer="char", ngram_range=(low, high), sublinear_tf=True)
        rows = made.fit_transform(plain(documents))
        return np.asarray((made.transform(plain(queries)) @ rows.T).toarray())

    return scores


def words(documents: Sequence[str], queries: Sequence[str]) -> Floats:
    """Return the cosine of search-mode words."""
    made = TfidfVectorizer(analyzer=rjieba.cut_for_search, sublinear_tf=True)
    rows = made.fit_transform(plain(documents))
    return np.asarray((made.transform(plain(queries)) @ rows.T).toarray())


def bm25(low: int, high: int) -> Way:
    """Return BM25 (k1 1.2, b .75) on character n-grams."""

    def scores(documents: Sequence[str], queries: Sequence[str]) -> Floats:
        made = CountVectorizer(analyzer="char", ngram_range=(low, high))
        counts = sparse.csr_array(made.fit_transform(plain(documents)), dtype=np.float64)
        lengths = counts.sum(axis=1)
        discount = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log1p((counts.shape[0] - frequency + 0.5) / (frequency + 0.5))
        per_entry = np.repeat(discount, np.diff(counts.indptr))
        counts.data = counts.data * 2.2 / (counts.data + per_entry) * idf[counts.indices]
        return np.asarray((made.transform(plain(queries)) @ counts.T).toarray())

    return scores


def by_largest(scores: Floats) -> Floats:
    """Divide every row by its largest value."""
    return scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-12)


def summed(*parts: tuple[Way, float]) -> Way:
    """Return a weighted sum of scores, each divided by its largest value for the query."""
    return lambda documents, queries: sum(
        (weight * by_largest(way(documents, queries)) for way, weight in parts),
        np.zeros((len(queries), len(documents))),
    )


def before(documents: Sequence[str], queries: Sequence[str]) -> Floats:
    """Return what the product did before: the cosine, never near 1, has hardly a say."""
    return by_largest(bm25(2, 2)(documents, queries)) + tfidf(1, 3)(documents, queries)


def reciprocal_ranks(*parts: Way, constant: float = 60.0) -> Way:
    """Return reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

    def scores(documents: Sequence[str], queries: Sequence[str]) -> Floats:
        total = np.zeros((len(queries), len(documents)))
        for way in parts:
            order = np.argsort(-way(documents, queries), axis=1, kind="stable")
            total += 1 / (constant + 1 + np.argsort(order, axis=1, kind="stable"))
        return total

    return scores


def ways() -> Mapping[str, Way]:
    """Return everything that is measured."""
    return {
        "words, cosine": words,
        "characters 1–2, cosine": tfidf(1, 2),
        "characters 1–3, cosine": tfidf(1, 3),
        "characters 2–3, cosine": tfidf(2, 3),
        "characters 1–4, cosine": tfidf(1, 4),
        "BM25, characters 1": bm25(1, 1),
        "BM25, characters 2": bm25(2, 2),
        "BM25, characters 1–2": bm25(1, 2),
        "BM25, characters 2–3": bm25(2, 3),
        "reciprocal ranks of BM25 2 and cosine 1–3": reciprocal_ranks(bm25(2, 2), tfidf(1, 3)),
        "BM25 2 and cosine 1–3, both by their largest": summed((bm25(2, 2), 0.5), (tfidf(1, 3), 0.5)),
        "BM25 1–2 and cosine 1–3": summed((bm25(1, 2), 0.5), (tfidf(1, 3), 0.5)),
        "BM25 1–2 and cosine 1–2": summed((bm25(1, 2), 0.5), (tfidf(1, 2), 0.5)),
        "the same by reciprocal ranks": reciprocal_ranks(bm25(1, 2), tfidf(1, 2)),
        "the same and words": summed((bm25(1, 2), 0.4), (tfidf(1, 2), 0.4), (words, 0.2)),
        "BM25 2 by its largest, cosine 1–3 as it is (before)": before,
        **{f"{ITSELF}, BM25 {share:g}": product(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)},
    }


def best(scores: Floats, k: int = K) -> NDArray[np.int64]:
    """Return the k best documents of each query, ties by position."""
    return np.argsort(-np.round(scores, 12), axis=1, kind="stable")[:, :k]


def main() -> None:
    """Measure."""
    made = tasks()
    for name, task in made.items():
        print(f"{name}: {len(task.queries)} queries, {len(task.documents)} documents")
    print(f"{'NDCG@10 [95 % interval] · Recall@10':<48}" + "".join(f"{name:>31}" for name in made))
    for name, way in ways().items():
        row = ""
        for task in made.values():
            found = best(way(task.documents, task.queries))
            ndcg, recall = ndcg_and_recall(found, task.wanted)
            row += f"{shown(interval(ndcg)):>24} {recall.mean():.3f} "
        print(f"{name:<48}{row}", flush=True)


if __name__ == "__main__":
    main()
