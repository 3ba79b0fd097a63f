"""People are found by name, community and telephone; nobody is guessed."""

from studio.imports.respondents import KnownPerson, PeopleIndex, resolve_people
from studio.imports.survey import parse_survey

from .making import NOW, TOPICS, lines, read_csv, told

PEOPLE = (
    KnownPerson(1, "林晓禾", "翠竹社区", "东县", "10000000001"),
    KnownPerson(2, "林晓禾", "清溪村", "西县", "10000000002"),
    KnownPerson(3, "周望山", "清溪村", "西县"),
    KnownPerson(4, "阿依古丽·买买提", "东门社区", "东县"),
    KnownPerson(5, "吴小满", "东门社区", "东县", "10000000005"),
    KnownPerson(6, "吴小满", "东门社区", "东县", "10000000006"),
)


def resolve(text: str) -> tuple[dict[int, object], list[tuple[int, str, str]], tuple[object, ...]]:
    sheet = parse_survey(read_csv(lines(text)), topics=TOPICS, now=NOW)
    keys, issues = resolve_people(sheet.rows, PEOPLE, name_column=sheet.name_column)
    return keys, told(issues), issues


def test_people_are_found_however_they_write_themselves() -> None:
    keys, issues, _ = resolve("""
        姓名 | 社区 | 电话 | 最棘手
        林 晓禾 | 翠竹 | | a
        林晓禾 | 西县清溪镇清溪村 | | b
        周望山 | | | c
        阿依古丽•买买提 | 东门 | | d
        吴小满 | 东门 | 100 0000 0006 | e
    """)
    assert issues == []
    assert keys == {2: 1, 3: 2, 4: 3, 5: 4, 6: 6}


def test_unknown_person_is_reported_with_near_names() -> None:
    keys, issues, found = resolve("姓名 | 社区 | 最棘手\n林小禾 | 翠竹 | a\n某某 | 翠竹 | b")
    assert keys == {}
    assert issues == [(2, "姓名", "UNKNOWN_PERSON"), (3, "姓名", "UNKNOWN_PERSON")]
    assert "林晓禾(翠竹社区)" in found[0].suggestion()  # type: ignore[attr-defined]


def test_overlong_name_is_cut_in_the_message() -> None:
    _, _, found = resolve(f"姓名 | 社区 | 最棘手\n{'长' * 300} | {'社' * 300} | a")
    assert len(found[0].message()) < 150  # type: ignore[attr-defined]


def test_known_name_in_another_community_is_not_taken() -> None:
    keys, issues, found = resolve("姓名 | 社区 | 最棘手\n周望山 | 翠竹 | a")
    assert (keys, issues) == ({}, [(2, "姓名", "UNKNOWN_PERSON")])
    assert "周望山(清溪村)" in found[0].suggestion()  # type: ignore[attr-defined]


def test_namesakes_without_community_are_ambiguous() -> None:
    _, issues, found = resolve("姓名 | 社区 | 最棘手\n林晓禾 | | a\n吴小满 | 东门 | b")
    assert issues == [(2, "姓名", "AMBIGUOUS_PERSON"), (3, "姓名", "AMBIGUOUS_PERSON")]
    assert "清溪村" in found[0].message()  # type: ignore[attr-defined]
    assert "吴小满(东门社区,****0005)、吴小满(东门社区,****0006)" in found[1].message()  # type: ignore[attr-defined]


def test_county_or_telephone_tells_namesakes_apart() -> None:
    index = PeopleIndex(PEOPLE)
    assert index.find("林晓禾", county="西县").key == 2
    assert index.find("林晓禾", phone="10000000001").key == 1
    assert index.find("吴小满", "东门", phone="10000000009").code == "AMBIGUOUS_PERSON"


def test_person_without_a_known_community_is_found_by_name() -> None:
    assert PeopleIndex([KnownPerson("k", "冯小池", "")]).find("冯小池", "翠竹").key == "k"


def test_one_person_written_two_ways_is_a_duplicate() -> None:
    keys, issues, found = resolve("""
        姓名 | 社区 | 提交时间 | 最棘手
        周望山 | 清溪 | 2026/3/2 10:00 | a
        周望山 | | 2026/3/2 11:00 | b
    """)
    assert keys == {2: 3, 3: 3}
    assert issues == [(2, "姓名", "DUPLICATE_RESPONDENT")]
    assert found[0].values["other_row"] == 3  # type: ignore[attr-defined]


def test_duplicate_that_the_sheet_reports_is_not_reported_again() -> None:
    _, issues, _ = resolve("姓名 | 社区 | 最棘手\n周望山 | 清溪 | a\n周望山 | 清溪村 | b")
    assert issues == []


def test_telephone_does_not_outweigh_another_community() -> None:
    index = PeopleIndex(PEOPLE)
    contradicted = index.find("林晓禾", "清溪村", phone="10000000001")
    assert (contradicted.key, contradicted.code) == (None, "AMBIGUOUS_PERSON")
    assert "翠竹社区" in str(dict(contradicted.values)["candidates"])
    assert index.find("林晓禾", "清溪村", county="西县", phone="10000000001").key is None
    assert index.find("周望山", "清溪村", phone="10000000001").key == 3
    assert index.find("林晓禾", "火星社区", phone="10000000001").code == "UNKNOWN_PERSON"
    assert index.find("吴小满", "东门", phone="10000000006").key == 6
