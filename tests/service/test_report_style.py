"""The report's colours can be told apart and read, and its print rules are those of paper."""

import re
from pathlib import Path

import pytest

import service.report
from service.report.parts import SHORT

CSS = (Path(service.report.__file__).parent / "report.css").read_text(encoding="utf-8")
# WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for marks that carry meaning.
TEXT, MARK = 4.5, 3.0


def rules(css: str) -> list[tuple[str, dict[str, str]]]:
    """Every (selector, declarations) of a style sheet, inside of media rules too."""
    return [
        (selector.strip(), dict(re.findall(r"([\w-]+)\s*:\s*([^;]+?)\s*(?:;|$)", body)))
        for group, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css)
        for selector in group.rsplit(";", 1)[-1].split(",")
    ]


VARIABLES = {name: value for _, body in rules(CSS) for name, value in body.items() if name.startswith("--")}


def colour(value: str) -> str | None:
    """The #rrggbb of a declaration's colour, variables looked up; None where it has none."""
    value = re.sub(r"var\((--[\w-]+)\)", lambda found: VARIABLES[found[1]], value)
    found = re.search(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", value)
    if found is None:
        return None
    digits = found[0][1:]
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours."""

    def luminance(hexes: str) -> float:
        channels = (int(hexes[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


INK, PAPER = str(colour("var(--ink)")), str(colour("var(--paper)"))
INKS = {
    found for _, body in rules(CSS) if (found := colour(body.get("color", ""))) and "background" not in body
}


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_text_colour_can_be_read_on_paper_and_on_a_notice() -> None:
    assert {INK, colour("var(--soft)"), colour("var(--accent)"), colour("var(--warm)")} <= INKS
    for ground in (PAPER, colour("var(--note)")):
        assert not {ink: contrast(ink, str(ground)) for ink in INKS if contrast(ink, str(ground)) < TEXT}


def test_figures_of_the_heat_map_can_be_read_on_every_shade() -> None:
    shades = {selector: body for selector, body in rules(CSS) if re.fullmatch(r"\.h\d", selector)}
    assert sorted(shades) == [f".h{shade}" for shade in range(6)]
    for body in shades.values():
        assert contrast(colour(body.get("color", "")) or INK, str(colour(body["background"]))) >= TEXT
    # A see-through text would be paler than its colour says.
    assert not [selector for selector, body in rules(CSS) if "opacity" in body]


def test_every_part_has_a_colour_of_its_own_that_shows() -> None:
    grounds = dict(rules(CSS))
    colours = {code: str(colour(grounds[f".{code}"]["background"])) for code in SHORT}
    assert len(set(colours.values())) == len(SHORT)
    assert not {code for code, found in colours.items() if contrast(found, PAPER) < MARK}


def test_rules_for_small_screens_leave_paper_alone() -> None:
    """A4 less its margins is 688 px wide, so a bare max-width would give paper the telephone's layout."""
    media = re.findall(r"@media ([^{]+) \{", CSS)
    assert media == ["screen and (max-width: 760px)", "print"]


@pytest.mark.parametrize(
    ("selector", "declaration", "value"),
    [
        (".together", "break-inside", "avoid"),
        (".plan", "break-inside", "avoid"),
        (".pair", "break-inside", "avoid"),
        (".day", "break-inside", "avoid"),
        ("h2", "break-after", "avoid"),
        ("h3", "break-after", "avoid"),
    ],
)
def test_paper_keeps_together_what_belongs_together(selector: str, declaration: str, value: str) -> None:
    paper = CSS[CSS.index("@media print {") + len("@media print {") :]
    assert (declaration, value) in {
        item for name, body in rules(paper) if name == selector for item in body.items()
    }
    # Columns of a screen break too.
    assert dict(rules(CSS))[".voices li"]["break-inside"] == "avoid"
    assert "counter(page)" in CSS
