"""The measuring itself is right: what is held out, what counts as found, and what is said without data."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.movielens import NoRatings, Ratings, ratings_file, read_ratings
from benchmarks.recommend import LIKED, K, Split, interval, measure, ndcg_and_recall, split
from benchmarks.recommend_peers import ImplicitALS, ItemNeighbours, Popularity, PureSVD, has_implicit
from matching import InteractionRecommender
from tests.architecture.sources import ROOT

HEADER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two kinds of people, 30 each, who rate 20 of the 25 items of their own kind; and a few of the other kind."""
    shuffle = np.random.default_rng(3)
    rows = []
    for user in range(60):
        own = shuffle.permutation(25)[:20] + 25 * (user % 2)
        other = shuffle.permutation(25)[:3] + 25 * (1 - user % 2)
        rows += [f"u{user}\ti{item}\t{shuffle.integers(3, 6)}\t{len(rows)}\n" for item in (*own, *other)]
    path = tmp_path / "x.inter"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_a_fifth_of_every_users_ratings_is_held_out_and_liked_ones_are_wanted(file: Path) -> None:
    ratings = read_ratings(file)
    assert ratings.shape == (60, 50)
    data = split(ratings, seed=1)
    assert data.learned.sum(axis=1).tolist() == [23 - int(23 * 0.2)] * 60
    assert data.learned.multiply(data.wanted).nnz == 0
    liked = {
        (u, i) for u, i, v in zip(ratings.users, ratings.items, ratings.values, strict=True) if v >= LIKED
    }
    assert set(zip(*data.wanted.nonzero(), strict=True)) <= liked
    assert (split(ratings, 1).wanted != data.wanted).nnz == 0
    assert (split(ratings, 2).wanted != data.wanted).nnz > 0


def test_figures_by_hand() -> None:
    recommended = np.array([[0, 1, 2], [3, -1, -1], [0, 1, 2]])
    wanted = sparse.csr_array(np.array([[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]]))
    ndcg, recall = ndcg_and_recall(recommended, wanted)
    best = 1 + 1 / np.log2(3)
    assert ndcg.tolist() == pytest.approx([1 / np.log2(3) / best, 0.0])
    assert recall.tolist() == [0.5, 0.0]


def test_interval_holds_the_mean_and_narrows_with_users() -> None:
    few, many = np.tile([0.0, 1.0], 10), np.tile([0.0, 1.0], 1000)
    widths = []
    for values in (few, many):
        mean, low, high = interval(values)
        assert low < mean == 0.5 < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 5


def test_ways_that_know_people_find_more_than_popularity(file: Path) -> None:
    data: Split = split(read_ratings(file), seed=0)
    others = [lambda: InteractionRecommender(ridge=5.0), lambda: ItemNeighbours(10), lambda: PureSVD(2)]
    if has_implicit():
        others.append(lambda: ImplicitALS(factors=4, regularization=1.0))
    popular = measure(Popularity, data)
    for make in others:
        with threadpool_limits(1):
            recommended = make().fit(data.learned).recommend(data.learned, K)
        assert not np.take_along_axis(data.learned.toarray(), recommended, axis=1).any()
        assert measure(make, data).ndcg[0] > popular.ndcg[0] + 0.05


def test_ratings_are_read_whatever_their_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("rating\titem_id\tuser_id\n4\tb\tz\n2.5\ta\tz\n", encoding="utf-8")
    ratings: Ratings = read_ratings(path)
    assert (ratings.users.tolist(), ratings.items.tolist()) == ([0, 0], [1, 0])
    assert ratings.values.tolist() == [4.0, 2.5]


def test_what_is_no_table_of_ratings_is_refused_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(NoRatings, match=r"不是评分表(.|\n)*holds no ratings"):
        read_ratings(path)
    with pytest.raises(NoRatings, match=r"不是文件(.|\n)*no file"):
        ratings_file(tmp_path / "nowhere")


def test_a_download_that_fails_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(NoRatings, match=r"未能下载(.|\n)*--data(.|\n)*could not download"):
        ratings_file(None, tmp_path)


def test_the_command_prints_a_row_for_every_way_and_says_what_is_missing(file: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.recommend", "--seeds", "1", "--data"]
    done = subprocess.run([*command, str(file)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"popularity", "item-kNN", "PureSVD", "Yanzhen (EASE)"} <= {
        line[:28].strip() for line in done.stdout.splitlines()
    }
    assert has_implicit() == ("implicit ALS, tuned" in done.stdout) == ("未安装 implicit" not in done.stdout)
    missing = subprocess.run([*command, "nowhere"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert "不是文件" in missing.stderr
    assert "no file" in missing.stderr
