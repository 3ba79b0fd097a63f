"""The measuring beside other solvers is right: what a case allows, what pairs are worth, what is skipped and said."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.assignment import available, row
from benchmarks.assignment_cases import CASES, Case, worth
from benchmarks.assignment_peers import OURS, PEERS, Measured, NoPeer, Peer, openreview_code, run
from tests.architecture.sources import ROOT

IN_OURS = {"scipy", "highs"}


@pytest.fixture
def case() -> Case:
    """Three trainees and two mentors with one place each; only the last trainee may go to the second mentor."""
    scores = np.array([[0.9, 0.0], [0.8, 0.0], [0.7, 0.1]])
    is_open = np.array([[True, False], [True, False], [True, True]])
    return Case("by hand", scores, np.array([1, 1]), np.array([0, 0]), is_open)


def test_most_pairs_and_their_worth_by_hand(case: Case) -> None:
    assert case.most == 2
    assert replace(case, capacity=np.array([2, 1])).most == 3
    assert replace(case, need=2, open=case.open | True, capacity=np.array([3, 3])).most == 6
    found = worth(case, np.array([[0, 0], [2, 1]]))
    assert (found.matched, found.total, found.lowest_pair, found.worst_off) == (2, 1.0, 0.1, 0.1)
    both = replace(case, need=2)
    assert worth(both, np.array([[2, 0], [2, 1]])).worst_off == pytest.approx(0.8)
    assert worth(case, np.empty((0, 2), dtype=np.int64)).matched == 0


@pytest.mark.parametrize(
    ("pairs", "rule"),
    [
        ([[0, 0], [1, 0]], "over capacity"),
        ([[0, 1]], "forbidden"),
        ([[2, 0], [2, 1]], "too many mentors"),
        ([[2, 1], [2, 1]], "twice"),
    ],
)
def test_pairs_that_break_a_rule_are_not_judged(case: Case, pairs: list[list[int]], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        worth(case, np.array(pairs))
    measured = Measured((1.0,), np.array(pairs), "1.0")
    assert rule in row(OURS[0], case, measured, 1.0)


def test_minimum_loads_are_kept(case: Case) -> None:
    with pytest.raises(ValueError, match="below the minimum load"):
        worth(replace(case, minimum=np.array([0, 1])), np.array([[0, 0]]))


@pytest.mark.parametrize("peer", [*OURS, *(p for p in PEERS if p.way in IN_OURS)], ids=lambda p: p.way)
def test_ways_of_our_environment_match_as_many_as_can_be(case: Case, peer: Peer) -> None:
    """As ours or from its own environment, the runner is the same; here the packages are those of the tests."""
    found = run(replace(peer, packages=()), Path(sys.executable), case, 1, 60)
    assert found.pairs is not None, found.refused
    assert sorted(map(tuple, found.pairs.tolist())) == [(0, 0), (2, 1)]
    assert found.version
    assert len(found.times) == 1


def test_what_a_way_cannot_take_is_said_in_its_row(case: Case) -> None:
    scipy = next(peer for peer in PEERS if peer.way == "scipy")
    found = run(replace(scipy, packages=()), Path(sys.executable), replace(case, need=2), 1, 60)
    assert "one mentor each" in row(scipy, case, found, 1.0)


def test_a_way_without_an_end_is_stopped() -> None:
    assert run(OURS[0], Path(sys.executable), CASES["300"](), 10_000, 1).refused == "no result in 1 CPU s"


def test_cases_are_the_same_every_time_and_have_their_hardness() -> None:
    cases = {name: make() for name, make in CASES.items()}
    for name, made in cases.items():
        assert np.array_equal(made.scores, CASES[name]().scores)
        assert np.array_equal(made.open, CASES[name]().open)
        assert np.array_equal(made.scores, np.round(made.scores, 6))
    short = cases["shortage"]
    assert short.most < short.capacity.sum() < len(short.scores)
    assert len(np.unique(cases["ties"].scores)) == 5
    assert np.linalg.matrix_rank(cases["low-rank"].scores, tol=1e-3) == 2


def test_a_peer_that_cannot_be_had_is_skipped_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    peer = next(peer for peer in PEERS if peer.way == "mentor-match")
    assert available([peer], tmp_path, None) == []
    said = capsys.readouterr().out
    assert "跳过 mentor-match" in said
    assert "mentor-match is skipped" in said


def test_openreview_without_its_code_is_skipped_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(NoPeer, match=r"跳过 OpenReview(.|\n)*are skipped(.|\n)*--openreview"):
        openreview_code(tmp_path)


def test_the_command_prints_a_row_for_each_of_our_ways() -> None:
    command = [sys.executable, "-m", "benchmarks.assignment", "--cases", "64", "--repeats", "1", "--peers"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "64 × 20, 4 places each: maximum flow 64" in done.stdout
    for peer in OURS:
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"{peer.name} "))
        assert "64 of 64" in line
