"""Commands that are imported when somebody runs them: the lists of help need their names only.

A command brings the storage, the engine and the schema along, which take seconds to import.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup

from studio.messages import catalogue, translate


@dataclass(frozen=True)
class Command:
    """A command: the code of its help, and its function as `module:name`, the module's name within this folder."""

    help: str
    where: str

    def made(self, name: str, language: str) -> Any:
        """Import the function and return it as a command, with its texts in a language."""
        module, function = self.where.split(":")
        alone = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        alone.command(name, help=self.help)(getattr(import_module(f"service.cli.{module}"), function))
        return translated(typer.main.get_command(alone), language)


@dataclass(frozen=True)
class Group:
    """Commands under one name."""

    help: str
    commands: Mapping[str, Command]

    def made(self, name: str, language: str) -> Any:
        """Return the group; nothing of it is imported yet."""
        # Typer asks for a dictionary, and reads it only.
        inner: Any = LazyCommands(self.commands, language)
        group = LazyGroup(name=name, help=self.help, no_args_is_help=True, commands=inner)
        return translated(group, language)


Entry: TypeAlias = Command | Group


class LazyCommands(Mapping[str, Any]):
    """Commands by name, each made when it is first asked for."""

    def __init__(self, entries: Mapping[str, Entry], language: str) -> None:
        self._entries, self._language = entries, language
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._entries[name].made(name, self._language)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def titles(self) -> dict[str, Any]:
        """Return what a list of the commands shows: names and helps, and no functions."""
        return {
            name: TyperCommand(name, help=translate(entry.help, self._language))
            for name, entry in self._entries.items()
        }


class LazyGroup(TyperGroup):
    """A group whose own help imports none of its commands."""

    commands: Any

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in their order."""
        return list(self.commands)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        listed = copy(self)
        listed.commands = self.commands.titles()
        super(LazyGroup, listed).format_help(ctx, formatter)


def translated(command: Any, language: str) -> Any:
    """Put the texts of the catalogue where a command, its arguments and options name their codes."""
    for described in (command, *command.params):
        code = getattr(described, "help", None)
        if code in catalogue(language):
            described.help = translate(code, language)
    return command
