"""CPU and memory of the assignment against its size.

`python -m benchmarks.scale [--up-to PAIRS] [--kinds factors popular] [--keep FILE.json] [--plot FILE.svg]`

Each size runs in a process of its own, so that its memory is its own; SciPy's `linear_sum_assignment` (every place a
column of its own, all scores held) stands beside it where it ends in minutes. Figures are CPU seconds of all threads
and the process's highest memory; ratios count, absolute times depend on the machine. With `--keep`, rows are added to
those of earlier runs, so that the largest sizes can run on their own; the plot and the growth are of all rows kept.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from matching import AssignmentProblem, assign, verify

from .plot import write_plot

Measured = list[tuple[float, dict[str, Any]]]

# Trainees, mentors, places per trainee. A place less than 1 leaves trainees without a mentor.
SIZES = (
    (64, 20, 1.2),
    (1_000, 300, 1.2),
    (5_000, 1_500, 1.0),
    (20_000, 5_000, 1.0),
    (100_000, 20_000, 0.9),
    (500_000, 50_000, 0.9),
    (1_000_000, 100_000, 0.9),
)
# How the scores come about: from 16 factors, or from 2 with mentors whom everybody wants.
KINDS = ("factors", "popular")
LARGEST_FOR_SCIPY = 10_000_000


def problem(kind: str, n_trainees: int, n_mentors: int, places: float) -> AssignmentProblem:
    """Return a problem whose scores are a product of random factors."""
    random = np.random.default_rng(n_trainees)
    capacity = random.multinomial(int(n_trainees * places), np.full(n_mentors, 1 / n_mentors))
    if kind == "factors":
        left, right = random.dirichlet(np.ones(16), n_trainees), random.random((n_mentors, 16))
    else:
        left, right = random.random((n_trainees, 2)), random.random((n_mentors, 2))
        left /= left.sum(axis=1, keepdims=True)
        right *= random.pareto(2, (n_mentors, 1)).clip(0, 3) / 4
    return AssignmentProblem.from_factors(left, right, capacity)


def by_us(kind: str, size: tuple[int, int, float]) -> dict[str, Any]:
    """Assign and verify; return CPU seconds and what came out."""
    posed = problem(kind, *size)
    start, wall = time.process_time(), time.perf_counter()
    solution = assign(posed)
    seconds, elapsed = time.process_time() - start, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.process_time()
    certificate = verify(posed, solution)
    return {
        "cpu": seconds,
        "wall": elapsed,
        "memory": memory,
        "verify": time.process_time() - start,
        "valid": certificate.valid,
        "gap": solution.gap,
        "matched": solution.matched,
        "most": int(min(posed.need.sum(), posed.capacity.sum())),
        "total": solution.total,
    }


def by_scipy(kind: str, size: tuple[int, int, float]) -> dict[str, Any]:
    """Assign with SciPy's dense solver over places; no proof comes with it."""
    posed = problem(kind, *size)
    scores = posed.units / posed.units_per_score
    start, wall = time.process_time(), time.perf_counter()
    places = np.repeat(scores, posed.capacity, axis=1)
    rows, columns = linear_sum_assignment(places, maximize=True)
    seconds, elapsed = time.process_time() - start, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    total = float(places[rows, columns].sum())
    return {"cpu": seconds, "wall": elapsed, "memory": memory, "matched": len(rows), "total": total}


def in_process(who: str, kind: str, size: tuple[int, int, float]) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", "--one", json.dumps([who, kind, *size])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def exponent(pairs: list[float], values: list[float]) -> float:
    """Return the power of the number of pairs that the values grow with (least squares of logarithms)."""
    return float(np.polyfit(np.log(pairs), np.log(values), 1)[0])


def told(name: str, size: tuple[int, int, float], row: dict[str, Any]) -> str:
    """Return a row of the table."""
    proof = f"{row['gap']:.0e}" if "gap" in row else "–"
    verify_seconds = f"{row['verify']:.2f}" if "verify" in row else "–"
    share = f"{row['matched']}" + (f" of {row['most']}" if "most" in row else "")
    return (
        f"{size[0]:>9} × {size[1]:<8} {size[2]:>6} {name:<18} {row['cpu']:>8.3f} {row['wall']:>8.3f} "
        f"{row['memory']:>6.0f} {proof:>8} {share:>18} {verify_seconds:>8}"
    )


def plot(measured: dict[str, Measured], file: Path) -> None:
    """Draw CPU and memory against the number of pairs."""
    panels = []
    for field, title in (("cpu", "CPU seconds, all threads"), ("memory", "Memory, MB")):
        lines = {name: [(pairs, row[field]) for pairs, row in rows] for name, rows in measured.items()}
        panels.append((title, lines))
    write_plot(panels, "pairs (trainees × mentors)", file)


def main() -> None:
    """Print one row per size and solver, then the growth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--up-to", type=float, default=1e8, help="largest number of pairs; 1e11 runs all sizes"
    )
    parser.add_argument("--from", type=float, default=0, dest="least", help="smallest number of pairs")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="how scores come about")
    parser.add_argument("--keep", type=Path, help="file that rows are added to")
    parser.add_argument("--plot", type=Path, help="file of a plot, an SVG")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        who, kind, *size = json.loads(asked.one)
        print(json.dumps({"us": by_us, "scipy": by_scipy}[who](kind, tuple(size))))
        return
    print(f"scipy {version('scipy')} (linear_sum_assignment), ortools {version('ortools')}")
    print(
        f"{'size':>20} {'places':>6} {'solver':<18} {'CPU s':>8} {'wall s':>8} {'MB':>6} {'gap':>8} "
        f"{'matched':>18} {'verify s':>8}"
    )
    measured: dict[str, Measured] = {}
    if asked.keep and asked.keep.exists():
        measured = {
            name: [(pairs, row) for pairs, row in rows]
            for name, rows in json.loads(asked.keep.read_text()).items()
        }
    for size in SIZES:
        pairs = float(size[0]) * size[1]
        if not asked.least <= pairs <= asked.up_to:
            continue
        for kind in asked.kinds:
            for who in ["us", "scipy"] if pairs <= LARGEST_FOR_SCIPY else ["us"]:
                row = in_process(who, kind, size)
                name = f"{kind}, {'yanzhen' if who == 'us' else 'scipy'}"
                others = [other for other in measured.get(name, []) if other[0] != pairs]
                measured[name] = sorted([*others, (pairs, row)], key=lambda each: each[0])
                print(told(name, size, row), flush=True)
                if asked.keep:
                    asked.keep.write_text(json.dumps(measured))
    for name, rows in measured.items():
        rows = [row for row in rows if row[0] >= 1e5]
        if len(rows) > 1:
            sizes = [pairs for pairs, _ in rows]
            cpu, memory = (exponent(sizes, [row[field] for _, row in rows]) for field in ("cpu", "memory"))
            span = f"from {sizes[0]:.0e} to {sizes[-1]:.0e} pairs"
            print(f"{name}: CPU grows with pairs^{cpu:.2f}, memory with pairs^{memory:.2f}, {span}")
    if asked.plot:
        plot(measured, asked.plot)


if __name__ == "__main__":
    main()
