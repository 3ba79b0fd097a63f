"""Old workbooks (.xls), read in a process of its own.

A damaged .xls can make the reader ask for hundreds of gigabytes and abort; apart, only the upload fails.
"""

import json
import os
import subprocess  # Runs this module only, with arguments of our own.
import sys

from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.sheets import Limits, Sheet
from studio.imports.workbooks import read_workbook

_SECONDS = 60
_MEMORY_BYTES = 3 * 1024**3


def read_apart(content: bytes, limits: Limits) -> list[Sheet]:
    """Return the visible sheets of an .xls file.

    Raises ImportRefused as `read_workbook` does, and as damaged when the reader dies of the file.
    """
    command = [sys.executable, "-m", "studio.imports.old_workbooks", str(limits.cells)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise ImportRefused(ImportCode.FILE_DAMAGED) from None
    if done.returncode != 0:
        raise ImportRefused(ImportCode.FILE_DAMAGED)
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise ImportRefused(ImportCode(answer["refused"]), **answer["values"])
    return [Sheet(rows, [tuple(merge) for merge in merges]) for rows, merges in answer["sheets"]]


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; there the timeout alone holds.
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def main() -> None:
    """Read a workbook from standard input and write its sheets as JSON to standard output."""
    _limit_memory()
    try:
        sheets = read_workbook(sys.stdin.buffer.read(), Limits(cells=int(sys.argv[1])))
        answer: dict[str, object] = {"sheets": [(sheet.rows, sheet.merges) for sheet in sheets]}
    except ImportRefused as refused:
        answer = {"refused": refused.code, "values": refused.values}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
