import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from matching import ContentRetriever, InvalidInputError, NotFittedError

DOCUMENTS = [
    "电梯加装怎么谈:一楼不同意怎么办",
    "信息怎么写才会被采用",
    "消防演练方案",
    "",
    "停车自治:画线之前先开会",
    "消防演练方案",
]
TEXTS = st.text(alphabet="电梯加装消防演练信息写停车会x ", max_size=15)


@pytest.fixture(scope="module")
def retriever() -> ContentRetriever:
    return ContentRetriever().fit(DOCUMENTS)


def test_document_on_the_same_matter_comes_first(retriever: ContentRetriever) -> None:
    indices, _ = retriever.search(["一楼住户不让装電梯", "信息没人采用", "车没地方停"], 1)
    assert indices.ravel().tolist() == [0, 1, 4]


def test_equal_documents_keep_their_order(retriever: ContentRetriever) -> None:
    indices, scores = retriever.search(["消防演练"], 2)
    assert indices.tolist() == [[2, 5]]
    assert scores[0, 0] == scores[0, 1] > 0


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 9))
def test_search_sorts_all_scores_and_batches_change_nothing(
    retriever: ContentRetriever, queries: list[str], k: int
) -> None:
    indices, scores = retriever.search(queries, k)
    every = retriever.scores(queries)
    assert indices.shape == scores.shape == (len(queries), k)
    found = min(k, len(DOCUMENTS))
    assert (indices[:, found:] == -1).all()
    assert not scores[:, found:].any()
    indices, scores = indices[:, :found], scores[:, :found]
    assert np.array_equal(scores, -np.sort(-every, axis=1)[:, :k])
    assert np.array_equal(scores, np.take_along_axis(every, indices, axis=1))
    assert ((every >= 0) & (every <= 1)).all()
    assert np.array_equal(every, np.vstack([retriever.scores([query]) for query in queries]))


def test_bm25_equals_the_formula() -> None:
    documents = ["停车停车", "停电"]
    scores = ContentRetriever(bm25_share=1.0).fit(documents).scores(["停车"])
    assert scores.tolist() == [[1.0, 0.0]]
    # Pairs of the first document: 停车 twice, 车停 once; of the second: 停电.
    idf, k1, b, mean_length = np.log(1 + 1.5 / 1.5), 1.2, 0.75, 2.0
    twice = 2 * (k1 + 1) / (2 + k1 * (1 - b + b * 3 / mean_length)) * idf
    once = 1 * (k1 + 1) / (1 + k1 * (1 - b + b * 1 / mean_length)) * idf
    both = ContentRetriever(bm25_share=1.0).fit(documents).scores(["停车，停电"])
    assert both[0] == pytest.approx(np.array([twice, once]) / max(twice, once))


def test_hard_queries_and_empty_catalogues_are_answered(retriever: ContentRetriever) -> None:
    assert np.isfinite(retriever.search(["", "\u0e01", "电" * 2000], 3)[1]).all()
    assert retriever.search([], 3)[0].shape == (0, 3)
    assert ContentRetriever().fit([]).search(["停车"], 3)[0].tolist() == [[-1, -1, -1]]


def test_clone_and_wrong_parameters() -> None:
    with pytest.raises(NotFittedError):
        clone(ContentRetriever(saturation=2.0)).search(["a"], 1)
    with pytest.raises(InvalidInputError, match="'k'"):
        ContentRetriever().fit(["a"]).search(["a"], 0)
