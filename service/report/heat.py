"""The heat map of needs: role × topic, or county × topic, in rows."""

from typing import Any

Node = dict[str, Any]
SHADES = 6


def heat_rows(cells: list[Node], group: str) -> list[Node]:
    """Return the cells of a heat map row by row; `group` names the field that a row has in common."""
    rows: dict[str, Node] = {}
    for cell in cells:
        row = rows.setdefault(cell[group], {group: cell[group], "answered": cell["answered"], "cells": []})
        row["cells"].append(
            {
                "topic": cell["topic"]["code"],
                "name": cell["topic"]["name"],
                "mean": cell["mean"],
                "trainees": cell["respondents"],
            }
        )
    return list(rows.values())


def shade(rows: list[Node]) -> list[Node]:
    """Give each cell its shade, 0–5, relative to the greatest mean need of the table."""
    cells = [cell for row in rows for cell in row["cells"]]
    greatest = max((cell["mean"] for cell in cells), default=0.0)
    for cell in cells:
        cell["shade"] = min(SHADES - 1, int(SHADES * cell["mean"] / greatest)) if greatest else 0
    return rows
