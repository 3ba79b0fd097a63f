"""Tables on the terminal: headings in the reader's language, ids that can be copied."""

from collections.abc import Iterable
from typing import Final

from rich.table import Table

from studio.messages import translate

# Letters of the kind and 32 digits, as in TR_0198…
ID_WIDTH: Final = 36
# Over two lines nobody could copy an id, or read a week.
_ON_ONE_LINE: Final = {"CLI_ID": ID_WIDTH, "CLI_WEEK": None}


def table_of(headings: Iterable[str], language: str, title: str | None = None) -> Table:
    """Return a table without rows; cells fold where the window is narrow, ids and weeks do not."""
    table = Table(title=title, box=None)
    for heading in headings:
        told = translate(heading, language)
        whole = heading in _ON_ONE_LINE
        table.add_column(told, overflow="fold", no_wrap=whole, min_width=_ON_ONE_LINE.get(heading))
    return table
