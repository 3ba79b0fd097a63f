"""How evenly a match treats people: groups of trainees for the engine, and its figures in plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching import Fairness, Spread
from studio.arrays.matches import Integers, MatchRows
from studio.store.enums import TraineeRole

DECIMALS = 6
# Pairs of trainee and mentor that are looked through; beyond that it takes long, and gigabytes.
_MOST_PAIRS = 10_000_000
_ROLES = list(TraineeRole)


@dataclass(frozen=True)
class FairnessFigures:
    """What is stored of how evenly a run treats people; see `RunFairness`."""

    loads: Mapping[str, float]
    uses: Mapping[str, float]
    scores: Mapping[str, float] | None
    blocking_pairs: int
    envious: int
    counties: list[dict[str, Any]]
    roles: list[dict[str, Any]]


def trainee_groups(rows: MatchRows) -> dict[str, Integers] | None:
    """Return county and role of each seat's trainee as labels, -1 without a county; None with too many pairs."""
    if len(rows.seats) * len(rows.mentors) > _MOST_PAIRS:
        return None
    label_of = {county: label for label, county in enumerate(_counties(rows))}
    counties = [label_of.get(region.county, -1) if region else -1 for _, _, region in rows.trainees]
    roles = [_ROLES.index(trainee.role) for trainee, _, _ in rows.trainees]
    labels = {"county": counties, "role": roles}
    return {name: np.repeat(np.array(of, dtype=np.int64), len(rows.kinds)) for name, of in labels.items()}


def to_place(groups: Mapping[str, Integers], need: Integers) -> dict[str, Integers]:
    """Return the labels with -1 for who is not to be placed: such a seat is in no group."""
    return {name: np.where(need > 0, labels, -1) for name, labels in groups.items()}


def fairness_figures(rows: MatchRows, found: Fairness, short: Iterable[int]) -> FairnessFigures:
    """Return the figures of a match whose seats were grouped by `trainee_groups`, to six decimals.

    People count once, however many mentors they are to have; `short` are the seats that stayed empty.
    """
    n_kinds = len(rows.kinds)
    lacking = {seat // n_kinds for seat in short}
    groups_of = trainee_groups(rows) or {}
    names: dict[str, list[str]] = {"county": _counties(rows), "role": [role.value for role in _ROLES]}
    groups: dict[str, list[dict[str, Any]]] = {attribute: [] for attribute in names}
    for group in found.groups:
        groups[group.attribute].append(
            {
                group.attribute: names[group.attribute][group.label],
                "trainees": group.n_trainees // n_kinds,
                "unmatched": sum(
                    int(groups_of[group.attribute][trainee * n_kinds]) == group.label for trainee in lacking
                ),
                # Nobody of the group has a mentor: no mean.
                "meanScore": None if np.isnan(group.mean) else round(group.mean, DECIMALS),
            }
        )
    points = ("lowest", "lowerQuartile", "median", "upperQuartile", "highest")
    scores = {
        name: round(score, DECIMALS) for name, score in zip(points, found.quantiles.tolist(), strict=True)
    }
    return FairnessFigures(
        loads=_spread(found.load),
        uses=_spread(found.use),
        scores=None if np.isnan(found.worst_off) else scores,
        blocking_pairs=len({(seat // n_kinds, mentor) for seat, mentor in found.blocking_pairs.tolist()}),
        envious=len({seat // n_kinds for seat in found.envious.tolist()}),
        counties=groups["county"],
        roles=groups["role"],
    )


def _counties(rows: MatchRows) -> list[str]:
    return sorted({region.county for _, _, region in rows.trainees if region and region.county})


def _spread(spread: Spread) -> dict[str, float]:
    return {
        "least": round(spread.smallest, DECIMALS),
        "most": round(spread.largest, DECIMALS),
        "mean": round(spread.mean, DECIMALS),
        "deviation": round(spread.std, DECIMALS),
    }
