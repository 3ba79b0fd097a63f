"""Two real Dask workers, each with some of the trainees, give the same bytes as the threads of this process."""

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

import matching.problem.shards as shards
from matching import AssignmentProblem, assign
from studio.computing import computing, compute_at

shards._SHARD_PAIRS = 2**20
random = np.random.default_rng(11)
U, V = random.random((4500, 4)), random.random((1500, 4))
capacity = random.multinomial(4300, np.full(1500, 1 / 1500))
forbidden = np.stack([random.integers(0, 4500, 9000), random.integers(0, 1500, 9000)], axis=1)
groups = random.integers(-1, 300, 4500), random.integers(-1, 300, 1500)
rules = {"forbidden": forbidden, "same_group": groups}
score_rows = lambda start, stop: U[start:stop] @ V.T
problems = {
    "factors": AssignmentProblem.from_factors(U, V, capacity, **rules),
    "function": AssignmentProblem.from_blocks(score_rows, 4500, capacity, largest=4.0, **rules),
}
sent = []
scatter = Client.scatter


def counted(client, data, *args, **kwargs):
    sent.append(data)
    return scatter(client, data, *args, **kwargs)


def rows(arrays):
    return sum(len(each) for each in arrays if np.shape(each)[1:] == (4,) and len(each) != len(V))


def held(dask_worker):
    return [each for each in dask_worker.data.values() if isinstance(each, np.ndarray)]


Client.scatter = counted
compute_at(sys.argv[1])
for name, problem in problems.items():
    here = assign(problem)
    with Client(sys.argv[1].replace("dask", "tcp")) as client:
        client.wait_for_workers(2, timeout=60)
        with computing():
            there = assign(problem)
            holding = [rows(arrays) for arrays in client.run(held).values()]
            assign(problem, random_state=1)
        done = client.run(lambda dask_worker: dask_worker.state.executed_count)
    assert len(shards.shards_of(problem)) > 7, "each worker has several shards"
    assert len(done) == 2 and min(done.values()) > 2, done
    for part in ("pairs", "unmatched", "load", "slot_prices", "slot_coverage", "utilities", "utility_coverage"):
        assert getattr(here, part).tobytes() == getattr(there, part).tobytes(), part
    assert (here.total, here.bound, here.gap) == (there.total, there.bound, there.gap)
    print(name, "the same:", here.matched)
    print("rows of factors sent", rows(sent), "and held by the workers", *sorted(holding))
    print("functions sent", sum(each is score_rows for each in sent))
    sent.clear()
"""
LOSING = """
import os
import signal
import sys

import numpy as np
from distributed import Client

import matching.problem.shards as shards
import matching.solver.large as large
from matching import AssignmentProblem, assign
from studio.computing import compute_at, compute
from studio.errors import StudioError

shards._SHARD_PAIRS = 2**20
random = np.random.default_rng(11)
problem = AssignmentProblem.from_factors(random.random((4500, 4)), random.random((1500, 4)), np.full(1500, 3))
with Client(sys.argv[1].replace("dask", "tcp")) as client:
    client.wait_for_workers(2, timeout=60)
    processes = list(client.run(os.getpid).values())
scan, passes = large.scan, []


def scan_and_lose(*args):
    passes.append(args)
    if len(passes) == 2:
        os.kill(processes[0], signal.SIGKILL)
    return scan(*args)


large.scan = scan_and_lose
compute_at(sys.argv[1])
try:
    compute(assign, problem)
except StudioError as error:
    print(error.code)
    print(error.message("en"))
"""
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path.cwd()),
    "PYTHONWARNINGS": "",
    # A worker that is done early may take over a shard, which no test could count on.
    "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False",
}


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


def test_two_workers_with_a_share_of_the_trainees_each_give_the_bytes_of_this_process(cluster: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, cluster], env=ENVIRONMENT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == [
        "factors the same: 4300",
        "rows of factors sent 4500 and held by the workers 2048 2452",
        "functions sent 0",
        "function the same: 4300",
        "rows of factors sent 0 and held by the workers 0 0",
        "functions sent 2",
    ]


def test_worker_that_is_lost_with_its_shards_is_told(cluster: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOSING, cluster], env=ENVIRONMENT, capture_output=True, text=True, timeout=120
    )
    code, message = done.stdout.splitlines()
    assert code == "ENGINE_LOST", done.stderr[-3000:]
    assert f"A worker of the cluster at {cluster}" in message


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
