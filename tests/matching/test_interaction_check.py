"""The collaborative part is earned where people's choices hang together, and not where they do not."""

import numpy as np
import pytest
from scipy import sparse

from matching import (
    InvalidInputError,
    check_interactions,
    collaborative_scores,
    time_split,
)

N_USERS, N_ITEMS, N_TAKEN = 120, 60, 14


def taken(seed: int, hanging_together: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return interactions before and after a moment, and content scores.

    Everybody takes items by the content score and by the item's popularity; `hanging_together` is how much more
    likely an item of the own hidden group is, which no content score knows.
    """
    shuffle = np.random.default_rng(seed)
    score = shuffle.random((N_USERS, N_ITEMS))
    popular = shuffle.gamma(2.0, size=N_ITEMS)
    user_group, item_group = shuffle.integers(5, size=N_USERS), shuffle.integers(5, size=N_ITEMS)
    liking = score * popular * np.where(user_group[:, None] == item_group, 1 + hanging_together, 1.0)
    # The largest of Gumbel noise plus log-odds is a draw without putting back (Vieira 2014).
    order = np.argsort(-(np.log(liking) + shuffle.gumbel(size=liking.shape)), axis=1)[:, :N_TAKEN]
    user, when = np.repeat(np.arange(N_USERS), N_TAKEN), shuffle.random(N_USERS * N_TAKEN)
    before = time_split(when)
    matrices = []
    for part in (before, ~before):
        pairs = (user[part], order.ravel()[part])
        matrices.append(sparse.csr_array((np.ones(int(part.sum())), pairs), shape=score.shape).toarray())
    return matrices[0], matrices[1], score


@pytest.mark.parametrize("seed", range(5))
def test_choices_that_hang_together_earn_it(seed: int) -> None:
    found = check_interactions(*taken(seed, hanging_together=40.0))
    assert found.earned
    assert 0 < found.low < found.ndcg - found.baseline < found.high
    assert found.n_interactions == N_USERS * N_TAKEN


@pytest.mark.parametrize("seed", range(10))
def test_choices_by_need_and_popularity_alone_do_not(seed: int) -> None:
    found = check_interactions(*taken(seed, hanging_together=0.0))
    assert not found.earned
    assert found.low <= 0


def test_too_few_interactions_earn_nothing_however_clear() -> None:
    earlier, later, score = taken(0, hanging_together=40.0)
    n_interactions = int(earlier.sum() + later.sum())
    assert check_interactions(earlier, later, score, least=n_interactions).earned
    assert not check_interactions(earlier, later, score, least=n_interactions + 1).earned


def test_the_same_input_gives_the_same_result_and_order_of_users_changes_no_mean() -> None:
    earlier, later, score = taken(1, hanging_together=40.0)
    found = check_interactions(earlier, later, score)
    assert check_interactions(sparse.csr_array(earlier), sparse.coo_array(later), score) == found
    turned = check_interactions(earlier[::-1], later[::-1], score[::-1])
    assert (turned.ndcg, turned.baseline) == pytest.approx((found.ndcg, found.baseline), abs=1e-12)


def test_popularity_is_a_rival_to_be_beaten() -> None:
    """Everybody takes the same items in the same order: popularity knows all there is to know."""
    earlier, later = np.zeros((40, 30)), np.zeros((40, 30))
    for user in range(40):
        earlier[user, : 20 - user % 2] = 1
        later[user, 20 - user % 2] = 1
    found = check_interactions(earlier, later, np.random.default_rng(0).random(earlier.shape), least=0)
    assert not found.earned


def test_what_would_not_be_offered_is_not_found() -> None:
    earlier, later, score = taken(2, hanging_together=40.0)
    found = check_interactions(earlier, later, np.where(later > 0, 0.0, score))
    assert (found.ndcg, found.earned) == (0.0, False)


def test_nothing_taken_up_later_examines_nobody() -> None:
    earlier, later, score = taken(3, hanging_together=40.0)
    for nothing in (np.zeros_like(later), earlier):
        found = check_interactions(earlier, nothing, score)
        assert (found.earned, found.n_users, found.ndcg, found.low, found.high) == (False, 0, 0.0, 0.0, 0.0)


def test_one_moment_divides_all_and_equal_times_stay_together() -> None:
    when = np.array([3.0, 1.0, 2.0, 5.0, 4.0, 1.0, 2.0, 3.0, 5.0, 5.0])
    assert time_split(when, 0.2).tolist() == (when < 5).tolist()
    assert time_split(when, 0.5).tolist() == (when < 3).tolist()
    assert time_split([7.0, 7.0]).tolist() == [False, False]
    assert time_split([]).tolist() == []


def test_scores_are_for_unseen_items_and_of_those_who_used_something() -> None:
    earlier, _, _ = taken(4, hanging_together=40.0)
    earlier[0] = 0
    scores = collaborative_scores(earlier, earlier)
    assert scores.min() == 0.0
    assert not scores[earlier > 0].any()
    assert not scores[0].any()
    assert (scores[1:].max(axis=1) == 1.0).all()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"later": np.ones((2, 3))}, "one shape"),
        ({"share": 1.0}, "share"),
        ({"k": 0}, "'k'"),
        ({"content_score": np.full((2, 2), 2.0)}, "content_score"),
        ({"earlier": [[-1.0, 0.0], [0.0, 0.0]]}, "'X'"),
    ],
)
def test_wrong_input_is_refused(given: dict[str, object], name: str) -> None:
    whole = {"earlier": np.eye(2), "later": 1 - np.eye(2), "content_score": np.full((2, 2), 0.5), **given}
    with pytest.raises(InvalidInputError, match=name):
        check_interactions(**whole)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="later"):
        time_split([1.0], 1.0)
