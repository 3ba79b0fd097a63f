"""The starter topic tree: complete, well formed, truly varied, and learnable."""

from dataclasses import replace
from pathlib import Path

import pytest

from seed.lint import lint_topics
from seed.topics import FOLDER, TopicFileError, TopicSeed, load_topics

LEAVES = {
    "PARTY_AFFAIRS": ["MEETINGS", "ADMISSION", "ORG_LIFE", "VOLUNTEERS", "DOUBLE_REGISTRATION"],
    "GRID": ["DIVISION", "STAFF", "REPORTING", "BUILDING_LEADERS"],
    "MASS_WORK": ["MEDIATION", "PROPERTY", "PARTICIPATION", "PETITIONS", "COMMUNICATION"],
    "LIVELIHOOD": ["ELDERLY_CHILDREN", "ELEVATORS", "OLD_ESTATES", "PARKING_CHARGING", "SANITATION"],
    "WRITING": ["SUMMARIES", "NEWS", "SPEECHES", "CASES", "OFFICIAL"],
    "SAFETY": ["FIRE", "FLOOD", "FRAUD"],
    "TEAM": ["YOUNG_CADRES", "VOLUNTEERS", "NEW_ORGS"],
    "ECONOMY": ["COLLECTIVE", "WELFARE"],
    "DIGITAL": ["LEDGERS", "SYSTEMS"],
}


@pytest.fixture(scope="module")
def topics() -> tuple[TopicSeed, ...]:
    return load_topics()


def tree_with(topics: tuple[TopicSeed, ...], *troubles: str) -> tuple[TopicSeed, ...]:
    """The first topic alone, its first leaf telling just these troubles."""
    top = topics[0]
    return (replace(top, leaves=(replace(top.leaves[0], troubles=troubles),)),)


def test_tree_has_the_agreed_topics_and_leaves_in_order(topics: tuple[TopicSeed, ...]) -> None:
    assert {top.code: [leaf.code for leaf in top.leaves] for top in topics} == {
        top: [f"{top}.{leaf}" for leaf in leaves] for top, leaves in LEAVES.items()
    }
    assert [top.code for top in topics] == list(LEAVES)


def test_domains_and_weak_areas_are_those_of_the_domain(topics: tuple[TopicSeed, ...]) -> None:
    domains: dict[str, set[str]] = {}
    weak_areas: dict[str, set[str]] = {}
    for top in topics:
        domains.setdefault(top.domain, set()).add(top.code)
        weak_areas.setdefault(top.weak_area, set()).add(top.code)
    assert domains == {
        "党务居务知识": {"PARTY_AFFAIRS", "WRITING", "DIGITAL"},
        "社区治理经验": {"GRID", "LIVELIHOOD", "SAFETY", "TEAM", "ECONOMY"},
        "群众工作沟通协调技巧": {"MASS_WORK"},
    }
    assert weak_areas["党建业务"] == {"PARTY_AFFAIRS"}
    assert weak_areas["文稿写作"] == {"WRITING"}
    assert weak_areas["解决实事"] == set(LEAVES) - {"PARTY_AFFAIRS", "WRITING"}


def test_leaves_inherit_from_their_topic_and_hold_all_troubles(topics: tuple[TopicSeed, ...]) -> None:
    for top in topics:
        assert top.troubles == ()
        for leaf in top.leaves:
            assert (leaf.domain, leaf.weak_area, leaf.three_point) == (
                top.domain,
                top.weak_area,
                top.three_point,
            )
            assert 25 <= 1 + len(leaf.synonyms) + len(leaf.troubles) <= 65
            assert leaf.leaves == ()


def test_most_troubles_do_not_name_their_topic(topics: tuple[TopicSeed, ...]) -> None:
    troubles = [(top, leaf, trouble) for top in topics for leaf in top.leaves for trouble in leaf.troubles]
    named = [
        trouble
        for top, leaf, trouble in troubles
        if any(word in trouble for word in (top.name, leaf.name, *top.synonyms, *leaf.synonyms))
    ]
    assert len(named) < 0.2 * len(troubles)


def test_troubles_of_every_leaf_differ_in_length(topics: tuple[TopicSeed, ...]) -> None:
    for top in topics:
        for leaf in top.leaves:
            lengths = [len(trouble) for trouble in leaf.troubles]
            assert max(lengths) >= 2 * min(lengths), leaf.code


def test_shipped_tree_passes_its_own_lint(topics: tuple[TopicSeed, ...]) -> None:
    assert lint_topics(topics) == ()


def test_lint_finds_a_trouble_with_one_swapped_noun(topics: tuple[TopicSeed, ...]) -> None:
    pair = ("楼上的老人天天来办公室说水管漏了没人修", "楼上的老人天天来办公室说电表坏了没人修")
    (finding,) = lint_topics(tree_with(topics, *pair))
    assert (finding.kind, finding.texts) == ("NEAR_DUPLICATE", pair)
    assert float(finding.evidence) >= 0.6


def test_lint_compares_troubles_of_different_leaves(topics: tuple[TopicSeed, ...]) -> None:
    first, second, *rest = topics[0].leaves
    copied = replace(second, troubles=(first.troubles[0] + "啊", *second.troubles[1:]))
    (finding,) = lint_topics((replace(topics[0], leaves=(first, copied, *rest)),))
    assert finding.codes == (first.code, second.code)


@pytest.mark.parametrize(
    ("kind", "stem", "troubles"),
    [
        (
            "SHARED_BEGINNING",
            "不晓得咋个",
            ["不晓得咋个跟老党员谈", "不晓得咋个把讲稿写短", "不晓得咋个分清三张报表"],
        ),
        ("SHARED_END", "莫得人来管", ["院墙塌了莫得人来管", "路灯瞎了两盏莫得人来管", "狗追娃娃莫得人来管"]),
    ],
)
def test_third_use_of_a_stem_is_found(
    topics: tuple[TopicSeed, ...], kind: str, stem: str, troubles: list[str]
) -> None:
    pad = "嘛" if kind == "SHARED_BEGINNING" else "，"
    spread = [f"{pad}{t}" if kind == "SHARED_BEGINNING" else t.replace(stem, pad + stem) for t in troubles]
    assert lint_topics(tree_with(topics, *spread[:2])) == ()
    (finding,) = lint_topics(tree_with(topics, *spread))
    assert finding.kind == kind
    assert stem in finding.evidence
    assert len(finding.texts) == 3


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('domain = "社区治理经验"', 'domain = "别的"', "domain must be one of"),
        ('three_point = "HOT"', 'three_point = "COLD"', "three_point must be one of"),
        ("position = 2", 'position = "2"', "position must be a whole number"),
        ("position = 2", "", "add position"),
        ('name = "网格治理"', 'name = "网格治理"\ncolour = "red"', "remove or rename colour"),
        ('code = "GRID.STAFF"', 'code = "STAFF"', "must begin with GRID."),
        ('code = "GRID.STAFF"', 'code = "GRID.DIVISION"', "code GRID.DIVISION is used twice"),
        ('"网格边界", ', '"网格边界", "网格长", ', "synonym 网格长 is used twice"),
        ('code = "GRID"', 'code = "NET"', "must begin with NET."),
        ("[[leaves]]", "[[leaves", "not valid TOML"),
        ("position = 2", "position = 4", "positions must count"),
    ],
)
def test_a_broken_file_is_refused_with_what_to_change(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    for path in FOLDER.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "grid":
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(TopicFileError, match=complaint):
        load_topics(tmp_path)


@pytest.mark.parametrize("trouble", ["太短了", "长" * 46])
def test_trouble_outside_its_length_is_refused(
    tmp_path: Path, topics: tuple[TopicSeed, ...], trouble: str
) -> None:
    first = topics[1].leaves[0].troubles[0]
    text = (FOLDER / "grid.toml").read_text(encoding="utf-8").replace(first, trouble)
    (tmp_path / "grid.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TopicFileError, match="8 to 45 characters"):
        load_topics(tmp_path)


def test_file_not_named_after_its_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_bytes((FOLDER / "grid.toml").read_bytes())
    with pytest.raises(TopicFileError, match=r"grid\.toml"):
        load_topics(tmp_path)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TopicFileError, match="no topic file"):
        load_topics(tmp_path)
