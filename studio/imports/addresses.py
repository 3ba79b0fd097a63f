"""Columns that hold addresses of devices and accounts, whatever their headers say."""

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from studio.imports.columns import DROPPED_PERSONAL, IGNORED, ColumnMapping
from studio.imports.tables import Table

# What may be an IP address, perhaps with a place behind it: 203.0.113.7(贵州-遵义).
_IP = re.compile(r"([0-9a-f]*[.:][0-9a-f.:]+)\s*(?:[(（].*)?", re.IGNORECASE)
_WECHAT_OPENID = re.compile(r"o[\w-]{27}", re.ASCII)


def without_addresses(table: Table, mapping: Sequence[ColumnMapping]) -> list[ColumnMapping]:
    """Return the mapping with every column dropped that no header explains and whose cells are mostly addresses."""
    return [
        replace(column, field=DROPPED_PERSONAL)
        if column.field == IGNORED and column.confidence == 0.0 and _mostly_addresses(table, column.index)
        else column
        for column in mapping
    ]


def _mostly_addresses(table: Table, index: int) -> bool:
    filled = [cell for cell in table.column(index) if cell]
    return sum(map(_is_address, filled)) * 2 > len(filled)


def _is_address(cell: str) -> bool:
    found = _IP.fullmatch(cell)
    if found is None:
        return _WECHAT_OPENID.fullmatch(cell) is not None
    try:
        ip_address(found[1])
    except ValueError:
        return False
    return True
