"""The starter catalogue: every topic taught, every text worth reading, every rule of the files enforced."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from seed.catalogue import (
    FOLDER,
    CatalogueFileError,
    ContentSeed,
    load_catalogue,
    n_characters,
)
from seed.lint import CONTENT_NEAR_DUPLICATE, lint_catalogue
from seed.people import COHORTS, read_mentors
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.topics import load_topics
from studio.store.enums import ContentKind, Level, Origin, ThreePoint

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


def leaf_codes() -> list[str]:
    return [leaf.code for topic in load_topics() for leaf in topic.leaves]


def test_every_leaf_leads_two_courses_two_cases_and_a_template(contents: tuple[ContentSeed, ...]) -> None:
    led = Counter((content.topics[0], content.kind) for content in contents)
    wanted = {ContentKind.COURSE: 2, ContentKind.CASE: 2, ContentKind.TEMPLATE: 1}
    thin = [
        (leaf, kind) for leaf in leaf_codes() for kind, least in wanted.items() if led[leaf, kind] < least
    ]
    assert thin == []


def test_courses_of_a_leaf_are_for_different_levels(contents: tuple[ContentSeed, ...]) -> None:
    levels = {
        leaf: {c.level for c in contents if c.topics[0] == leaf and c.kind is ContentKind.COURSE}
        for leaf in leaf_codes()
    }
    assert [leaf for leaf, found in levels.items() if len(found) < 2] == []


def test_catalogue_mixes_kinds_levels_origins_and_goals(contents: tuple[ContentSeed, ...]) -> None:
    kinds = Counter(content.kind for content in contents)
    assert len(contents) >= 170
    assert kinds[ContentKind.COURSE] >= 68
    assert kinds[ContentKind.CASE] >= 68
    assert kinds[ContentKind.TEMPLATE] >= 34
    for level in Level:
        assert sum(content.level is level for content in contents) >= len(contents) // 6, level
    for goal in ThreePoint:
        assert sum(content.three_point is goal for content in contents) >= len(contents) // 6, goal
    assert sum(content.origin is Origin.NATIONAL for content in contents) >= 10


def test_shipped_catalogue_passes_its_own_lint(contents: tuple[ContentSeed, ...]) -> None:
    assert lint_catalogue(contents, leaf_codes()) == ()


def test_lint_finds_each_kind_that_a_leaf_lacks(contents: tuple[ContentSeed, ...]) -> None:
    lacking = [
        c for c in contents if c.topics[0] != LEAF or c.kind in (ContentKind.COURSE, ContentKind.POLICY)
    ]
    findings = lint_catalogue(lacking, leaf_codes())
    assert [(f.kind, f.codes, f.evidence) for f in findings] == [
        ("MISSING_KIND", (LEAF,), "CASE"),
        ("MISSING_KIND", (LEAF,), "TEMPLATE"),
    ]


def test_a_content_that_only_touches_a_leaf_does_not_fill_it(contents: tuple[ContentSeed, ...]) -> None:
    moved = [
        replace(c, topics=("WRITING.CASES", LEAF))
        if c.topics[0] == LEAF and c.kind is ContentKind.CASE
        else c
        for c in contents
    ]
    assert [f.evidence for f in lint_catalogue(moved, leaf_codes())] == ["CASE"]


def test_lint_finds_a_body_with_swapped_names(contents: tuple[ContentSeed, ...]) -> None:
    story = next(c for c in contents if c.kind is ContentKind.CASE and c.origin is Origin.OWN)
    place = story.source.partition(":")[2]
    body = (
        "后来另一处。"
        + story.body.replace(place, "某某社区").replace("书记", "主任")[:-8]
        + "也办成了一样的事。"
    )
    copy = replace(story, code="COPY", title="换了名字的同一件事", body=body)
    (finding,) = lint_catalogue([*contents, copy], leaf_codes())
    assert (finding.kind, finding.codes) == ("NEAR_DUPLICATE", (story.code, "COPY"))
    assert float(finding.evidence) >= CONTENT_NEAR_DUPLICATE


@pytest.mark.parametrize("copied", [0.3, 0.5, 0.9])
def test_lint_finds_a_body_copied_in_part(contents: tuple[ContentSeed, ...], copied: float) -> None:
    courses = [c for c in contents if c.kind is ContentKind.COURSE]
    one, other = "".join(courses[0].body.split()), "".join(courses[-1].body.split())
    body = (
        "另起一行"
        + one[: int(copied * len(one))]
        + other[int(copied * len(other)) : -9]
        + "说到这里为止就好。"
    )
    copy = replace(courses[0], code="COPY", title="抄来的一段", body=body)
    findings = lint_catalogue([courses[0], copy], [])
    assert [f.kind for f in findings] == ["NEAR_DUPLICATE"]


@pytest.mark.parametrize(
    ("kind", "stem", "field", "texts"),
    [
        ("SHARED_BEGINNING", "一个样的题目", "title", ("一个样的题目之一", "一个样的题目之二")),
        ("SHARED_BEGINNING", "同样四字", "body", ("同样四字起头，讲甲。", "同样四字起头，说到乙了。")),
        ("SHARED_END", "就到此为止。", "body", ("先讲甲，就到此为止。", "再说说乙吧就到此为止。")),
    ],
)
def test_lint_finds_two_contents_that_begin_or_end_alike(
    contents: tuple[ContentSeed, ...], kind: str, stem: str, field: str, texts: tuple[str, str]
) -> None:
    pair = [replace(content, **{field: text}) for content, text in zip(contents[:2], texts, strict=True)]
    findings = [f for f in lint_catalogue([*pair, *contents[2:]], leaf_codes()) if f.kind == kind]
    assert [(f.evidence, f.codes) for f in findings] == [(stem, tuple(one.code for one in pair))]


def test_blanks_to_fill_in_make_no_two_templates_alike(contents: tuple[ContentSeed, ...]) -> None:
    forms = [replace(c, body=c.body[:50] + "__｜" * 20 + c.body[50:]) for c in contents]
    assert lint_catalogue(forms, leaf_codes()) == ()


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


def test_own_cases_happened_where_a_mentor_works(contents: tuple[ContentSeed, ...]) -> None:
    """Who reads a case can go and ask; a trainee's own open trouble is not told as solved."""
    communities = {mentor.community for mentor in read_mentors()}
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


def test_readme_counts_what_is_there(contents: tuple[ContentSeed, ...]) -> None:
    kinds = Counter(content.kind for content in contents)
    counted = f"{len(contents)} contents: " + ", ".join(
        f"{kinds[kind]} {noun}"
        for kind, noun in (
            (ContentKind.COURSE, "courses"),
            (ContentKind.CASE, "cases"),
            (ContentKind.TEMPLATE, "templates"),
            (ContentKind.POLICY, "policies"),
        )
    )
    assert counted in (FOLDER.parent / "README.md").read_text(encoding="utf-8")


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
