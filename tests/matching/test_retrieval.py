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
    # Of the first document 停 and 车 and 停车 twice, 车停 once; of the second 停, 电 and 停电.
    k1, b, lengths, mean_length = 1.2, 0.75, (7, 3), 5.0

    def weight(count: int, document: int, n_documents: int) -> float:
        idf = np.log(1 + (2 - n_documents + 0.5) / (n_documents + 0.5))
        return idf * count * (k1 + 1) / (count + k1 * (1 - b + b * lengths[document] / mean_length))

    first = weight(2, 0, 2) + 2 * weight(2, 0, 1)
    second = weight(1, 1, 2)
    assert scores[0] == pytest.approx([1.0, second / first])


def test_cosine_has_its_say_beside_bm25() -> None:
    """The two are added as shares of their best; the best of both scores its share and what its cosine earns."""
    documents = ["停车位不够", "停车", "电梯加装停车位的办法一二三四五六七八九十"]
    alone = {share: ContentRetriever(bm25_share=share).fit(documents).scores(["停车位"]) for share in (0, 1)}
    cosine, bm25 = alone[0][0], alone[1][0]
    fused = ContentRetriever(bm25_share=0.5).fit(documents).scores(["停车位"])[0]
    expected = (bm25 / bm25.max() + cosine / cosine.max()) / 2 * (0.5 + 0.5 * cosine.max())
    assert fused == pytest.approx(expected)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.text(st.sampled_from("停车电梯加装吵 ，a1"), max_size=12), max_size=6),
    st.lists(st.text(st.sampled_from("停车电梯加装吵 ，z9"), max_size=12), max_size=4),
    st.integers(1, 9),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_any_documents_and_queries_are_ranked(
    documents: list[str], queries: list[str], k: int, share: float
) -> None:
    """Empty texts, duplicates, one document, none, and more asked for than there are."""
    fitted = ContentRetriever(bm25_share=share).fit(documents)
    indices, scores = fitted.search(queries, k)
    assert indices.shape == scores.shape == (len(queries), k)
    assert np.isfinite(scores).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    for row in range(len(queries)):
        found = indices[row][indices[row] >= 0].tolist()
        assert sorted(found) == sorted(set(found))
        assert len(found) == min(k, len(documents))
        assert (np.diff(scores[row, : len(found)]) <= 0).all()
        # Copies of a document score the same, the earlier first.
        for place, one in enumerate(found):
            for later in range(place + 1, len(found)):
                if documents[one] == documents[found[later]]:
                    assert scores[row, place] == scores[row, later]
                    assert one < found[later]


def test_hard_queries_and_empty_catalogues_are_answered(retriever: ContentRetriever) -> None:
    assert np.isfinite(retriever.search(["", "\u0e01", "电" * 2000], 3)[1]).all()
    assert retriever.search([], 3)[0].shape == (0, 3)
    assert ContentRetriever().fit([]).search(["停车"], 3)[0].tolist() == [[-1, -1, -1]]


def test_clone_and_wrong_parameters() -> None:
    with pytest.raises(NotFittedError):
        clone(ContentRetriever(saturation=2.0)).search(["a"], 1)
    with pytest.raises(InvalidInputError, match="'k'"):
        ContentRetriever().fit(["a"]).search(["a"], 0)
