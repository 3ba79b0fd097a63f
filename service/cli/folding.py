"""Help whose long words are folded: Chinese writes no blanks, and Rich cuts off what is longer than a line."""

from rich.text import Text
from typer import rich_utils


class _Folding(rich_utils.OptionHighlighter):
    """Colours the texts of help as Typer does, and lets them break anywhere where a line is full."""

    def highlight(self, text: Text) -> None:
        text.overflow = "fold"
        super().highlight(text)


def fold_long_words() -> None:
    """Let Typer's help break words that are longer than a line."""
    rich_utils.highlighter = _Folding()
