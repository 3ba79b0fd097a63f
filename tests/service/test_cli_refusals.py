"""What the command line says when something is wrong with its surroundings: database, settings, files."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from service.cli import app as command_line
from service.cli.app import app
from studio.store import database

ROOT = Path(__file__).parents[2]


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
        ("YANZHEN_ENGINE", "spark://x", "threads | dask://HOST:PORT"),
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


def test_server_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}/none.db", "serve")["code"] == "SCHEMA_MISSING"
    assert refusal(f"sqlite:///{tmp_path}/none.db", "worker")["code"] == "SCHEMA_MISSING"


def test_port_in_use_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    assert yanzhen(url, "init", "--bare").exit_code == 0
    with socket.create_server(("127.0.0.1", 0)) as other:
        error = refusal(url, "serve", "--port", other.getsockname()[1])
    assert error["code"] == "ADDRESS_UNUSABLE"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("needs",), "USAGE_MISSING", "--cohort"),
        (("import", "roster", "--cohort", "1"), "USAGE_MISSING", "file"),
        (("needs", "--cohort", "x"), "USAGE_VALUE", "--cohort"),
        (("token", "create", "--role", "boss"), "USAGE_VALUE", "--role"),
        (("needs", "--cohrt", "1"), "USAGE_OPTION", "--cohrt"),
        (("nothing",), "USAGE_WRONG", "nothing"),
        (("schema", "[/x]"), "USAGE_WRONG", "[/x]"),
    ],
)
def test_wrong_command_line_is_told_in_the_asked_form_and_language(
    arguments: tuple[str, ...], code: str, words: str
) -> None:
    told = {}
    for language in ("zh", "en"):
        done = yanzhen("sqlite:///none.db", *arguments, "--lang", language, "--format=json")
        assert done.exit_code == 2
        error = json.loads(done.stdout)["error"]
        assert error["code"] == code
        assert words in error["message"]
        assert "--help" in error["message"]
        told[language] = error["message"]
    assert told["zh"] != told["en"]
    done = yanzhen("sqlite:///none.db", *arguments)
    assert done.exit_code == 2
    assert code in done.stderr
    assert not done.stdout


def test_group_without_a_command_shows_its_help() -> None:
    done = yanzhen("sqlite:///none.db", "import")
    assert done.exit_code == 2
    assert "survey" in done.stdout
    assert not done.stderr


COMMANDS = [
    (),
    *(("init",), ("needs",), ("recommend",), ("match",), ("classify",), ("report",), ("schema",)),
    *(("import", kind) for kind in ("roster", "mentors", "survey", "rules")),
    *(("serve",), ("worker",), ("demo",), ("export", "pairings"), ("token", "create")),
    *(("import",), ("export",), ("token",)),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_speaks_the_asked_language(command: tuple[str, ...]) -> None:
    chinese = yanzhen("sqlite:///none.db", *command, "--help").stdout
    english = yanzhen("sqlite:///none.db", *command, "--help", YANZHEN_LANG="en").stdout
    assert "HELP_" not in chinese + english
    # What people write in Chinese stays: the names of survey tools and of columns, and the language itself.
    for name in ("问卷星", "腾讯问卷", "姓名(必填)", "书记工作室", "中文"):
        english = english.replace(name, "")
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.findall(r"[\u4e00-\u9fff]+", english)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_process_that_stays_tells_programs_that_it_is_ready(tmp_path: Path, command: str) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    assert yanzhen(url, "init", "--bare").exit_code == 0
    port = ("--port", str(free_port())) if command == "serve" else ()
    process = subprocess.Popen(
        [sys.executable, "-c", "from service.cli import main; main()", command, "--format", "json", *port],
        env={**os.environ, "YANZHEN_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            if command == "serve":
                assert ready["address"] == f"http://127.0.0.1:{port[1]}"
                assert httpx.get(ready["address"] + "/readyz").status_code == 200
                assert httpx.get(ready["graphiql"]).status_code == 200
            else:
                assert ready == {"worker": "ready"}
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()
