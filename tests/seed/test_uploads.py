"""The demo's files through the doors an organizer's files take."""

import datetime as dt
from pathlib import Path

import pytest

from seed.broken import BROKEN_EXAMPLE, faults
from seed.export import export_path
from seed.generator import generate, write_studio
from seed.people import COHORTS, PEOPLE_FOLDER, RosterRow, cohort_roster, read_mentors, read_rules
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.topics import load_topics
from studio.imports.mentors import parse_mentors
from studio.imports.respondents import KnownPerson, resolve_people
from studio.imports.roster import parse_roster
from studio.imports.rules import parse_rules
from studio.imports.survey import parse_survey
from studio.imports.tables import Table, read_table
from studio.imports.topics import TopicName

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
TOPICS = [
    TopicName(topic.code, topic.name, topic.synonyms)
    for parent in load_topics()
    for topic in (parent, *parent.leaves)
]


def table(path: Path) -> Table:
    return read_table(path.read_bytes(), path.name)


def known(roster: list[RosterRow]) -> list[KnownPerson]:
    return [KnownPerson((row.name, row.community), row.name, row.community) for row in roster]


@pytest.mark.parametrize("cohort", COHORTS)
def test_roster_is_read_without_an_issue(cohort):
    sheet = parse_roster(table(PEOPLE_FOLDER / f"roster-{cohort}.csv"), today=NOW.date())
    assert sheet.issues == ()
    assert [(row.name, row.town, row.community, row.phone, row.in_post_since) for row in sheet.rows] == [
        (row.name, row.town, row.community, row.phone, row.in_post_since) for row in cohort_roster(cohort)
    ]


def test_mentors_keep_capacity_strengths_honours_and_cases():
    sheet = parse_mentors(table(PEOPLE_FOLDER / "mentors.csv"), topics=TOPICS)
    codes = {topic.name: topic.code for topic in load_topics()}
    assert sheet.issues == ()
    for row, mentor in zip(sheet.rows, read_mentors(), strict=True):
        assert (row.name, row.capacity, row.years_in_post) == (
            mentor.name,
            mentor.capacity,
            mentor.years_in_post,
        )
        assert row.strengths == {codes[name]: strength / 5 for name, strength in mentor.strengths.items()}
        assert (row.honours, row.cases) == (mentor.honours, mentor.cases)


def test_rules_are_read_as_a_pin_and_a_conflict():
    sheet = parse_rules(table(PEOPLE_FOLDER / "rules-3.csv"))
    assert sheet.issues == ()
    assert [str(rule.kind) for rule in sheet.rows] == ["PIN", "FORBID"]
    assert [rule.reason for rule in sheet.rows] == [
        rule.reason for rule in read_rules(PEOPLE_FOLDER / "rules-3.csv")
    ]


@pytest.mark.parametrize("cohort", COHORTS)
def test_export_is_read_without_an_issue_and_finds_every_trainee(cohort):
    sheet = parse_survey(table(export_path(cohort)), topics=TOPICS, now=NOW)
    roster = cohort_roster(cohort)
    found, issues = resolve_people(sheet.rows, known(roster))
    assert (sheet.issues, issues) == ((), ())
    respondents = cohort_respondents(cohort, load_questionnaire())
    assert list(found.values()) == [(one.name, one.community) for one in respondents]


def test_broken_example_is_refused_row_by_row_as_it_says():
    sheet = parse_survey(table(BROKEN_EXAMPLE), topics=TOPICS, now=NOW)
    _, unresolved = resolve_people(sheet.rows, known(cohort_roster(3)))
    found = sorted((issue.row, str(issue.code)) for issue in (*sheet.issues, *unresolved))
    assert found == [(fault.row, fault.code) for fault in faults()]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_generated_studio_is_read_without_an_issue(suffix, tmp_path):
    studio = generate(200, 40, seed=5)
    files = write_studio(studio, tmp_path, suffix)
    roster = parse_roster(table(files.roster), today=NOW.date())
    mentors = parse_mentors(table(files.mentors), topics=TOPICS)
    survey = parse_survey(table(files.survey), topics=TOPICS, now=NOW)
    found, unresolved = resolve_people(survey.rows, known(studio.roster))
    assert (roster.issues, mentors.issues, survey.issues, unresolved) == ((), (), (), ())
    assert (len(roster.rows), len(mentors.rows), len(found)) == (200, 40, 200)
