"""Published problems are read as what they are: costs to be lowered, reviewers who may not review everything."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import assignment
from benchmarks.assignment_cases import worth
from benchmarks.assignment_files import read_case


def test_costs_become_scores_whose_best_total_gives_the_lowest_cost_back(tmp_path: Path) -> None:
    file = tmp_path / "assign3.txt"
    file.write_text(" 3\n 1 5 9\n 5 1 9\n 9 9 2\n")
    case = read_case(file)
    best = worth(case, np.array([[0, 0], [1, 1], [2, 2]]))
    assert 3 * 10 - 9 * best.total == pytest.approx(4)
    assert case.capacity.tolist() == [1, 1, 1]
    assert case.most == 3
    assert case.name.endswith("cost = 30 - 9 × total")


def test_papers_are_those_who_need_three_reviewers_none_of_them_masked(tmp_path: Path) -> None:
    mask = np.zeros((5, 4))
    mask[2, 1] = 1
    np.savez(tmp_path / "venue.npz", similarity_matrix=np.full((5, 4), 0.5), mask_matrix=mask)
    case = read_case(tmp_path / "venue.npz")
    assert case.scores.shape == (4, 5)
    assert case.need == 3
    assert not case.open[1, 2]
    assert case.capacity.tolist() == [4] * 5
    assert case.most == 12


@pytest.mark.parametrize("content", ["", "2\n1 2 3", "0"])
def test_a_file_without_all_its_costs_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "assign2.txt"
    file.write_text(content)
    with pytest.raises(ValueError, match="n × n costs are wanted"):
        read_case(file)


def test_the_command_says_which_file_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "assign2.txt"
    file.write_text("2\n1 2 3")
    for given, fault in ((file, "assign2.txt: a size n"), (tmp_path / "none.txt", "none.txt")):
        monkeypatch.setattr("sys.argv", ["assignment", "--files", str(given), "--peers"])
        with pytest.raises(SystemExit):
            assignment.main()
        assert fault in capsys.readouterr().err


def test_a_file_without_similarities_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "venue.npz", other=np.zeros(2))
    with pytest.raises(ValueError, match="similarity_matrix is wanted"):
        read_case(tmp_path / "venue.npz")
