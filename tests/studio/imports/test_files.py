"""Uploads: recognised by content, decoded rightly, and refused with a code when they cannot be read."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from studio.imports.cellnames import column_letters, column_number
from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.sheets import Limits
from studio.imports.tables import read_table

from .making import csv_bytes, xlsx_bytes

ROWS = [["姓名", "社区", "备注"], ["张三", "花园社区", "“引号”、逗号,分号;都有"], ["李四", "河滨", "两\n行"]]


def refusal(content: bytes, limits: Limits | None = None) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read_table(content, "upload.xlsx", limits)
    assert caught.value.message()
    assert caught.value.suggestion("en")
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    table = read_table(csv_bytes(ROWS, encoding, delimiter), "a.csv")
    assert table.header == ("姓名", "社区", "备注")
    assert [row.cells for row in table.rows] == [tuple(row) for row in ROWS[1:]]


def test_xlsx_gives_the_same_cells_as_csv() -> None:
    assert read_table(xlsx_bytes(ROWS), "a.xlsx").rows == read_table(csv_bytes(ROWS), "a.csv").rows


def test_old_xls_is_read() -> None:
    content = (Path(__file__).parent / "roster.xls").read_bytes()
    table = read_table(content, "roster.xls")
    assert table.header == ("姓名", "所在社区", "职务", "电话", "任职时间")
    assert table.rows[0].number == 3
    assert table.rows[0].cells == ("林晓禾", "翠竹社区", "书记", "10000000001", "2019-07-01")


@pytest.mark.parametrize("at", [76, 512, 600])
def test_damaged_xls_never_takes_the_server_with_it(at: int) -> None:
    content = bytearray((Path(__file__).parent / "roster.xls").read_bytes())
    content[at : at + 400] = b"\xf7" * 400
    assert refusal(bytes(content)).code == ImportCode.FILE_DAMAGED


def test_limit_holds_for_xls_too() -> None:
    content = (Path(__file__).parent / "roster.xls").read_bytes()
    assert refusal(content, Limits(cells=3)).code == ImportCode.FILE_TOO_MANY_CELLS


def test_content_decides_and_not_the_file_name() -> None:
    assert read_table(csv_bytes(ROWS), "a.xlsx").header == read_table(xlsx_bytes(ROWS), "a.csv").header


def test_excel_values_become_text() -> None:
    row = [
        4.0,
        13800000000,
        2.5,
        dt.datetime(2026, 3, 2, 10, 31, 5),
        dt.date(2026, 3, 2),
        True,
        "=1+1",
        "007",
    ]
    cells = read_table(xlsx_bytes([["a", "b", "c", "d", "e", "f", "g", "h"], row]), "a.xlsx").rows[0].cells
    assert cells == ("4", "13800000000", "2.5", "2026-03-02 10:31:05", "2026-03-02", "TRUE", "=1+1", "007")


def test_cells_are_trimmed_and_kept_as_written_but_for_nul() -> None:
    text = "繁體😀 e\u0301\t末"
    rows = [["甲 ", "乙"], [f" \x00{text}\x07 ", "x" * 20_000], [" \u3000", "y"], ["a", "b"]]
    for content in (
        csv_bytes(rows),
        xlsx_bytes([[cell.replace("\x00", "") for cell in row] for row in rows]),
    ):
        table = read_table(content, "a")
        assert table.header == ("甲", "乙")
        assert table.rows[0].cells == (text, "x" * 20_000)
        assert (table.rows[0].as_written(0), table.rows[0].as_written(1)) == (f" {text}\x07 ", "x" * 20_000)
        assert (table.rows[1].cells, table.rows[1].as_written(0)) == (("", "y"), "")
        assert table.rows[2].written == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ImportCode.FILE_EMPTY),
        (b"\r\n \r\n", ImportCode.FILE_EMPTY),
        (b"PK\x03\x04 broken", ImportCode.FILE_DAMAGED),
        (xlsx_bytes(ROWS)[:2000], ImportCode.FILE_DAMAGED),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), ImportCode.FILE_DAMAGED),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            ImportCode.FILE_PASSWORD,
        ),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", ImportCode.FILE_WRONG_TYPE),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), ImportCode.FILE_WRONG_TYPE),
        ("<html><table><tr><td>姓名".encode(), ImportCode.FILE_WRONG_TYPE),
        (b"\xff\xff\xfa\xfb,\xff", ImportCode.FILE_ENCODING),
        ('姓名,社区\n张三,"花园\n李四,河滨\n'.encode(), ImportCode.FILE_QUOTES),
        ("姓名,社区\n".encode(), ImportCode.FILE_NO_ROWS),
        (xlsx_bytes([]), ImportCode.FILE_EMPTY),
    ],
)
def test_unreadable_upload_is_refused_with_its_reason(content: bytes, code: ImportCode) -> None:
    assert refusal(content).code == code


def test_unclosed_quote_names_the_row_where_it_begins() -> None:
    refused = refusal('姓名,社区\n王五,东\n张三,"花园\n李四,河滨\n'.encode())
    assert refused.values["row"] == 3


def test_archive_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(out.getvalue()).code == ImportCode.FILE_WRONG_TYPE


def test_upload_over_the_limit_is_refused() -> None:
    refused = refusal(csv_bytes(ROWS * 100_000), Limits(size_bytes=1024 * 1024))
    assert (refused.code, refused.values["limit_mb"]) == (ImportCode.FILE_TOO_LARGE, 1)


def test_too_many_cells_are_refused() -> None:
    rows = [["甲", "乙"]] + [["1", "2"]] * 100
    for content in (csv_bytes(rows), xlsx_bytes(rows)):
        assert refusal(content, Limits(cells=150)).code == ImportCode.FILE_TOO_MANY_CELLS


def with_sheet(xml: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_bytes(ROWS))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to,
    ):
        for name in source.namelist():
            to.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return out.getvalue()


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    refused = refusal(with_sheet(b"<worksheet>" + b" " * 30_000_000), Limits(unpacked_bytes=10_000_000))
    assert refused.code == ImportCode.FILE_TOO_LARGE


def test_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(with_sheet(b"<worksheet>" + b" " * 30_000_000))
    at = content.index(b"xl/worksheets/sheet1.xml", content.index(b"PK\x01\x02"))
    content[at - 46 + 24 : at - 46 + 28] = (1000).to_bytes(4, "little")
    refused = refusal(bytes(content), Limits(unpacked_bytes=10_000_000))
    assert refused.code == ImportCode.FILE_TOO_LARGE


def test_two_far_apart_cells_do_not_take_the_memory_of_all_between() -> None:
    cells = (
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c s="0" r="XFD1048576"><v>1</v></c></row>'
    )
    xml = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'
    assert refusal(with_sheet(xml % cells)).code == ImportCode.FILE_TOO_MANY_CELLS


def test_damaged_member_is_refused() -> None:
    content = bytearray(xlsx_bytes(ROWS))
    at = content.index(b"xl/worksheets/sheet1.xml") + 40
    content[at : at + 30] = bytes(30)
    with pytest.raises(ImportRefused) as caught:
        read_table(bytes(content), "a.xlsx")
    assert caught.value.code == ImportCode.FILE_DAMAGED


@pytest.mark.parametrize(("letters", "index"), [("A", 0), ("Z", 25), ("AA", 26), ("XFD", 16383)])
def test_column_letters(letters: str, index: int) -> None:
    assert column_letters(index) == letters
    assert column_number(letters) == index + 1


def test_formulas_without_a_value_are_kept_as_text() -> None:
    """Programs write formulas without computing them: a reader of values alone would lose the answer."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "社区", "备注", "合计"])
    sheet.append(["张三", "花园社区", '=HYPERLINK("http://x","看")', None])
    sheet.append(["李四", "河滨", "没有车位", "=1+2"])
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), "a.xlsx")
    assert [row.cells[2:] for row in table.rows] == [
        ('=HYPERLINK("http://x","看")', ""),
        ("没有车位", "=1+2"),
    ]


def test_formulas_with_a_value_are_read_as_what_they_show() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "社区", "备注"])
        sheet.write_row(1, 0, ["张三", "花园社区"])
        sheet.write_formula(1, 2, "=1+2", None, 3)
        sheet.write_row(2, 0, ["李四", "河滨"])
        sheet.write_formula(2, 2, '=IF(A1="","是","")', None, "")
    # A spreadsheet marks an empty text as one; this writer does not.
    as_spreadsheet = io.BytesIO()
    with zipfile.ZipFile(out) as written, zipfile.ZipFile(as_spreadsheet, "w") as marked:
        for name in written.namelist():
            marked.writestr(name, written.read(name).replace(b'<c r="C3">', b'<c r="C3" t="str">'))
    table = read_table(as_spreadsheet.getvalue(), "a.xlsx")
    assert [row.cells[2] for row in table.rows] == ["3", ""]
