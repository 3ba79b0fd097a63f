"""Checks of array parameters, with messages that name the parameter, what it must be and what came."""

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .exceptions import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def checked_array(
    name: str,
    value: ArrayLike,
    shape: tuple[int | None, ...],
    low: float,
    high: float,
    nan_allowed: bool = False,
) -> Floats:
    """Return `value` as floats after checking shape (None: any length) and range; NaN only where allowed."""
    array: NDArray[Any] = np.asarray(value, dtype=np.float64)
    fits = array.ndim == len(shape) and all(
        w is None or w == g for w, g in zip(shape, array.shape, strict=True)
    )
    inside = ((array >= low) & (array <= high)) | (np.isnan(array) & nan_allowed)
    if not fits or not inside.all():
        wanted = tuple("any" if size is None else size for size in shape)
        raise InvalidInputError(
            f"The '{name}' parameter must be an array of shape {wanted} with values in [{low:g}, {high:g}]"
            f"{' or NaN' if nan_allowed else ''}. Got shape {array.shape} instead, or a value outside."
        )
    return array


def stored_floats(state: Mapping[str, NDArray[Any]], name: str, shape: tuple[int | None, ...]) -> Floats:
    """Return an array of a stored model after checking that it is there, finite and of its shape (None: any)."""
    array = stored_array(state, name)
    fits = array.ndim == len(shape) and all(
        w is None or w == g for w, g in zip(shape, array.shape, strict=True)
    )
    if not fits or array.dtype != np.float64 or not np.isfinite(array).all():
        wanted = tuple("any" if size is None else size for size in shape)
        raise InvalidInputError(
            f"The '{name}' of the state must be finite floats of shape {wanted}. "
            f"Got {array.dtype} of shape {array.shape} instead."
        )
    return array


def stored_array(state: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    """Return an array of a stored model after checking that it is there."""
    if name not in state:
        raise InvalidInputError(
            f"The 'state' parameter must hold the array '{name}'. Got {sorted(state)} instead."
        )
    return state[name]


def stored_terms(state: Mapping[str, NDArray[Any]], name: str, kind: str) -> NDArray[Any]:
    """Return distinct sorted terms of a stored model, of dtype kind "U" or "i", after checking that they are."""
    terms = stored_array(state, name)
    if terms.dtype.kind == "U" and (np.ascontiguousarray(terms).view(np.uint32) > sys.maxunicode).any():
        raise InvalidInputError(f"The '{name}' of the state must hold characters. Got other numbers instead.")
    if terms.ndim != 1 or terms.dtype.kind != kind or (terms[1:] <= terms[:-1]).any():
        raise InvalidInputError(
            f"The '{name}' of the state must be sorted terms of kind '{kind}'. "
            f"Got {terms.dtype} of shape {terms.shape} instead."
        )
    return terms


def optional_array(
    name: str, value: ArrayLike | None, shape: tuple[int, ...], low: float, high: float, default: float
) -> Floats:
    """Return the checked array, or one full of `default` for None; a NaN default allows NaN."""
    if value is None:
        return np.full(shape, default)
    return checked_array(name, value, shape, low, high, nan_allowed=bool(np.isnan(default)))


def owner_rows(name: str, value: ArrayLike, length: int, n_owners: int, least: int = 0) -> Integers:
    """Return `length` row numbers in [least, n_owners); a least of −1 lets −1 stand for no owner."""
    array = np.asarray(value)
    whole = array.size == 0 or array.dtype.kind in "iu"
    if array.shape != (length,) or not whole or not ((array >= least) & (array < n_owners)).all():
        raise InvalidInputError(
            f"The '{name}' parameter must hold {length} whole numbers in [{least}, {n_owners}). "
            f"Got shape {array.shape} with {array.reshape(-1)[:5].tolist()} instead."
        )
    return array.astype(np.int64)
