"""The assignment with its proof beside other solvers, in one run: `python -m benchmarks.assignment --help`.

Every solver runs in a process of its own, the peers in environments of their own, which the first run makes with venv
and pip in a cache folder. A peer that cannot be had is skipped with a message. All get the same arrays and give pairs;
this process judges them. Times are medians of CPU seconds from arrays to pairs; ratios count, absolute times depend on
the machine.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.assignment_cases import CASES, Case, worth
from benchmarks.assignment_files import read_case
from benchmarks.assignment_peers import OURS, PEERS, Measured, NoPeer, Peer, environment, openreview_code, run
from benchmarks.movielens import CACHE

REPEATS = 5
LIMIT = 60
HEADER = (
    f"{'solver':<28} {'version':>10} {'n':>2} {'median s':>10} {'ratio':>8} {'matched':>13} {'total':>13} "
    f"{'lowest':>8} {'worst-off':>9}"
)


def row(peer: Peer, case: Case, found: Measured, ours: float) -> str:
    """Return the row of one solver; `ours` is the median of our default in seconds."""
    if found.pairs is None:
        return f"{peer.name:<28} – {found.refused}"
    seconds = statistics.median(found.times)
    figures = f"{found.version:>10} {len(found.times):>2} {seconds:>10.5f} {seconds / ours:>8.2f}"
    try:
        value = worth(case, found.pairs)
    except ValueError as broken:
        return f"{peer.name:<28} {figures} – breaks the rules: {broken}"
    return (
        f"{peer.name:<28} {figures} {f'{value.matched} of {case.most}':>13} {value.total:>13.6f} "
        f"{value.lowest_pair:>8.4f} {value.worst_off:>9.4f}"
    )


def available(
    peers: Sequence[Peer], cache: Path, openreview: Path | None
) -> list[tuple[Peer, Path, Path | None]]:
    """Return the peers that can be had, with their Python and their code; print why the others cannot."""
    found: list[tuple[Peer, Path, Path | None]] = []
    for peer in peers:
        try:
            code = openreview_code(openreview, cache) if peer.needs_openreview else None
            found.append((peer, environment(peer, cache), code))
        except NoPeer as missing:
            print(f"{missing}\n", flush=True)
    return found


def main() -> None:
    """Print a table for every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    names = [peer.way for peer in PEERS]
    parser.add_argument("--cases", nargs="*", choices=CASES, default=list(CASES), help="which problems (all)")
    parser.add_argument(
        "--files",
        nargs="*",
        type=Path,
        default=[],
        help="published problems instead of cases: assignN.txt of OR-Library, .npz of similarities",
    )
    parser.add_argument(
        "--peers", nargs="*", choices=names, default=names, help="which others (all; none: --peers)"
    )
    ways = [peer.way for peer in OURS]
    parser.add_argument("--ours", nargs="*", choices=ways, default=ways, help="which of ours (all)")
    parser.add_argument(
        "--openreview", type=Path, help="a checkout of OpenReview's matcher (else git fetches it)"
    )
    parser.add_argument("--cache", type=Path, default=CACHE, help="where environments are kept (%(default)s)")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="runs that count (%(default)s)")
    parser.add_argument(
        "--limit", type=int, default=LIMIT, help="CPU seconds for one solver and case (%(default)s)"
    )
    asked = parser.parse_args()
    peers = available([peer for peer in PEERS if peer.way in asked.peers], asked.cache, asked.openreview)
    ours = [(peer, Path(sys.executable), None) for peer in OURS if peer.way in asked.ours]
    solvers = ours + peers
    print(f"{os.cpu_count()} cores, load at the start {os.getloadavg()[0]:.1f}, ortools {version('ortools')}")
    # Made one by one: the large ones are not held beside each other.
    files = (_read(parser, path) for path in asked.files)
    for case in files if asked.files else (CASES[name]() for name in asked.cases):
        print(f"\n{case.name}: maximum flow {case.most}\n{HEADER}", flush=True)
        one = float("nan")
        for peer, python, code in solvers:
            found = run(peer, python, case, asked.repeats, asked.limit, code)
            if peer is OURS[0] and found.times:
                one = statistics.median(found.times)
            print(row(peer, case, found, one), flush=True)


def _read(parser: argparse.ArgumentParser, path: Path) -> Case:
    try:
        return read_case(path)
    except (OSError, ValueError) as fault:
        parser.error(f"--files: {fault}")


if __name__ == "__main__":
    main()
