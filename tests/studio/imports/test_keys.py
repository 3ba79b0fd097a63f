"""Two spellings of one name, community, header or title are the same."""

import pytest

from studio.imports.headers import header_key
from studio.imports.keys import clean_name, community_key, name_key, same_community
from studio.imports.roles import parse_level, parse_role
from studio.store.enums import Level, TraineeRole
from studio.store.labels import LABELS


@pytest.mark.parametrize("text", ["王晓明", "王 晓明", "王　晓　明", " 王晓明 ", "王\u200b晓明", "王曉明"])
def test_name_is_the_same_however_typed(text: str) -> None:
    assert name_key(text) == name_key("王晓明")


@pytest.mark.parametrize(
    "text", ["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽.买买提"]
)
def test_dot_of_transliterated_name_is_kept_in_one_form(text: str) -> None:
    assert clean_name(text) == "阿依古丽·买买提"


def test_four_character_and_latin_names_stay_whole() -> None:
    assert clean_name("欧阳 晓明") == "欧阳晓明"
    assert clean_name("Anna  Lee") == "Anna Lee"


def test_different_names_have_different_keys() -> None:
    assert len({name_key(name) for name in ("王晓明", "王小明", "王晓", "晓明王")}) == 4


@pytest.mark.parametrize(
    "text",
    [
        "翠竹社区",
        "翠竹",
        "翠竹 社区",
        "翠竹社区居委会",
        "翠竹村",
        "翠竹社区居民委员会",
        "翠竹社區",
        "翠竹社区党支部",
    ],
)
def test_community_is_the_same_with_or_without_its_kind(text: str) -> None:
    assert community_key(text) == community_key("翠竹社区")


@pytest.mark.parametrize("text", ["新村", "新村社区", "新村居委会", "新 村 社区居民委员会"])
def test_community_whose_name_ends_like_a_kind_keeps_it(text: str) -> None:
    assert community_key(text) == "新村"


def test_community_with_its_town_in_front_is_the_same() -> None:
    assert same_community("翠竹", "红枫区东门街道翠竹社区")
    assert same_community(
        "翠竹社区", "贵州省遵义市红枫区东门街道办事处翠竹", county="红枫区", town="东门街道"
    )
    assert not same_community("翠竹社区", "红枫区西门街道翠竹", county="红枫区", town="东门街道")
    assert not same_community("翠竹社区", "青松区翠竹", county="红枫区")
    assert same_community("红枫区翠竹社区", "翠竹", county="红枫区")
    assert not same_community("东区花园社区", "花园社区", county="汇川区")
    assert not same_community("新镇和平社区", "和平社区", county="红花岗区")
    assert not same_community("翠竹", "竹")
    assert not same_community("翠竹社区", "青竹社区")


def test_community_that_is_only_its_kind_keeps_a_key() -> None:
    assert community_key("社区") == "社区"


@pytest.mark.parametrize("text", ["3号社区", "３号社区", "3 号"])
def test_full_width_digits_are_digits(text: str) -> None:
    assert community_key(text) == "3号"


@pytest.mark.parametrize(
    "header",
    [
        "姓名",
        "1、您的姓名",
        "1.您的姓名",
        "1：您的姓名",
        "Q1 您的姓名是？",
        "第1题(您的姓名)",
        "１、請填寫您的姓名（必填）",
        "姓　名*",
        "1、请问您的姓名是什么?[填空题]",
    ],
)
def test_header_is_bared_of_its_dress(header: str) -> None:
    assert header_key(header) == "姓名"


@pytest.mark.parametrize(
    ("titles", "role"),
    [
        (
            "书记、主任|书记主任一肩挑|党支部书记、居委会主任|书记/主任|书记兼主任|主任、书记|书记(主任)",
            "SECRETARY_AND_DIRECTOR",
        ),
        (
            "书记|支部书记|总支书记|党委书记|社区党组织书记|第一书记|党支部书记、副主任|支書",
            "PARTY_SECRETARY",
        ),
        ("居委会主任|主任|社区主任|党支部副书记、居委会主任", "COMMITTEE_DIRECTOR"),
        ("副书记|党支部副书记|副支书|副党支部书记|副书记、副主任|Deputy Secretary", "DEPUTY_SECRETARY"),
        ("副主任|居委会副主任|副职", "DEPUTY_DIRECTOR"),
        ("后备|后备干部|社区后备力量|储备干部|后备书记", "RESERVE_CADRE"),
        ("网格支部书记|网格党支部书记|第二网格支部书记|网格支书", "GRID_BRANCH_SECRETARY"),
        ("楼栋长|楼栋党小组长|党小组长", "BUILDING_LEADER"),
        ("乡村振兴人才|乡村振兴人才培养对象", "RURAL_TALENT"),
        ("社区工作者|网格员|专干|书记助理|其他", "OTHER"),
    ],
)
def test_titles_mean_their_role(titles: str, role: str) -> None:
    assert {title: parse_role(title) for title in titles.split("|")} == dict.fromkeys(
        titles.split("|"), TraineeRole(role)
    )


def test_every_role_is_known_by_code_and_label() -> None:
    for role in TraineeRole:
        assert parse_role(role.value) is role
        assert parse_role(LABELS[TraineeRole][role]) is role


def test_unknown_title_is_no_role() -> None:
    assert parse_role("镇长") is None


@pytest.mark.parametrize(
    ("text", "level"), [("懂治理", "UNDERSTAND"), ("中", "ABLE"), ("善治理(高)", "EXCEL"), ("ABLE", "ABLE")]
)
def test_levels(text: str, level: str) -> None:
    assert parse_level(text) is Level(level)
