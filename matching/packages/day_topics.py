"""What the days of a shadowing week are about."""

import numpy as np
from numpy.typing import NDArray

from .shelf import Shelf

Floats = NDArray[np.float64]


def topic_weights(needs: Floats, strength: Floats, shelf: Shelf) -> Floats:
    """Weigh topics by need and what the mentor can show; without any need by contents, then mentor."""
    # A need that the mentor does not cover still counts half: contents can answer it.
    weights = needs * (0.5 + 0.5 * strength)
    if not weights.any() and shelf.contents:
        weights = shelf.topics[list(shelf.contents)].sum(axis=0)
    if not weights.any():
        weights = strength
    return weights if weights.any() else np.ones(len(needs))


def share_days(weights: Floats, n_days: int, most_per_topic: int) -> tuple[int, ...]:
    """Give each day to the topic with the highest average; lift the limit when it leaves days empty."""
    days = np.zeros(len(weights), dtype=np.int64)
    for _ in range(n_days):
        averages = weights / (days + 1)
        within = (days < most_per_topic) & (weights > 0)
        best = np.where(within, averages, -1.0) if within.any() else averages
        days[int(np.argmax(np.round(best, 12)))] += 1
    order = np.lexsort((np.arange(len(weights)), -np.round(weights, 12)))
    return tuple(int(topic) for topic in order for _ in range(int(days[topic])))
