from collections import Counter

import pytest

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

QUESTIONNAIRE = load_questionnaire()
NAMES = [topic.name for topic in QUESTIONNAIRE.topics]
TRAINEES = [row for cohort in COHORTS for row in cohort_roster(cohort)]
MENTORS = read_mentors()
RESPONDENTS = [one for cohort in COHORTS for one in cohort_respondents(cohort, QUESTIONNAIRE)]


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


def test_everybody_is_in_post_when_the_survey_opens():
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
