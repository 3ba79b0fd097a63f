"""A cluster of two real Dask workers gives the same bytes as the threads of this process."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from studio import computing
from studio.computing import compute, compute_at
from studio.errors import StudioError

PROGRAM = """
import sys

import numpy as np
from distributed import Client

from matching import AssignmentProblem, assign
from matching.solver.workers import _TASK_PAIRS
from studio.computing import compute, compute_at

random = np.random.default_rng(11)
U, V = random.random((4500, 4)), random.random((1500, 4))
capacity = random.multinomial(4300, np.full(1500, 1 / 1500))
problem = AssignmentProblem.from_factors(U, V, capacity)
assert problem.n_trainees * problem.n_mentors > _TASK_PAIRS, "one task would do it all"
here = assign(problem)
sent = []


class Counted(AssignmentProblem):
    def __reduce_ex__(self, protocol):
        sent.append(protocol)
        return _plain, (vars(problem),)


def _plain(values):
    copy = object.__new__(AssignmentProblem)
    copy.__dict__.update(values)
    return copy


counted = object.__new__(Counted)
counted.__dict__.update(vars(problem))
with Client(sys.argv[1].replace("dask", "tcp")) as client:
    client.wait_for_workers(2, timeout=60)
    compute_at(sys.argv[1])
    there = compute(assign, counted)
    done = client.run(lambda dask_worker: dask_worker.state.executed_count)
assert len(sent) <= 2 < sum(done.values()), (sent, done)
assert len(done) == 2 and min(done.values()) > 0, done
for name in ("pairs", "unmatched", "load", "slot_prices", "slot_coverage", "utilities", "utility_coverage"):
    assert getattr(here, name).tobytes() == getattr(there, name).tobytes(), name
assert (here.total, here.bound, here.gap) == (there.total, there.bound, there.gap)
print("the same", here.matched)
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONWARNINGS": ""}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def cluster() -> Iterator[str]:
    """A scheduler and two workers, each a process of its own."""
    address = f"127.0.0.1:{free_port()}"
    host, port = address.split(":")
    scheduler = ["dask_scheduler", "--host", host, "--port", port, "--no-dashboard"]
    worker = ["dask_worker", address, "--host", host, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with ExitStack() as stack:
        for command in (scheduler, worker, worker):
            line = [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]]
            process = subprocess.Popen(
                line, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        yield f"dask://{address}"


@pytest.fixture(autouse=True)
def here_again() -> Iterator[None]:
    yield
    compute_at(computing.HERE)


def test_two_workers_give_the_bytes_of_this_process(cluster: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, cluster], env=ENVIRONMENT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("the same")


def test_cluster_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(computing, "_SECONDS_TO_CONNECT", 1)
    compute_at(f"dask://127.0.0.1:{free_port()}")
    with pytest.raises(StudioError) as caught:
        compute(len, [1])
    assert caught.value.code == "ENGINE_UNREACHABLE"
    assert "dask://127.0.0.1" in caught.value.message("en")


def test_missing_dask_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    compute_at("dask://127.0.0.1:1")
    with pytest.raises(StudioError) as caught:
        compute(len, [1])
    assert caught.value.code == "ENGINE_MISSING"


def test_threads_need_no_cluster() -> None:
    compute_at("threads")
    assert compute(len, [1, 2]) == 2
