"""A cohort of which everybody has a mentor of theory and one of practice, as an organizer runs it from end to end."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.service.commands import answer, yanzhen
from tests.studio.operations.conftest import ROSTER, SURVEY, csv_file
from tests.studio.operations.test_two_mentors import HEADER, MENTORS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "two"
    folder.mkdir()
    files = (("roster", ROSTER), ("mentors", csv_file(HEADER, *MENTORS)), ("survey", SURVEY))
    yanzhen(folder, "init", "--studio", "双导师工作室")
    for kind, content in files:
        file = folder / f"{kind}.csv"
        file.write_bytes(content)
        given = () if kind == "mentors" else ("--cohort", 3)
        assert yanzhen(folder, "import", kind, file, *given).exit_code == 0
    answer(folder, "rules", "apply", "TWO_MENTORS", "--cohort", 3)
    return folder


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "每人两位导师，8 位里配到"), ("en", "of 8 mentors found, two for each trainee")],
)
def test_a_supposition_counts_mentors_not_people(folder: Path, lang: str, words: str) -> None:
    mentor = answer(folder, "match", "--cohort", 3)["pairs"][0]["mentorName"]
    asked = ("match", "--cohort", 3, "--what-if", f"leave {mentor}", "--lang", lang)
    assert words in " ".join(yanzhen(folder, *asked).stdout.split())


def test_a_supposition_says_that_two_mentors_are_asked_no_more(folder: Path) -> None:
    mentor = answer(folder, "match", "--cohort", 3)["pairs"][0]["mentorName"]
    asked = ("match", "--cohort", 3, "--what-if", f"leave {mentor}")
    assert not answer(folder, *asked)["kindsChanged"]
    answer(folder, "rules", "undo", "TWO_MENTORS", "--cohort", 3)
    assert answer(folder, *asked)["kindsChanged"]
    for lang, words in (("zh", "改为每人一位导师，下面仍按每人两位推演"), ("en", "Match anew first")):
        assert words in " ".join(yanzhen(folder, *asked, "--lang", lang).stdout.split())


def test_both_mentors_are_told_wherever_pairs_are(folder: Path, tmp_path: Path) -> None:
    found = answer(folder, "match", "--cohort", 3)
    assert (found["mentorsEach"], found["total"]) == (2, 8)
    by_trainee: dict[str, dict[str, dict[str, str]]] = {}
    for pair in found["pairs"]:
        by_trainee.setdefault(pair["trainee"], {})[pair["kind"]] = pair
    both = next(pairs for pairs in by_trainee.values() if len(pairs) == 2)
    assert both["THEORY"]["mentor"] != both["PRACTICE"]["mentor"]

    file = tmp_path / "pairs.xlsx"
    answer(folder, "export", "pairings", file, "--cohort", 3)
    sheet, missing, _ = load_workbook(file).worksheets
    rows = [dict(zip([cell.value for cell in sheet[1]], row, strict=True)) for row in sheet.values][1:]
    told = {(row["学员"], row["导师"], row["导师类型"]) for row in rows}
    assert {(pair["traineeName"], pair["mentorName"]) for pair in found["pairs"]} == {
        (trainee, mentor) for trainee, mentor, _ in told
    }
    assert {kind for _, _, kind in told} == {"理论导师", "实践导师"}
    assert missing.max_row == 1 + len(found["unmatched"])

    package = answer(folder, "package", "--trainee", both["THEORY"]["trainee"])
    assert (package["mentor"]["kind"], package["otherMentor"]["kind"]) == ("PRACTICE", "THEORY")
    assert package["otherMentor"]["name"] == both["THEORY"]["mentorName"]
    printed = yanzhen(folder, "package", "--trainee", both["THEORY"]["trainee"], "--lang", "en").stdout
    assert all(both[kind]["mentorName"] in printed for kind in both)

    (run,) = answer(folder, "run", "list", "--cohort", 3)["runs"]
    trainees = run["total"] // 2
    assert run["mentorsEach"] == 2
    for lang, words in (("zh", "人两位导师都有"), ("en", "both mentors")):
        listed = " ".join(yanzhen(folder, "run", "list", "--cohort", 3, "--lang", lang).stdout.split())
        assert words in listed
        assert f"/{trainees}" in listed
        assert f"/{run['total']}" not in listed

    page = tmp_path / "report.html"
    answer(folder, "report", page, "--cohort", 3)
    report = page.read_text(encoding="utf-8")
    assert all(word in report for word in ("理论导师", "实践导师"))


def test_which_of_two_is_replaced_is_said_where_a_mentor_can_be_both(folder: Path) -> None:
    found = answer(folder, "match", "--cohort", 3)
    taken = {pair["trainee"] for pair in found["pairs"] if pair["mentorName"] == "孙全"}
    trainee = next(pair["trainee"] for pair in found["pairs"] if pair["trainee"] not in taken)
    asked = ("match", "--cohort", 3, "--preview", f"{trainee}=孙全")
    assert answer(folder, *asked, code=1)["error"]["code"] == "KIND_MISSING"
    for word, kind in (("theory", "THEORY"), ("practice", "PRACTICE")):
        assert answer(folder, *asked, "--as", word)["kind"] == kind
    alone = ("match", "--cohort", 3, "--preview", f"{trainee}=韩理", "--as", "practice")
    assert answer(folder, *alone)["verdict"] == "FORBIDDEN"


def test_each_mentor_is_answered_to_and_met_by_itself(folder: Path) -> None:
    found = answer(folder, "match", "--cohort", 3)
    both = next(
        (one, other)
        for one in found["pairs"]
        for other in found["pairs"]
        if one["trainee"] == other["trainee"] and (one["kind"], other["kind"]) == ("THEORY", "PRACTICE")
    )
    answer(folder, "rules", "apply", "MONTH_QUARTER_YEAR", "--cohort", 3)
    answer(folder, "run", "publish", "--cohort", 3)
    who, because = both[0]["trainee"], ("--because", "电话里说的")
    refused = answer(folder, "consents", "--cohort", 3, "--accept", who, *because, code=1)["error"]
    assert refused["code"] == "TWO_PAIRINGS"
    for pair in both:
        answer(folder, "consents", "--cohort", 3, "--accept", f"{who}={pair['mentor']}", *because)
    assert answer(folder, "contacts", "--cohort", 3, "--met", who, code=1)["error"]["code"] == "TWO_PAIRINGS"
    met = ("--met", f"{who}={both[0]['mentor']}")
    pairs = answer(folder, "contacts", "--cohort", 3, *met)["pairs"]
    last = {pair["mentor"]["id"]: pair["dues"][0]["lastOn"] for pair in pairs}
    assert last[both[0]["mentor"]] is not None
    assert last[both[1]["mentor"]] is None
