import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest
from python_calamine import CalamineWorkbook

from seed.export import export_header, export_rows
from seed.generator import generate, write_studio
from seed.invention import COUNTIES
from seed.people import read_mentors, read_roster
from seed.questionnaire import load_questionnaire
from studio.imports.mentors import MAX_CAPACITY

ROOT = Path(__file__).parents[2]
QUESTIONNAIRE = load_questionnaire()
CODES = [topic.code for topic in QUESTIONNAIRE.topics]
STUDIO = generate(500, 120, seed=7)

_DIGEST = (
    "import hashlib; from seed.generator import generate;"
    "print(hashlib.sha256(repr(generate(40, 9, seed=3)).encode()).hexdigest())"
)


def digest(hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", _DIGEST]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_same_seed_gives_the_same_studio():
    assert generate(50, 12, seed=1) == generate(50, 12, seed=1)


def test_another_process_gives_the_same_studio():
    assert digest("1") == digest("2")


def test_another_seed_gives_other_people():
    first, second = generate(50, 12, seed=1), generate(50, 12, seed=2)
    assert {row.name for row in first.roster} != {row.name for row in second.roster}
    assert first.respondents[0].thorniest != second.respondents[0].thorniest


@pytest.mark.parametrize(("n_trainees", "n_mentors"), [(1, 1), (3, 8), (64, 20), (1000, 25)])
def test_studio_has_the_size_that_was_asked_for(n_trainees, n_mentors):
    studio = generate(n_trainees, n_mentors)
    assert len(studio.roster) == len(studio.respondents) == n_trainees
    assert len(studio.mentors) == n_mentors
    assert sum(mentor.capacity for mentor in studio.mentors) >= n_trainees
    assert min(mentor.capacity for mentor in studio.mentors) >= 1


def test_no_mentor_has_more_places_than_a_list_of_mentors_may_say():
    assert max(mentor.capacity for mentor in generate(1000, 10).mentors) == MAX_CAPACITY


@pytest.mark.parametrize(("n_trainees", "n_mentors"), [(0, 1), (1, 0), (-3, 2)])
def test_empty_studio_is_refused(n_trainees, n_mentors):
    with pytest.raises(ValueError, match="at least 1"):
        generate(n_trainees, n_mentors)


def test_name_and_community_find_one_person():
    people = [(row.name, row.community) for row in (*STUDIO.roster, *STUDIO.mentors)]
    assert len(people) == len(set(people))


def test_trainees_come_from_every_county_and_community_has_one_leader_at_most():
    assert {row.county for row in STUDIO.roster} == set(COUNTIES)
    leaders = Counter(
        (row.town, row.community)
        for row in STUDIO.roster
        if row.role in ("书记主任一肩挑", "社区党组织书记", "居委会主任")
    )
    assert max(leaders.values()) == 1


def test_some_mentors_work_where_a_trainee_does():
    communities = {row.community for row in STUDIO.roster}
    share = sum(mentor.community in communities for mentor in STUDIO.mentors) / len(STUDIO.mentors)
    assert 0 < share < 0.5


def test_every_mentor_has_strengths_and_a_case_of_the_first():
    cases = {case: next(iter(model.strengths)) for model in read_mentors() for case in model.cases}
    for mentor in STUDIO.mentors:
        best, strength = next(iter(mentor.strengths.items()))
        assert strength >= 4
        assert mentor.cases
        assert all(cases[case] == best for case in mentor.cases)


def test_respondents_are_the_trainees_in_roster_order():
    asked = [(row.name, row.community, row.role) for row in STUDIO.roster]
    assert [(one.name, one.community, one.role) for one in STUDIO.respondents] == asked


def test_answers_vary():
    texts = [one.thorniest.text for one in STUDIO.respondents if len(one.thorniest.text) > 6]
    assert len(set(texts)) / len(texts) > 0.8


def test_some_answers_are_blank_and_some_are_junk():
    texts = Counter(one.thorniest.text for one in STUDIO.respondents)
    assert texts[""] > 0
    assert texts["同上"] + texts["无"] + texts["没有"] > 0


def test_words_and_ratings_agree_on_the_whole():
    told, untold = [], []
    for one in STUDIO.respondents:
        for code, rating in zip(CODES, one.severity, strict=True):
            if rating is not None:
                (told if code in one.thorniest.truth else untold).append(rating)
    assert mean(told) > mean(untold) + 0.8
    assert min(told) < max(untold)


def test_given_troubles_are_used_and_leaves_count_for_their_parent():
    troubles = {"WRITING.NEWS": [f"第{number}回投稿又没得回音" for number in range(400)]}
    told = [one.thorniest for one in generate(300, 9, troubles=troubles).respondents]
    used = [answer for answer in told if "投稿又没得回音" in answer.text]
    assert used
    assert all("WRITING" in answer.truth for answer in used)


def test_answers_do_not_move_the_people():
    with_troubles = generate(80, 9, troubles={"GRID": ["格子里头跑断腿"]})
    assert with_troubles.roster == generate(80, 9).roster
    assert with_troubles.mentors == generate(80, 9).mentors


def test_csv_files_read_back_as_the_same_people(tmp_path):
    studio = generate(30, 9)
    files = write_studio(studio, tmp_path, ".csv")
    assert read_roster(files.roster) == studio.roster
    assert read_mentors(files.mentors) == studio.mentors


def test_xlsx_survey_holds_every_answer(tmp_path):
    studio = generate(30, 9)
    files = write_studio(studio, tmp_path)
    header, *rows = CalamineWorkbook.from_path(files.survey).get_sheet_by_index(0).to_python()
    expected = list(export_rows(studio.respondents, QUESTIONNAIRE))
    assert header == export_header(QUESTIONNAIRE)
    assert rows == [[float(cell) if isinstance(cell, int) else cell for cell in row] for row in expected]


def test_survey_times_rise_within_a_week():
    times = [one.answered_at for one in STUDIO.respondents]
    assert times == sorted(times)
    assert (times[-1] - times[0]).days < 7


def test_blank_survey_cells_are_marked_as_the_tool_does():
    blank = replace(STUDIO.respondents[0], ticks=(), order=())
    (row,) = export_rows([blank], QUESTIONNAIRE)
    header = export_header(QUESTIONNAIRE)
    assert row[header.index("4、目前工作中感到困难的方面")] == "(空)"
    assert row[header.index("7、请按急迫程度排序")] == "(空)"
