from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from seed.broken import BROKEN_EXAMPLE, broken_rows, faults
from seed.export import export_header, export_path, export_rows, write_export
from seed.invention import COUNTIES
from seed.people import (
    COHORTS,
    PEOPLE_FOLDER,
    cohort_roster,
    read_mentors,
    read_rules,
    write_mentors,
    write_roster,
)
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.tables import read_csv, write_table
from seed.topics import load_topics
from seed.wording import JUNK
from studio.imports.issues import ImportCode

QUESTIONNAIRE = load_questionnaire()
CODES = [topic.code for topic in QUESTIONNAIRE.topics]
NAMES = [topic.name for topic in QUESTIONNAIRE.topics]
TRAINEES = [row for cohort in COHORTS for row in cohort_roster(cohort)]
MENTORS = read_mentors()
RESPONDENTS = [one for cohort in COHORTS for one in cohort_respondents(cohort, QUESTIONNAIRE)]
ANSWERS = [answer for one in RESPONDENTS for answer in one.answers]
REAL_ANSWERS = [answer.text for answer in ANSWERS if len(answer.text) >= 8]


def sheet(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def as_read(rows) -> list[list[object]]:
    """What a reader of xlsx makes of written cells: every number a float."""
    return [[float(cell) if isinstance(cell, int) else cell for cell in row] for row in rows]


def triples(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)}


# People


def test_three_cohorts_hold_64_trainees():
    assert [len(cohort_roster(cohort)) for cohort in COHORTS] == [20, 22, 22]


def test_every_county_sends_trainees_and_only_counties_do():
    assert {row.county for row in TRAINEES} == set(COUNTIES)


def test_exactly_two_pairs_share_a_name_and_never_a_community():
    shared = {name for name, count in Counter(row.name for row in TRAINEES).items() if count > 1}
    assert shared == {"张敏", "李晓东"}
    assert len({(row.name, row.community) for row in TRAINEES}) == 64


def test_community_lies_in_one_town_and_has_one_secretary_at_most():
    where = {(row.community, row.town, row.county) for row in TRAINEES}
    assert len(where) == len({community for community, _, _ in where})
    secretaries = [row.community for row in TRAINEES if row.role in ("书记主任一肩挑", "社区党组织书记")]
    assert len(secretaries) == len(set(secretaries))


def test_outcomes_of_the_article_find_enough_trainees_of_each_role():
    roles = Counter(row.role for row in TRAINEES)
    assert roles["副书记"] + roles["副主任"] >= 5
    assert roles["后备干部"] >= 2
    assert roles["社区党组织书记"] >= 1


def test_phones_are_distinct_and_in_the_block_nobody_has():
    phones = [row.phone for row in TRAINEES]
    assert len(set(phones)) == 64
    assert all(len(phone) == 11 and phone.startswith("1540000") for phone in phones)


def test_nobody_is_in_post_before_the_survey_could_ask():
    for cohort in COHORTS:
        opened = QUESTIONNAIRE.opens(cohort, 1).date()
        late = [row.name for row in cohort_roster(cohort) if row.in_post_since > opened]
        assert late == []


def test_mentors_have_believable_capacity_strengths_and_cases():
    assert len(MENTORS) >= 14
    for mentor in MENTORS:
        assert 1 <= mentor.capacity <= 4
        assert mentor.county in COUNTIES
        assert mentor.strengths.keys() <= set(NAMES)
        assert all(1 <= strength <= 5 for strength in mentor.strengths.values())
        assert 2 <= len(mentor.cases) <= 4
        assert all(40 <= len(case) <= 120 for case in mentor.cases), mentor.name


def test_every_topic_has_a_mentor_who_is_strong_in_it():
    assert {
        name for mentor in MENTORS for name, strength in mentor.strengths.items() if strength >= 4
    } == set(NAMES)


def test_places_of_cohort_3_are_enough_and_few_to_spare():
    assert 22 <= sum(mentor.capacity for mentor in MENTORS) <= 26


def test_two_mentors_work_where_a_trainee_of_cohort_3_does():
    communities = {row.community for row in cohort_roster(3)}
    assert sum(mentor.community in communities for mentor in MENTORS) == 2


def test_rules_name_people_of_cohort_3_and_give_reasons():
    rules = read_rules(PEOPLE_FOLDER / "rules-3.csv")
    trainees = Counter(row.name for row in cohort_roster(3))
    mentors = Counter(mentor.name for mentor in MENTORS)
    assert sorted(rule.kind for rule in rules) == ["必须配对", "禁止配对(回避)"]
    assert all(trainees[rule.trainee] == 1 and mentors[rule.mentor] == 1 for rule in rules)
    assert all(len(rule.reason) >= 8 for rule in rules)


def test_conflict_forbids_a_mentor_strong_where_the_trainee_is_weak():
    (conflict,) = (rule for rule in read_rules(PEOPLE_FOLDER / "rules-3.csv") if rule.kind.startswith("禁止"))
    (mentor,) = (mentor for mentor in MENTORS if mentor.name == conflict.mentor)
    (trainee,) = (one for one in RESPONDENTS if one.name == conflict.trainee)
    worst = NAMES[trainee.severity.index(max(trainee.severity))]
    assert mentor.strengths[worst] == 5


@pytest.mark.parametrize("cohort", COHORTS)
def test_roster_written_again_is_the_committed_file(cohort, tmp_path):
    committed = PEOPLE_FOLDER / f"roster-{cohort}.csv"
    write_roster(tmp_path / "roster.csv", cohort_roster(cohort))
    assert (tmp_path / "roster.csv").read_bytes() == committed.read_bytes()


def test_mentors_written_again_are_the_committed_file(tmp_path):
    write_mentors(tmp_path / "mentors.csv", MENTORS)
    assert (tmp_path / "mentors.csv").read_bytes() == (PEOPLE_FOLDER / "mentors.csv").read_bytes()


# Answers


@pytest.mark.parametrize("cohort", COHORTS)
def test_every_trainee_answered_once_and_nobody_else(cohort):
    asked = {(row.name, row.community, row.role) for row in cohort_roster(cohort)}
    answered = [(one.name, one.community, one.role) for one in cohort_respondents(cohort, QUESTIONNAIRE)]
    assert len(answered) == len(asked)
    assert set(answered) == asked


def test_ratings_stay_on_the_scale_and_few_are_blank():
    ratings = [rating for one in RESPONDENTS for rating in one.severity + one.urgency]
    assert all(len(one.severity) == len(one.urgency) == 9 for one in RESPONDENTS)
    given = [rating for rating in ratings if rating is not None]
    assert set(given) == {1, 2, 3, 4, 5}
    assert 0 < len(ratings) - len(given) <= 6


def test_ticks_and_order_name_topics_once():
    for one in RESPONDENTS:
        for chosen in (one.ticks, one.order):
            assert set(chosen) <= set(NAMES)
            assert len(chosen) == len(set(chosen))


def test_truth_names_topics_and_junk_has_none():
    assert all(set(answer.truth) <= set(CODES) for answer in ANSWERS)
    assert all(answer.truth == () for answer in ANSWERS if answer.text in ("", *JUNK))


def test_every_topic_is_told_often_enough_to_be_measured():
    told = Counter(code for answer in ANSWERS for code in answer.truth)
    assert min(told[code] for code in CODES) >= 10


def test_ratings_agree_with_words_mostly_but_not_always():
    agree = [
        one.severity[CODES.index(code)] >= max(rating or 0 for rating in one.severity) - 1
        for one in RESPONDENTS
        for code in one.thorniest.truth
    ]
    assert 0.7 < sum(agree) / len(agree) < 1


def test_most_answers_do_not_name_their_topic():
    naming = [text for text in REAL_ANSWERS if any(name in text for name in NAMES)]
    assert len(naming) / len(REAL_ANSWERS) < 0.1


def test_answers_have_the_length_people_write():
    assert len(REAL_ANSWERS) >= 160
    assert all(len(answer.text) <= 80 for answer in ANSWERS)
    assert {answer.text for answer in ANSWERS if len(answer.text) < 8} <= {"", *JUNK}


def test_only_two_pairs_of_people_wrote_nearly_the_same():
    close = [
        pair
        for pair in combinations(REAL_ANSWERS, 2)
        if SequenceMatcher(None, *pair, autojunk=False).quick_ratio() >= 0.8
        and SequenceMatcher(None, *pair, autojunk=False).ratio() >= 0.8
    ]
    assert len(close) == 2
    assert all(first != second for first, second in close)


def test_answers_are_independent_of_the_troubles_the_classifier_learns_from():
    troubles = [trouble for topic in load_topics() for leaf in topic.leaves for trouble in leaf.troubles]
    assert len(troubles) > 300
    pieces = [triples(trouble) for trouble in troubles]
    copied = [
        text
        for text, own in zip(REAL_ANSWERS, map(triples, REAL_ANSWERS), strict=True)
        for other in pieces
        if len(own & other) >= 0.45 * min(len(own), len(other))
    ]
    assert copied == []


@pytest.mark.parametrize("mark", ["①", "；", "１", "領導", "已经解决", "电平车", "台帐", "咋个", "晓得"])
def test_answers_hold_what_real_ones_do(mark):
    assert any(mark in text for text in REAL_ANSWERS)


def test_no_person_or_place_of_the_model_studio_is_used():
    texts = [path.read_text(encoding="utf-8") for path in PEOPLE_FOLDER.parent.rglob("*.csv")]
    texts += [path.read_text(encoding="utf-8") for path in (PEOPLE_FOLDER.parent / "answers").glob("*.toml")]
    assert len(texts) >= 8
    for real in ("李英", "仁和苑", "洗马路", "凤仪街道", "上坝"):
        assert not any(real in text for text in texts)


# Exports


@pytest.mark.parametrize("cohort", COHORTS)
def test_committed_export_holds_what_the_answers_give(cohort):
    header, *rows = sheet(export_path(cohort))
    assert header == export_header(QUESTIONNAIRE)
    assert rows == as_read(export_rows(cohort_respondents(cohort, QUESTIONNAIRE), QUESTIONNAIRE))


def test_export_header_is_that_of_the_survey_tool():
    header = export_header(QUESTIONNAIRE)
    assert header[:7] == ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的姓名"]
    assert header[9:12] == [
        "4、目前工作中感到困难的方面",
        "5、以下方面的棘手程度—党建业务",
        "5、以下方面的棘手程度—网格治理",
    ]
    assert header[28:] == [
        "7、请按急迫程度排序",
        "8、最棘手的问题是什么",
        "9、最急迫的难题是什么",
        "10、希望得到什么样的帮助",
    ]


def test_export_joins_ticks_and_ranks_and_marks_blanks():
    rows = {row[6]: row for row in export_rows(cohort_respondents(3, QUESTIONNAIRE), QUESTIONNAIRE)}
    assert rows["覃海燕"][9] == "数字化减负┋其他〖会议多〗"
    assert rows["陶启明"][9] == "群众工作┋民生服务"
    assert rows["何雨薇"][28] == "文稿写作→数字化减负→党建业务"
    assert rows["夏天宇"][30] == "(空)"
    assert rows["夏天宇"][18] == "(空)"
    assert rows["何雨薇"][14] == 5


def test_export_times_rise_and_truth_stays_out():
    rows = list(export_rows(cohort_respondents(3, QUESTIONNAIRE), QUESTIONNAIRE))
    times = [one.answered_at for one in cohort_respondents(3, QUESTIONNAIRE)]
    assert times == sorted(set(times))
    assert rows[0][1] == "2026/3/2 9:12:17"
    assert not any(code in str(cell) for row in rows for cell in row for code in CODES)
    assert all(str(row[5]).startswith("203.0.113.") for row in rows)


def test_csv_and_xlsx_exports_hold_the_same_cells(tmp_path):
    respondents = cohort_respondents(3, QUESTIONNAIRE)
    write_export(tmp_path / "survey.csv", respondents, QUESTIONNAIRE)
    write_export(tmp_path / "survey.xlsx", respondents, QUESTIONNAIRE)
    header, *rows = sheet(tmp_path / "survey.xlsx")
    in_xlsx = [
        [str(int(cell)) if isinstance(cell, float) else cell for cell in row] for row in (header, *rows)
    ]
    in_csv = [
        list(row) if place == 0 else list(row.values())
        for place, row in enumerate([header, *read_csv(tmp_path / "survey.csv")])
    ]
    assert in_csv == in_xlsx


def test_table_keeps_formulas_as_text(tmp_path):
    write_table(tmp_path / "table.xlsx", ["话"], [["=1+1"]])
    assert sheet(tmp_path / "table.xlsx") == [["话"], ["=1+1"]]


def test_table_of_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.csv or \.xlsx"):
        write_table(tmp_path / "table.ods", ["话"], [])


def test_broken_example_holds_what_its_edits_give():
    header, *rows = sheet(BROKEN_EXAMPLE)
    assert header == export_header(QUESTIONNAIRE)
    assert rows == as_read(broken_rows(QUESTIONNAIRE))


def test_broken_example_breaks_each_row_in_its_own_way_and_leaves_good_rows():
    rows = [fault.row for fault in faults()]
    assert len(rows) == len(set(rows)) == 11
    assert len({fault.why for fault in faults()}) == 11
    sheet_rows = set(range(2, 2 + len(broken_rows(QUESTIONNAIRE))))
    assert len(sheet_rows - set(rows)) == 4


def test_broken_example_expects_codes_the_import_knows():
    assert {fault.code for fault in faults()} <= set(ImportCode)


def test_broken_people_are_broken_as_said():
    header = export_header(QUESTIONNAIRE)
    name, community = header.index("1、您的姓名"), header.index("2、所在社区")
    cells = dict(enumerate(broken_rows(QUESTIONNAIRE), start=2))
    cohort = {(row.name, row.community) for row in cohort_roster(3)}
    for fault in faults():
        if fault.code == "UNKNOWN_PERSON":
            assert (cells[fault.row][name], cells[fault.row][community]) not in cohort
        if fault.code == "AMBIGUOUS_PERSON":
            assert Counter(row.name for row in cohort_roster(3))[cells[fault.row][name]] == 2
