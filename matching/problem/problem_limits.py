"""How many: the checked capacities, minimum loads, needs and pins of an assignment problem."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .pair_rules import BoolArray
from .score_rows import IntArray, refuse


def counts(name: str, given: ArrayLike, length: int) -> IntArray:
    """Return checked whole numbers of zero or more, one per trainee or mentor, as a copy."""
    upper = name.upper()
    array = np.asarray(given)
    if array.ndim == 0 and name != "capacity":
        array = np.full(length, array)
    if array.shape != (length,):
        raise refuse(f"{upper}_SHAPE", name, f"an integer array of shape ({length},)", f"shape {array.shape}")
    if array.size and (array.dtype.kind not in "iuf" or not np.array_equal(array, np.rint(array))):
        raise refuse(f"{upper}_NOT_WHOLE", name, "whole numbers", f"{array.tolist()[:5]}")
    if (array < 0).any():
        place = int(np.argmax(array < 0))
        raise refuse(f"{upper}_NEGATIVE", name, "zero or more", f"{array[place]} at position {place}")
    if (array > 2**31).any():
        raise refuse(f"{upper}_TOO_LARGE", name, "at most 2147483648", f"{array.max()}")
    return array.astype(np.int64)


def check_pins(pinned: IntArray, forbidden: BoolArray, capacity: IntArray, need: IntArray) -> None:
    """Refuse pins that are forbidden or more than a mentor's capacity or a trainee's need.

    `pinned` are pairs, each once, of shape (n_pins, 2); `forbidden` of shape (n_pins,) marks those not allowed.
    """
    if forbidden.any():
        trainee, mentor = pinned[forbidden][0]
        came = f"trainee {trainee}, mentor {mentor} in both 'pinned' and 'forbidden'"
        raise refuse("PIN_FORBIDDEN", "pinned", "free of forbidden pairs", came)
    for code, axis, limit, who, word in (
        ("PINS_OVER_CAPACITY", 1, capacity, "mentor", "capacity"),
        ("PINS_OVER_NEED", 0, need, "trainee", "need"),
    ):
        found = np.bincount(pinned[:, axis], minlength=len(limit))
        over = np.flatnonzero(found > limit)
        if len(over):
            came = f"{found[over[0]]} pins for {who} {over[0]} with {word} {limit[over[0]]}"
            raise refuse(code, "pinned", f"within each {who}'s {word}", came)


def check_minimum(minimum: IntArray, capacity: IntArray, need: IntArray) -> None:
    """Refuse minimum loads above a mentor's capacity or above all that trainees need."""
    over = np.flatnonzero(minimum > capacity)
    if len(over):
        came = f"minimum {minimum[over[0]]} and capacity {capacity[over[0]]} for mentor {over[0]}"
        raise refuse("MINIMUM_OVER_CAPACITY", "minimum_load", "at most the mentor's capacity", came)
    if minimum.sum() > need.sum():
        came = f"{minimum.sum()} places against {need.sum()}"
        raise refuse(
            "MINIMUM_OVER_NEED", "minimum_load", "at most the places that trainees need in all", came
        )


def limits_of(
    capacity: ArrayLike, minimum_load: ArrayLike | None, need: int | ArrayLike, shape: tuple[int, int]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return checked copies of capacities, minimum loads and needs."""
    limits = counts("capacity", capacity, shape[1])
    minimum = counts("minimum_load", 0 if minimum_load is None else minimum_load, shape[1])
    needs = counts("need", need, shape[0])
    check_minimum(minimum, limits, needs)
    return limits, minimum, needs
