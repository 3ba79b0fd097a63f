"""Errors that a person can act on: a stable code, the values of its message, and the field at fault."""

from studio.messages import catalogue, translate


class StudioError(Exception):
    """A refusal with a stable code; the message comes from the catalogue in the reader's language."""

    def __init__(self, code: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.values = values

    def message(self, language: str = "zh") -> str:
        """Return what is wrong and what to do, in `language`."""
        return translate(self.code, language, **self.values)


class Unauthenticated(StudioError):
    """No token, or one that is unknown, expired or revoked."""


class Forbidden(StudioError):
    """The actor may not do this, whatever the rows."""

    def __init__(self, action: str, field: str | None = None) -> None:
        super().__init__("FORBIDDEN", field=field, action=action)


class NotFound(StudioError):
    """No such row, or none that this actor may see: the two are not told apart."""

    def __init__(self, what: str, field: str | None = None, *, command: str | None = None) -> None:
        """Tell the kind of row, or the words that were given; `command` is one that lists what there is."""
        super().__init__("NOT_FOUND", field=field, what=what)
        self._command = command

    def message(self, language: str = "zh") -> str:
        """Return what is not there, kinds of rows by their names in `language`, and where to look."""
        what = str(self.values["what"])
        kind = f"THING_{what.upper()}"
        named = translate(kind, language) if kind in catalogue(language) else what
        if self._command is None:
            return translate("NOT_FOUND", language, what=named)
        return translate("NOT_FOUND_LISTED", language, what=named, command=self._command)


class Conflict(StudioError):
    """The rows have changed meanwhile, or a constraint of the database refuses the write."""
