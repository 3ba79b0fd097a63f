"""What the command line says when something is wrong with its surroundings: database, settings, files."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import app as command_line
from service.cli.app import app
from studio.store import database


def yanzhen(url: str, *arguments: object, **environment: str) -> Result:
    given = {"YANZHEN_DATABASE_URL": url, **environment}
    return CliRunner().invoke(app, [str(each) for each in arguments], env=given)


def refusal(url: str, *arguments: object, **environment: str) -> Any:
    done = yanzhen(url, *arguments, "--format", "json", **environment)
    assert done.exit_code == 1, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return json.loads(done.stdout)["error"]


@pytest.mark.parametrize("command", [("init",), ("needs", "--cohort", "3")])
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite:////no/such/folder/x.db", "DATABASE_UNREACHABLE"),
        ("sqlite:///{folder}", "DATABASE_UNREACHABLE"),
        ("sqlite:///{folder}/foreign.db", "DATABASE_FOREIGN"),
        ("postgresql://yanzhen@127.0.0.1:1/x", "DATABASE_UNREACHABLE"),
        ("foo", "DATABASE_URL_INVALID"),
        ("", "DATABASE_URL_INVALID"),
        ("/tmp/z.db", "DATABASE_URL_INVALID"),
        ("mysql://x/y", "UNSUPPORTED_DATABASE"),
        ("sqlite://", "DATABASE_IN_MEMORY"),
        ("sqlite:///:memory:", "DATABASE_IN_MEMORY"),
    ],
)
def test_database_of_no_use_is_told(tmp_path: Path, url: str, code: str, command: tuple[str, ...]) -> None:
    (tmp_path / "foreign.db").write_text("this is no database " * 20)
    address = url.format(folder=tmp_path)
    assert refusal(address, *command)["code"] == code
    for language, words in (("zh", "请"), ("en", "YANZHEN_DATABASE_URL")):
        done = yanzhen(address, *command, "--lang", language)
        assert done.exit_code == 1
        assert code in done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.output


def test_locked_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    url = f"sqlite:///{tmp_path}/own.db"
    assert yanzhen(url, "init", "--bare").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "own.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert refusal(url, "init", "--bare")["code"] == "DATABASE_BUSY"


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("YANZHEN_PORT", "abc", "1–65535"),
        ("YANZHEN_PORT", "70000", "1–65535"),
        ("YANZHEN_LOG_LEVEL", "x", "DEBUG | INFO | WARNING | ERROR"),
        ("YANZHEN_WORKER", "perhaps", "true | false"),
        ("YANZHEN_UPLOAD_LIMIT", "0", "≥ 1"),
    ],
)
def test_setting_that_cannot_be_is_told(tmp_path: Path, name: str, given: str, wanted: str) -> None:
    error = refusal(f"sqlite:///{tmp_path}/own.db", "needs", "--cohort", 3, **{name: given})
    assert error["code"] == "SETTING_INVALID"
    assert all(words in error["message"] for words in (name, given, wanted))


def test_program_starts_with_a_setting_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs begin before any command is known, so the command has to tell the fault."""
    monkeypatch.setenv("YANZHEN_PORT", "abc")
    monkeypatch.setattr("sys.argv", ["yanzhen", "needs", "--cohort", "3", "--format", "json"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 1
