"""`yanzhen run …` and `yanzhen consents`: from a draft to a publication, a decline, its proposal, and back."""

from pathlib import Path
from typing import Any

from tests.service.commands import answer, yanzhen

COHORT = ("--cohort", 3)
PHONE = ("--because", "电话里说的")


def consents(folder: Path, *given: object, code: int = 0) -> Any:
    return answer(folder, "consents", *COHORT, *given, code=code)


def test_from_publication_to_proposal_back_and_to_a_new_run_that_keeps_who_is_confirmed(folder: Path) -> None:
    assert consents(folder, code=1)["error"]["code"] == "NOT_PUBLISHED"
    assert answer(folder, "run", "publish", *COHORT, code=1)["error"]["code"] == "NO_RUN"
    (folder / "more.csv").write_text(
        "姓名,所在社区,县(市、区),可带人数\n陈松,和平社区,播州区,9\n", encoding="utf-8"
    )
    started = answer(folder, "run", "start", *COHORT, "--wait")
    assert (started["state"], started["publishState"], started["matched"]) == ("OPTIMAL", "DRAFT", 4)
    refused = answer(folder, "run", "publish", *COHORT, "--answer-by", "2020-01-01", code=1)
    assert refused["error"]["code"] == "ANSWER_BY_PAST"
    published = answer(folder, "run", "publish", *COHORT, "--answer-by", "2999-01-01")
    assert (published["runId"], published["publishState"]) == (started["runId"], "PUBLISHED")
    waiting = consents(folder)
    assert {pair["state"] for pair in waiting["pairs"]} == {"AWAITING_CONSENT"}
    assert {pair["answerBy"] for pair in waiting["pairs"]} == {"2999-01-01"}

    for given, code in (
        (("--accept", "赵强"), "REASON_MISSING"),
        (("--decline", "赵强", *PHONE, "--reason", "no_time"), "CONSENT_PARTY"),
        (("--decline", "赵强", "--side", "mentor", *PHONE), "REASON_CODE"),
        (("--end", "赵强", "--reason", "OTHER"), "ILLEGAL_TRANSITION"),
        (("--accept", "钱某", *PHONE), "WHOM_UNKNOWN"),
        (("--accept", "李明", *PHONE), "WHOM_AMBIGUOUS"),
    ):
        assert consents(folder, *given, code=1)["error"]["code"] == code, given
    # One that is refused undoes the others of the same command.
    both = ("--accept", "王芳", "--end", "赵强", "--reason", "OTHER", *PHONE)
    assert consents(folder, *both, code=1)["error"]["code"] == "ILLEGAL_TRANSITION"
    assert consents(folder)["pairs"] == waiting["pairs"]

    done = consents(folder, "--accept", "王芳", "--start", "王芳", *PHONE)
    assert {pair["traineeName"]: pair["state"] for pair in done["pairs"]}["王芳"] == "ACTIVE"
    declined = consents(
        folder, "--decline", "赵强", "--side", "mentor", "--reason", "too_far", "--note", "跨县", *PHONE
    )
    (zhao,) = [pair for pair in declined["pairs"] if pair["traineeName"] == "赵强"]
    assert (zhao["state"], len(declined["proposals"])) == ("DECLINED", 1)
    assert zhao["consents"][0]["reason"] == "TOO_FAR"

    for lang, words in (("zh", ("婉拒", "距离太远", "王芳")), ("en", ("declined", "too far"))):
        printed = yanzhen(folder, "consents", *COHORT, "--lang", lang)
        assert printed.exit_code == 0
        assert all(word in printed.stdout for word in words)

    listed = answer(folder, "run", "list", *COHORT)["runs"]
    assert [(one["state"], one["basedOn"]) for one in listed] == [
        ("QUEUED", started["runId"]),
        ("OPTIMAL", None),
    ]
    proposal = answer(folder, "run", "rematch", *COHORT)
    assert proposal["runId"] == declined["proposals"][0]
    assert "赵强" in {move["traineeName"] for move in proposal["moves"]}
    assert "王芳" not in {move["traineeName"] for move in proposal["moves"]}
    again = answer(folder, "run", "rematch", *COHORT)
    assert (again.pop("asBefore"), proposal.pop("asBefore"), again) == (True, False, proposal)
    for lang, words in (("zh", "什么都没变"), ("en", "Nothing has changed")):
        assert words in yanzhen(folder, "run", "rematch", *COHORT, "--lang", lang).stdout
    assert len(answer(folder, "run", "list", *COHORT)["runs"]) == 2
    taken = answer(folder, "run", "publish", *COHORT)
    assert (taken["runId"], taken["publishState"]) == (proposal["runId"], "PUBLISHED")
    # An older draft that nobody means any more is not published by publishing twice.
    assert answer(folder, "run", "publish", *COHORT, code=1)["error"]["code"] == "NO_NEWER_DRAFT"
    kept = {pair["traineeName"]: pair["state"] for pair in consents(folder)["pairs"]}
    assert kept["王芳"] == "ACTIVE"
    back = answer(folder, "run", "rollback", *COHORT, "--reason", "先不换")
    assert (back["runId"], back["publishState"]) == (taken["runId"], "ROLLED_BACK")
    restored = consents(folder)
    assert restored["runId"] == started["runId"]
    # What was published and taken back is no proposal any more.
    assert taken["runId"] not in restored["proposals"]
    for command in ("list", "rematch"):
        for lang in ("zh", "en"):
            printed = yanzhen(folder, "run", command, *COHORT, "--lang", lang)
            assert (printed.exit_code, "第 " in printed.stdout or "MR_" in printed.stdout) == (0, True)
            assert not {"OPTIMAL", "DRAFT", "--cohort N"} & set(printed.stdout.replace("·", " ").split())
    for lang, words in (("zh", {"已证明最优", "已发布"}), ("en", {"optimal", "published"})):
        printed = yanzhen(folder, "run", "list", *COHORT, "--lang", lang)
        assert words <= set(printed.stdout.split())
    # Confirmed pairs stay in a new run, or are reopened.
    consents(folder, "--accept", "李明@桂语社区", *PHONE)
    answer(folder, "import", "mentors", folder / "more.csv")
    kept = answer(folder, "match", *COHORT)
    confirmed = {pair["traineeName"] for pair in kept["pairs"] if pair["origin"] == "CONFIRMED"}
    assert confirmed == {"王芳", "李明"}
    assert "其中 2 对双方已确认" in yanzhen(folder, "match", *COHORT).stdout
    reopened = answer(folder, "match", *COHORT, "--reopen-confirmed")
    assert (kept["reopensConfirmed"], reopened["reopensConfirmed"]) == (False, True)
    assert "CONFIRMED" not in {pair["origin"] for pair in reopened["pairs"]}
    run = answer(folder, "run", "start", *COHORT, "--reopen-confirmed", "--wait")
    assert answer(folder, "match", *COHORT, "--reopen-confirmed")["runId"] == run["runId"]


def test_draft_that_a_publication_has_left_behind_is_published_by_its_id_only(folder: Path) -> None:
    older = answer(folder, "run", "start", *COHORT, "--wait")
    newer = answer(folder, "run", "start", *COHORT, "--wait")
    assert answer(folder, "run", "publish", *COHORT)["runId"] == newer["runId"]
    refused = answer(folder, "run", "publish", *COHORT, code=1)["error"]
    assert (refused["code"], "--run" in refused["message"]) == ("NO_NEWER_DRAFT", True)
    assert answer(folder, "run", "publish", *COHORT, "--run", older["runId"])["runId"] == older["runId"]


def test_waiting_run_is_cancelled(folder: Path) -> None:
    queued = answer(folder, "run", "start", *COHORT)
    assert queued["state"] == "QUEUED"
    for _ in range(2):
        assert answer(folder, "run", "cancel", queued["runId"])["state"] == "CANCELLED"
    done = answer(folder, "run", "start", *COHORT, "--wait")
    assert answer(folder, "run", "cancel", done["runId"], code=1)["error"]["code"] == "JOB_ENDED"
    assert answer(folder, "run", "cancel", "MR_1", code=1)["error"]["code"] == "NOT_FOUND"


def test_run_whose_rules_collide_names_on_whom(folder: Path) -> None:
    def places(number: int) -> None:
        file = folder / "places.csv"
        file.write_text(
            f"姓名,所在社区,县(市、区),可带人数\n周兰,竹园社区,汇川区,{number}\n", encoding="utf-8"
        )
        answer(folder, "import", "mentors", file)

    rules = (
        "学员,学员所在社区,导师,导师所在社区,类型,理由\n"
        "李明,松涛社区,周兰,竹园社区,必须配对,甲\n"
        "赵强,茶园社区,周兰,竹园社区,必须配对,乙\n"
    )
    (folder / "rules.csv").write_text(rules, encoding="utf-8")
    places(9)
    answer(folder, "import", "rules", folder / "rules.csv", *COHORT)
    places(1)
    for language, words in (
        ("zh", "周兰 固定了 2 对，只能有 1 对"),
        ("en", "周兰 is fixed in 2 pairs where 1 can be"),
    ):
        how = ("--wait", "--reopen-confirmed", "--lang", language)
        refused = answer(folder, "run", "start", *COHORT, *how, code=1)["error"]
        assert (refused["code"], words in refused["message"]) == ("INFEASIBLE", True)


def test_run_whose_limits_collide_names_them_once_with_what_would_be_enough(folder: Path) -> None:
    answer(folder, "rules", "limit", "minimum", 30, *COHORT, "--reason", "都要带")
    for language, words in (
        ("zh", "规则“每位导师最少带 30 人”（原因：都要带）有 3 位导师做不到"),
        ("en", "rule “every mentor: at least 30 trainees” (reason: 都要带) cannot be met by 3 mentors"),
    ):
        computed = answer(folder, "run", "start", *COHORT, "--wait", "--lang", language, code=1)["error"]
        assert (computed["code"], words in computed["message"]) == ("INFEASIBLE", True)
        assert computed["message"].count("30") == 1
        assert answer(folder, "match", *COHORT, "--lang", language, code=1)["error"] == computed


def test_all_that_a_recorded_answer_lacks_is_asked_for_by_its_options(folder: Path) -> None:
    lacking = consents(folder, "--decline", "赵强", code=1)["error"]
    assert (lacking["code"], lacking["field"]) == ("REASON_MISSING", "because")
    for lang, meant in (("zh", "TOO_FAR (距离太远)"), ("en", "TOO_FAR (too far)")):
        printed = yanzhen(folder, "consents", *COHORT, "--decline", "赵强", "--lang", lang)
        said = " ".join(printed.stderr.split())
        assert printed.exit_code == 1
        assert all(word in said for word in ("--because", "--side mentor", "--reason", meant))
        assert "onBehalf" not in said
    # Where a command has one reason only, that is its option.
    limit = yanzhen(folder, "rules", "limit", "cap", 2, *COHORT)
    assert "--reason" in limit.stderr
    ended = consents(folder, "--end", "赵强", code=1)["error"]
    assert (ended["field"], "NEVER_MET" in ended["message"], "--side" in ended["message"]) == (
        "reason",
        True,
        False,
    )
