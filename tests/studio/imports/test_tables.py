"""Tables inside sheets: the header is found wherever it stands, and rows keep the sheet's numbers."""

from studio.imports.tables import read_table

from .making import Rows, csv_bytes, read_csv, xlsx_bytes

TITLE = ["第三期学员名册", "", ""]
HEADER = ["姓名", "社区", "职务"]


def numbers(rows: list[list[str]], **options: object) -> list[int]:
    return [row.number for row in read_table(xlsx_bytes(rows, **options), "a.xlsx").rows]  # type: ignore[arg-type]


def test_row_numbers_count_titles_and_empty_rows() -> None:
    rows = [TITLE, ["", "", ""], HEADER, ["张三", "东", "书记"], ["", "", ""], ["李四", "西", "主任"]]
    assert numbers(rows) == [4, 6]
    assert [row.number for row in read_csv(rows).rows] == [4, 6]


def test_csv_record_over_two_lines_counts_as_one_row() -> None:
    table = read_csv([HEADER, ["张三", "东\n边", "书记"], ["李四", "西", "主任"]])
    assert [(row.number, row.cells[0]) for row in table.rows] == [(2, "张三"), (3, "李四")]


def test_merged_title_and_notes_are_no_header() -> None:
    rows = [TITLE, ["填报单位:某街道", "", "2026年3月"], HEADER, ["张三", "东", "书记"]]
    table = read_table(xlsx_bytes(rows, merges=["A1:C1", "A2:B2"]), "a.xlsx")
    assert table.rows[0].cells == ("张三", "东", "书记")
    assert [column.rpartition("—")[2] for column in table.header] == HEADER
    assert table.rows[0].number == 4


def test_empty_columns_go_and_letters_stay() -> None:
    table = read_table(xlsx_bytes([["", "姓名", "", "社区"], ["", "张三", "", "东"]]), "a.xlsx")
    assert (table.header, table.letters) == (("姓名", "社区"), ("B", "D"))


def test_column_without_header_is_kept_under_its_letter() -> None:
    assert read_csv([["姓名", "", "社区"], ["张三", "x", "东"]]).header == ("姓名", "[B]", "社区")


def test_vertically_merged_cell_counts_for_all_its_rows() -> None:
    rows = [["县", "姓名"], ["东县", "张三"], ["", "李四"], ["", "王五"], ["西县", "赵六"]]
    table = read_table(xlsx_bytes(rows, merges=["A2:A4"]), "a.xlsx")
    assert [row.cells[0] for row in table.rows] == ["东县", "东县", "东县", "西县"]


def test_two_header_lines_with_merged_cells_are_joined() -> None:
    rows: Rows = [
        ["问卷结果", "", "", "", ""],
        ["姓名", "棘手程度", "", "急迫程度", ""],
        ["", "党建业务", "网格治理", "党建业务", "网格治理"],
        ["张三", 1, 2, 3, 4],
    ]
    merges = ["A1:E1", "A2:A3", "B2:C2", "D2:E2"]
    table = read_table(xlsx_bytes(rows, merges=merges), "a.xlsx")
    expected = ("姓名", "棘手程度—党建业务", "棘手程度—网格治理", "急迫程度—党建业务", "急迫程度—网格治理")
    assert table.header == expected
    assert (table.header_row, table.rows[0].number) == (3, 4)


def test_two_header_lines_without_merges_are_joined() -> None:
    rows = [
        ["姓名", "社区", "棘手程度", "", "", "", "最棘手"],
        ["", "", "党建业务", "网格治理", "文稿写作", "应急安全", ""],
        ["张三", "东", "1", "2", "3", "4", "材料"],
    ]
    expected = ("姓名", "社区", *(f"棘手程度—{t}" for t in rows[1][2:6]), "最棘手")
    table = read_csv(rows)
    assert table.header == expected
    assert table.rows[0].number == 3


def test_sparse_first_row_is_no_second_header_line() -> None:
    rows = [["姓名", "社区", "最棘手", ""], ["张三", "", "", "口头补充"], ["李四", "西", "材料", ""]]
    table = read_csv(rows)
    assert table.header[:3] == ("姓名", "社区", "最棘手")
    assert [row.number for row in table.rows] == [2, 3]


def test_question_codes_above_the_texts_give_way_to_them() -> None:
    rows = [["Q1", "Q2", "Q3"], ["您的姓名", "所在社区", "最棘手的问题是什么"], ["张三", "东", "材料"]]
    table = read_csv(rows)
    assert table.header == tuple(rows[1])
    assert table.rows[0].number == 3


def test_header_repeated_on_every_printed_page_is_no_row() -> None:
    table = read_csv([HEADER, ["张三", "东", "书记"], HEADER, ["李四", "西", "主任"]])
    assert [row.number for row in table.rows] == [2, 4]


def test_sheet_of_instructions_is_passed_over() -> None:
    content = xlsx_bytes(
        [HEADER, ["张三", "东", "书记"]], others=[("填表说明", [["一、请如实填写"], ["二、三月底前交"]])]
    )
    assert read_table(content, "a.xlsx").header == tuple(HEADER)


def test_one_column_is_a_table_too() -> None:
    table = read_table(csv_bytes([["最棘手的问题"], ["材料写到半夜"]]), "a.csv")
    assert (table.header, table.rows[0].cells) == (("最棘手的问题",), ("材料写到半夜",))
