"""An export broken on purpose, one fault a row, for the documentation and the tests of the import."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seed.export import export_header, export_rows
from seed.questionnaire import SURVEY_FOLDER, Questionnaire, load_questionnaire
from seed.respondents import cohort_respondents
from seed.tables import Cell, write_table

BROKEN_EXAMPLE = SURVEY_FOLDER / "broken-example.xlsx"
_EDITS = SURVEY_FOLDER / "broken-example.toml"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row, and the code an import must report for it.

    `row` is the number seen in the sheet, where the header is row 1; `why` says it in Chinese.
    """

    row: int
    code: str
    why: str


def faults() -> list[Fault]:
    """Return the rows that must be rejected, in the order of the sheet, each once."""
    edits = _read_edits()["edit"]
    wrong = (Fault(edit["row"], edit["code"], edit["why"]) for edit in edits if "code" in edit)
    return list(dict.fromkeys(wrong))


def broken_rows(questionnaire: Questionnaire) -> list[list[Cell]]:
    """Return the first rows of cohort 3's export with the edits of `broken-example.toml` made."""
    plan = _read_edits()
    header = export_header(questionnaire)
    respondents = cohort_respondents(3, questionnaire)
    rows = list(export_rows(respondents[: plan["rows"] - 1], questionnaire))
    for edit in plan["edit"]:
        row = rows[edit["row"] - 2]
        if "copy_of" in edit:
            row[1:] = rows[edit["copy_of"] - 2][1:]
        else:
            row[header.index(edit["column"])] = edit["value"]
    return rows


def write_broken_example(path: Path = BROKEN_EXAMPLE) -> None:
    """Write the broken example anew (`python -m seed.broken`)."""
    questionnaire = load_questionnaire()
    write_table(path, export_header(questionnaire), broken_rows(questionnaire))


def _read_edits() -> dict[str, Any]:
    with _EDITS.open("rb") as file:
        return tomllib.load(file)


if __name__ == "__main__":
    write_broken_example()
