"""The solvers beside ours, each in an environment of its own below a cache folder.

Two of them are called `matching` when imported, as ours is, so none of them may share our environment. OpenReview's
solvers are on no package index; their code is fetched by git, and never a part of this repository.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.assignment_cases import Case, Integers
from benchmarks.movielens import CACHE

RUNNER = Path(__file__).with_name("assignment_run.py")
ROOT = RUNNER.parent.parent
OPENREVIEW = "https://github.com/openreview/openreview-matcher"
OPENREVIEW_COMMIT = "33894355e85d602596b45b063bd30a1ce16790ae"
FETCH_SECONDS = 120


class NoPeer(Exception):
    """A peer cannot be had; the message says why and what to do, in Chinese and in English."""


@dataclass(frozen=True)
class Peer:
    """A solver: its `way` in `assignment_run`, what pip installs (nothing: it is ours), and whose version counts."""

    name: str
    way: str
    packages: tuple[str, ...] = ()
    distribution: str = ""
    needs_openreview: bool = False


@dataclass(frozen=True)
class Measured:
    """CPU seconds of every repeat and the pairs; or else why there are none."""

    times: tuple[float, ...] = ()
    pairs: Integers | None = None
    version: str = ""
    refused: str = ""


SCIPY = ("scipy==1.17.1", "numpy==2.4.6")
FLOW = ("ortools==9.15.6755", "numpy==2.2.6")
OURS = (
    Peer("yanzhen, with certificate", "ours", distribution="yanzhen"),
    Peer("yanzhen, without", "ours-uncertified", distribution="yanzhen"),
    Peer("yanzhen, and all prices", "ours-prices", distribution="yanzhen"),
    Peer("yanzhen, worst-off first", "ours-worst-off", distribution="yanzhen"),
    Peer("yanzhen, leximin", "ours-leximin", distribution="yanzhen"),
)
PEERS = (
    Peer("SciPy linear_sum_assignment", "scipy", SCIPY, "scipy"),
    Peer("HiGHS (scipy.optimize.milp)", "highs", SCIPY, "scipy"),
    Peer("matching, stable", "matching", ("matching==1.4.3", "numpy==2.4.6"), "matching"),
    Peer("mentor-match", "mentor-match", ("mentor-match==7.0.1", "numpy==2.4.6"), "mentor-match"),
    Peer("OpenReview MinMax", "minmax", FLOW, needs_openreview=True),
    Peer("OpenReview FairFlow", "fairflow", FLOW, needs_openreview=True),
)


def environment(peer: Peer, cache: Path = CACHE) -> Path:
    """Return the Python of the peer's environment, made with venv and pip if it is not there yet."""
    folder = cache / "environments" / "+".join(peer.packages)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (folder / "ready").is_file():
        return python
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
    for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], pip):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            wanted = " ".join(peer.packages)
            raise NoPeer(
                f"跳过 {peer.name}:未能在 {folder} 安装 {wanted}。请检查软件源后重试。\n"
                f"{peer.name} is skipped: {wanted} could not be installed in {folder}. Check the package index and "
                f"run again.\n{done.stderr.strip()[-500:]}"
            )
    (folder / "ready").touch()
    return python


def openreview_code(given: Path | None, cache: Path = CACHE) -> Path:
    """Return a checkout of OpenReview's matcher: the given one, or the pinned commit, fetched by git into the cache."""
    folder = given or cache / "openreview-matcher"
    if (folder / "matcher" / "solvers" / "fairflow.py").is_file():
        return folder
    reason = "" if given is None else f"{given}: no matcher/solvers/fairflow.py"
    if given is None:
        reason = _fetch(folder)
    if reason:
        raise NoPeer(
            f"跳过 OpenReview 的 MinMax 与 FairFlow:软件源上没有,代码也未能用 git 取得。"
            f"请用 --openreview 指定 {OPENREVIEW} 的检出目录。\n"
            "OpenReview's MinMax and FairFlow are skipped: they are on no package index, and git could not fetch their "
            f"code. Name a checkout of {OPENREVIEW} by --openreview.\n{reason}"
        )
    return folder


def _fetch(folder: Path) -> str:
    """Fetch the pinned commit; return why not, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    for command in (
        ["init", "--quiet"],
        ["fetch", "--quiet", "--depth", "1", OPENREVIEW, OPENREVIEW_COMMIT],
        ["checkout", "--quiet", "FETCH_HEAD"],
    ):
        try:
            done = subprocess.run(
                ["git", "-C", str(folder), *command],
                capture_output=True, text=True, check=False, timeout=FETCH_SECONDS, env=quiet,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as failure:
            done = subprocess.CompletedProcess(command, 1, "", str(failure))
        if done.returncode:
            shutil.rmtree(folder)
            return done.stderr.strip()[-500:]
    return ""


def commit_of(folder: Path) -> str:
    """Return the short commit of a checkout, or what says that there is none."""
    command = ["git", "-C", str(folder), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def run(peer: Peer, python: Path, case: Case, repeats: int, limit: int, code: Path | None = None) -> Measured:
    """Measure one solver on one case in a process of its own; `limit` is in CPU seconds of the process."""
    with tempfile.TemporaryDirectory() as folder:
        given, result = Path(folder, "problem.npz"), Path(folder, "result.npz")
        np.savez(
            given, scores=case.scores, capacity=case.capacity, minimum=case.minimum, open=case.open,
            need=case.need, most=case.most, repeats=repeats, limit=limit,
            distribution=peer.distribution,
        )  # fmt: skip
        started = ["-I", str(RUNNER)] if peer.packages else ["-m", "benchmarks.assignment_run"]
        command = [str(python), *started, peer.way, str(given), str(result), *([str(code)] if code else [])]
        # One thread of BLAS everywhere: CPU seconds of waiting threads would count as well.
        alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
        if done.returncode == -signal.SIGXCPU:
            return Measured(refused=f"no result in {limit} CPU s")
        if done.returncode:
            return Measured(refused=(done.stderr.strip().splitlines() or ["no message"])[-1][:200])
        with np.load(result) as found:
            if "refused" in found:
                return Measured(refused=str(found["refused"]))
            named = commit_of(code) if code else str(found["version"])
            return Measured(tuple(found["times"].tolist()), found["pairs"].astype(np.int64), named)
