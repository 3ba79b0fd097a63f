"""The command line in this process, on the database of a folder."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from service.cli.app import app


def yanzhen(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(
        app, [str(each) for each in arguments], env={"YANZHEN_DATABASE_URL": f"sqlite:///{folder / 'own.db'}"}
    )


def answer(folder: Path, *arguments: object, code: int = 0) -> Any:
    done = yanzhen(folder, *arguments, "--format", "json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)
