"""Messages: lists in the way of the language, and what was not found by its name in the language."""

import pytest

from studio.errors import NotFound
from studio.messages import listed, translate
from studio.store.identity import PREFIXES


@pytest.mark.parametrize(("language", "text"), [("zh", "甲、乙"), ("en", "甲, 乙"), ("fr", "甲、乙")])
def test_lists_are_divided_as_the_language_divides_them(language: str, text: str) -> None:
    assert listed(["甲", "乙"], language) == text
    assert text in translate("WHICH_STUDIO", language, names=["甲", "乙"])


# Rows that nobody asks for by their id.
NEVER_NAMED = {"Studio", "Region", "SurveyResponse", "Recommendation", "MatchPolicy", "CoursePlan"}


@pytest.mark.parametrize("entity", sorted(set(PREFIXES) - NEVER_NAMED))
def test_row_that_is_not_found_has_its_name_in_each_language(entity: str) -> None:
    assert entity not in NotFound(entity).message("zh")
    assert NotFound(entity).message("en").startswith("The ")


def test_other_words_are_told_as_they_were_given() -> None:
    assert "TR_x" in NotFound("TR_x", command="yanzhen needs").message("zh")
    assert "yanzhen needs" in NotFound("TR_x", command="yanzhen needs").message("en")
