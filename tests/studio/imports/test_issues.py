"""Every code has a message and a suggestion in both languages, and its values fill them."""

import re

import pytest

from studio.imports.issues import ImportCode, ImportRefused, RowIssue
from studio.messages import catalogue


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_has_message_and_suggestion(language: str) -> None:
    wanted = {name for code in ImportCode for name in (code.value, f"{code.value}_FIX")}
    assert wanted <= set(catalogue(language))


@pytest.mark.parametrize("code", list(ImportCode))
def test_both_languages_need_the_same_values(code: ImportCode) -> None:
    def names(language: str) -> set[str]:
        both = catalogue(language)[code] + catalogue(language)[f"{code}_FIX"]
        return set(re.findall(r"{(\w+)}", both))

    # zh may show more than en, but never a value that en's issue would not carry: both come from one place.
    assert names("zh") == names("en")


def test_message_names_row_and_column_and_survives_braces() -> None:
    issue = RowIssue(7, "8、{最棘手}", ImportCode.VALUE_TOO_LONG, {"length": 9, "limit": 5})
    assert "第 7 行" in issue.message()
    assert "{最棘手}" in issue.message()
    assert "Row 7" in issue.message("en")


def test_refusal_carries_its_values() -> None:
    refused = ImportRefused(ImportCode.COLUMN_MISSING, fields="姓名 (name)", found="甲、乙", field="name")
    assert "姓名 (name)" in refused.message()
    assert "--map" in refused.suggestion()
