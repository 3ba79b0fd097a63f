"""The starter catalogue: every topic taught, every text worth reading, every rule of the files enforced."""

from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

from seed.catalogue import (
    FOLDER,
    CatalogueFileError,
    ContentSeed,
    load_catalogue,
    n_characters,
)
from seed.people import COHORTS, cohort_roster, read_mentors
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.topics import load_topics
from studio.store.enums import ContentKind, Level, Origin, ThreePoint

OPENING = 4  # characters of a body that no other body begins with
NEAR_DUPLICATE = 0.2  # shared part of two bodies' character triples; the closest pair shipped has .05
ECHO = 7  # consecutive characters that would show a content copied from a survey answer

LEAF = "WRITING.NEWS"
ENTRY = f"""
[[contents]]
code = "C-1"
kind = "COURSE"
title = "题目"
topics = ["{LEAF}"]
level = "ABLE"
minutes = 60
three_point = "HOT"
origin = "OWN"
source = "虚构示例:教案"
steps = ["LISTEN"]
requires = []
body = "{"字" * 100}"
"""


@pytest.fixture(scope="module")
def contents() -> tuple[ContentSeed, ...]:
    return load_catalogue()


def grams(text: str, size: int) -> set[str]:
    bare = "".join(text.split())
    return {bare[start : start + size] for start in range(len(bare) - size + 1)}


def load(folder: Path, text: str, leaves: Iterable[str] = (LEAF,)) -> tuple[ContentSeed, ...]:
    (folder / "writing.toml").write_text(text, encoding="utf-8")
    return load_catalogue(frozenset(leaves), folder)


def test_every_leaf_leads_at_least_two_contents(contents: tuple[ContentSeed, ...]) -> None:
    led = Counter(content.topics[0] for content in contents)
    leaves = [leaf.code for topic in load_topics() for leaf in topic.leaves]
    assert [leaf for leaf in leaves if led[leaf] < 2] == []


def test_catalogue_mixes_kinds_levels_origins_and_goals(contents: tuple[ContentSeed, ...]) -> None:
    kinds = Counter(content.kind for content in contents)
    assert len(contents) >= 78
    assert kinds[ContentKind.COURSE] >= 34
    assert kinds[ContentKind.CASE] >= 26
    assert kinds[ContentKind.TEMPLATE] >= 18
    for level in Level:
        assert sum(content.level is level for content in contents) >= len(contents) // 6, level
    for goal in ThreePoint:
        assert sum(content.three_point is goal for content in contents) >= len(contents) // 6, goal
    assert sum(content.origin is Origin.NATIONAL for content in contents) >= 10


def test_no_two_bodies_are_alike(contents: tuple[ContentSeed, ...]) -> None:
    openings = Counter(content.body[:OPENING] for content in contents)
    triples = {content.code: grams(content.body, 3) for content in contents}
    alike = [
        (one, other)
        for one, other in combinations(triples, 2)
        if len(triples[one] & triples[other]) >= NEAR_DUPLICATE * len(triples[one] | triples[other])
    ]
    assert [opening for opening, uses in openings.items() if uses > 1] == []
    assert alike == []


def test_no_content_echoes_a_survey_answer(contents: tuple[ContentSeed, ...]) -> None:
    """An echo would make the retrieval of the demo look better than it is."""
    questionnaire = load_questionnaire()
    spoken = {
        gram
        for cohort in COHORTS
        for respondent in cohort_respondents(cohort, questionnaire)
        for answer in (respondent.thorniest, respondent.most_urgent, respondent.wish)
        for gram in grams(answer.text, ECHO)
    }
    echoes = {content.code: grams(content.title + content.body, ECHO) & spoken for content in contents}
    assert {code: shared for code, shared in echoes.items() if shared} == {}


def test_own_cases_happened_in_communities_of_the_demo(contents: tuple[ContentSeed, ...]) -> None:
    people = [*read_mentors(), *(row for cohort in COHORTS for row in cohort_roster(cohort))]
    communities = {person.community for person in people}
    told_of = {
        content.code: content.source.partition(":")[2]
        for content in contents
        if content.kind is ContentKind.CASE and content.origin is Origin.OWN
    }
    assert {code: place for code, place in told_of.items() if place not in communities} == {}
    assert len(told_of) >= 15


def test_a_prerequisite_is_never_above_the_level_of_what_needs_it(contents: tuple[ContentSeed, ...]) -> None:
    ladder = list(Level)
    levels = {content.code: ladder.index(content.level) for content in contents}
    steps_up = [
        (c.code, needed) for c in contents for needed in c.requires if levels[needed] > levels[c.code]
    ]
    assert steps_up == []


def test_each_top_topic_has_its_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {topic.code.lower() for topic in load_topics()}


def test_well_formed_entry_is_read_as_written(tmp_path: Path) -> None:
    (content,) = load(tmp_path, ENTRY)
    assert (content.code, content.topics, content.minutes, content.level) == ("C-1", (LEAF,), 60, Level.ABLE)
    assert content.body == "字" * 100


def test_white_space_does_not_lengthen_a_body() -> None:
    assert n_characters(" 一\n二 三\u3000") == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("字" * 100, "字" * 99, "100–300 characters; got 99"),
        ("字" * 100, "字" * 301, "100–300 characters; got 301"),
        ("字" * 100, "字 " * 99, "got 99"),
        ("minutes = 60", "minutes = 9", "10–180; got 9"),
        ("minutes = 60", "minutes = 181", "10–180; got 181"),
        ("minutes = 60", "minutes = true", "whole number"),
        (f'["{LEAF}"]', '["WRITING.POEMS"]', "no leaves of the topic tree"),
        (f'["{LEAF}"]', "[]", "at least one leaf"),
        (f'["{LEAF}"]', f'["{LEAF}", "{LEAF}"]', "twice"),
        ('"COURSE"', '"LECTURE"', "use one of COURSE, CASE"),
        ('["LISTEN"]', '["SLEEP"]', "no ShadowStep"),
        ('["LISTEN"]', "[]", "shadowing step"),
        ("虚构示例:教案", "教案", "must begin with 虚构示例"),
        ('title = "题目"', 'title = " "', "not blank"),
        ('title = "题目"\n', "", r"missing or unknown keys \['title'\]"),
        ("requires = []", 'requires = ["C-2"]', r"requires \['C-2'\], which no file holds"),
        ("requires = []", 'requires = ["C-1"]', "circle: C-1 → C-1"),
        ("requires = []", 'requires = "C-2"', "list of texts"),
        ('"COURSE"', '"TEMPLATE"', "no course or case about"),
        ("code =", "code", "not valid TOML"),
        ("[[contents]]", "[[content]]", "entries only"),
    ],
)
def test_broken_entry_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in ENTRY
    with pytest.raises(CatalogueFileError, match=message):
        load(tmp_path, ENTRY.replace(old, new))


def test_repeated_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match=r"every code must be used once; used again: \['C-1'\]"):
        load(tmp_path, ENTRY + ENTRY)


def test_content_in_another_topics_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match=r"another file than writing.toml"):
        load(tmp_path, ENTRY.replace(LEAF, "GRID.STAFF"), leaves=["GRID.STAFF"])


def test_leaf_without_course_or_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match="no course or case about"):
        load(tmp_path, ENTRY, leaves=[LEAF, "WRITING.CASES"])


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFileError, match="no content found"):
        load_catalogue([LEAF], tmp_path)
