"""Whether a solution says of itself what the check has found."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..problem.solution import Solution

# Figures may differ by so many units, or such a share: integers divided once, and what two linear programmes prove.
_LAST_BIT: Final = (1e-6, 1e-12)
OTHER_PROGRAMME: Final = (2.0, 1e-9)


def figure_faults(
    solution: Solution,
    primal: float,
    dual: float,
    gap: float,
    scale: int,
    slack: tuple[float, float] = _LAST_BIT,
) -> list[str]:
    """Return which figures are wrong; the bound may be off by some units, or a share of it, as `slack` says."""
    faults = []
    figures = ("TOTAL_WRONG", solution.total, primal, _LAST_BIT), ("BOUND_WRONG", solution.bound, dual, slack)
    for code, said, found, (units, share) in figures:
        if not abs(said - found) <= max(units / scale, share * abs(found)):
            faults.append(f"{code}: said {said}, found {found}")
    if np.isfinite(gap) and not abs(solution.gap - gap) <= 1e-12:
        faults.append(f"GAP_WRONG: said {solution.gap}, found {gap}")
    return faults
