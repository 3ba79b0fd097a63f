"""How well each mentor suits each trainee: a score made of named parts that sum to it exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import MICRO
from ..problem.solution import FloatArray
from .affinity_part import WEIGHT_STEPS, AffinityPart, rounded
from .case_similarity import CaseSimilarity, Evidence
from .feedback import PairFeedback, of_parts
from .tables import MentorTable, TraineeTable
from .weights_trial import WeightsTrial, try_weights

PART_NAMES: Final = ("need_strength", "evidence", "level", "region", "tenure", "wish", "history")

# Years in post that a trainee of each level should find in a mentor; level 0 is unknown.
_YEARS_FOR_LEVEL: Final = np.array([np.inf, 3.0, 6.0, 10.0])


class MentorAffinity(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Score every trainee against every mentor.

    Parameters
    ----------
    need_strength : float, default 0.50
        Weight of how well the mentor's strengths cover what this trainee needs: Σ need × strength / Σ need.
    evidence : float, default 0.20
        Weight of m (1 + h) / (m + h), where m is the mean of the best similarities between the mentor's cases
        and the trainee's pain points, and h is `half_similarity`.
    level : float, default 0.10
        Weight of experience against seniority: years in post over the 3, 6 or 10 years that a trainee of
        level 1, 2 or 3 should find in a mentor, at most 1.
    region : float, default 0.08
        Weight of being close by: 1 in the same county, otherwise 0.
    tenure : float, default 0.05
        Weight of years in post over `minimum_tenure`, at most 1.
    wish : float, default 0.05
        Weight of what the two asked for.
    history : float, default 0.02
        Weight of how earlier work together went.
    best : int, default 5
        How many similarities are averaged for `evidence`.
    half_similarity : float, default 0.05
        The mean similarity that counts about half. Short texts about the same trouble share few characters:
        half of the pairs of a cohort lie under 0.02 and hardly any above 0.08, so without it `evidence`
        would weigh nothing.
    minimum_tenure : float, default 5.0
        Years in post from which `tenure` is full.
    block_rows : int, default 256
        Trainees scored at a time.

    Attributes
    ----------
    n_features_in_ : int
        Number of topics.
    n_mentors_ : int
        Number of columns of the result.
    weights_ : dict of str to float
        Weights in use: the parameters, or what ratings taught.
    trial_ : WeightsTrial or None
        What came of learning from ratings; None without any.

    Notes
    -----
    Weights are whole hundredths and sum to 1. A part without input counts 0 for everybody, which changes no
    order. The default weights are a prior, set by hand. Values of tables are kept as
    they are; in plain arrays, which may hold any non-negative numbers, strengths above 1 count as 1.
    Memory of :meth:`transform`: the result and a few blocks of `block_rows` × n_mentors.

    Examples
    --------
    >>> import numpy as np
    >>> affinity = MentorAffinity().fit(np.array([[1.0, 0.0], [0.5, 0.5]]))
    >>> affinity.transform(np.array([[0.2, 0.6]])).tolist()
    [[0.125, 0.25]]
    """

    def __init__(
        self,
        need_strength: float = 0.50,
        evidence: float = 0.20,
        level: float = 0.10,
        region: float = 0.08,
        tenure: float = 0.05,
        wish: float = 0.05,
        history: float = 0.02,
        best: int = 5,
        half_similarity: float = 0.05,
        minimum_tenure: float = 5.0,
        block_rows: int = 256,
    ) -> None:
        self.need_strength = need_strength
        self.evidence = evidence
        self.level = level
        self.region = region
        self.tenure = tenure
        self.wish = wish
        self.history = history
        self.best = best
        self.half_similarity = half_similarity
        self.minimum_tenure = minimum_tenure
        self.block_rows = block_rows

    @property
    def weights_(self) -> dict[str, float]:
        """Weight of each part in use, by its parameter's name, in the order of :meth:`parts`; known before `fit`."""
        trial: WeightsTrial | None = getattr(self, "trial_", None)
        if trial is None:
            return {name: float(getattr(self, name)) for name in PART_NAMES}
        return dict(zip(PART_NAMES, trial.weights.tolist(), strict=True))

    def fit(
        self, mentors: MentorTable | ArrayLike, y: object = None, *, feedback: PairFeedback | None = None
    ) -> Self:
        """Learn the mentors.

        Parameters
        ----------
        mentors : MentorTable, or array of shape (n_mentors, n_topics)
            The mentors, or their strengths alone.
        y : ignored
            Present for the scikit-learn interface.
        feedback : PairFeedback, optional
            Ratings of past pairs, values in the order of :attr:`weights_`. Weights learned from them replace the
            parameters only if :func:`matching.try_weights` says so; `trial_` tells.

        Raises
        ------
        InvalidInputError
            If the weights are not whole hundredths that sum to 1, or another parameter is out of range.
        """
        self.trial_: WeightsTrial | None = None
        self._check_parameters()
        if feedback is not None:
            self.trial_ = try_weights(of_parts(feedback, PART_NAMES), list(self.weights_.values()))
        if isinstance(mentors, MentorTable):
            self.n_features_in_ = mentors.strengths.shape[1]
            self._mentors = mentors
        else:
            strengths = validate_data(self, mentors, dtype=np.float64, ensure_non_negative=True)
            self._mentors = MentorTable(np.minimum(strengths, 1.0))
        self.n_mentors_ = self._n_features_out = len(self._mentors)
        cases = self._mentors.cases
        self._similarity = None if cases is None else CaseSimilarity(cases, self.best)
        return self

    def transform(self, trainees: TraineeTable | ArrayLike) -> FloatArray:
        """Return the affinity of every pair, 0 to 1, six decimals, shape (n_trainees, n_mentors)."""
        table = self._table(trainees)
        scores = np.zeros((len(table), self.n_mentors_), dtype=np.int64)
        for start in range(0, len(table), self.block_rows):
            block = table.rows(start, start + self.block_rows)
            for part in self._parts(block).values():
                scores[start : start + self.block_rows] += part.micro
        return scores / MICRO

    def parts(
        self, trainees: TraineeTable | ArrayLike, pairs: ArrayLike | None = None
    ) -> dict[str, FloatArray]:
        """Return the named parts that sum to the score.

        Parameters
        ----------
        trainees : TraineeTable, or array of shape (n_trainees, n_topics)
            As for :meth:`transform`.
        pairs : integer array of shape (n_pairs, 2), optional
            (trainee, mentor) positions; the parts are then of shape (n_pairs,) and memory stays small.

        Returns
        -------
        dict of str to float array of shape (n_trainees, n_mentors), or (n_pairs,)
            What each part adds to the score, 0 to 1, six decimals; their sum, rounded to six decimals, is the
            score bit for bit.
        """
        return {name: part.contribution for name, part in self.weighed_parts(trainees, pairs).items()}

    def weighed_parts(
        self, trainees: TraineeTable | ArrayLike, pairs: ArrayLike | None = None
    ) -> dict[str, AffinityPart]:
        """Return the value and the weight behind each of the :meth:`parts`, for the same arguments."""
        table = self._table(trainees)
        if pairs is None:
            return self._parts(table)
        wanted = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        values = {name: np.zeros(len(wanted)) for name in PART_NAMES}
        for start in range(0, len(table), self.block_rows):
            inside = np.flatnonzero((wanted[:, 0] >= start) & (wanted[:, 0] < start + self.block_rows))
            if len(inside):
                block = self._parts(table.rows(start, start + self.block_rows))
                for name in PART_NAMES:
                    values[name][inside] = block[name].value[wanted[inside, 0] - start, wanted[inside, 1]]
        weights = self.weights_
        return {name: AffinityPart(name.upper(), values[name], weights[name]) for name in PART_NAMES}

    def nearest_cases(
        self, trainees: TraineeTable | ArrayLike, pairs: ArrayLike
    ) -> tuple[Evidence | None, ...]:
        """Return which pain point of the trainee and which case of the mentor are nearest, pair by pair.

        Parameters
        ----------
        trainees : TraineeTable, or array of shape (n_trainees, n_topics)
            As for :meth:`transform`; an array has no texts.
        pairs : integer array of shape (n_pairs, 2)
            (trainee, mentor) positions.

        Returns
        -------
        tuple of n_pairs Evidence or None
            None where there are no texts, or nothing is shared.
        """
        table = self._table(trainees)
        wanted = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).tolist()
        if self._similarity is None or table.pain_texts is None:
            return (None,) * len(wanted)
        return tuple(self._similarity.nearest(table.pain_texts, wanted))

    def __sklearn_tags__(self) -> Tags:
        """Say that negative input is refused."""
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags

    def _check_parameters(self) -> None:
        weights = list(self.weights_.values())
        steps = [round(weight * WEIGHT_STEPS) for weight in weights]
        pairs = zip(weights, steps, strict=True)
        whole = all(abs(weight * WEIGHT_STEPS - step) < 1e-9 and step >= 0 for weight, step in pairs)
        if not whole or sum(steps) != WEIGHT_STEPS:
            raise InvalidInputError(
                f"The weights of MentorAffinity ({', '.join(PART_NAMES)}) must be whole hundredths "
                f"from 0 to 1 that sum to 1. Got {weights} instead."
            )
        for name, allowed, expected in (
            ("best", self.best >= 1, "at least 1"),
            ("block_rows", self.block_rows >= 1, "at least 1"),
            ("half_similarity", self.half_similarity > 0, "more than 0"),
            ("minimum_tenure", self.minimum_tenure > 0, "more than 0"),
        ):
            if not allowed:
                came = getattr(self, name)
                raise InvalidInputError(
                    f"The '{name}' parameter of MentorAffinity must be {expected}. Got {came!r} instead."
                )

    def _table(self, trainees: TraineeTable | ArrayLike) -> TraineeTable:
        check_is_fitted(self)
        if not isinstance(trainees, TraineeTable):
            needs = validate_data(self, trainees, dtype=np.float64, ensure_non_negative=True, reset=False)
            # Only the proportions of a trainee's needs count, so any non-negative numbers may stand for them.
            return TraineeTable(needs / np.maximum(needs.max(axis=1, keepdims=True), 1.0))
        if trainees.needs.shape[1] != self.n_features_in_:
            raise InvalidInputError(
                f"The 'needs' of the trainees must have the mentors' {self.n_features_in_} topics. "
                f"Got {trainees.needs.shape[1]} instead."
            )
        for name in ("wish", "history"):
            table = getattr(trainees, name)
            if table is not None and table.shape[1] != self.n_mentors_:
                raise InvalidInputError(
                    f"The '{name}' of the trainees must have a column for each of the "
                    f"{self.n_mentors_} mentors. Got {table.shape[1]} instead."
                )
        return trainees

    def _parts(self, trainees: TraineeTable) -> dict[str, AffinityPart]:
        shape = (len(trainees), self.n_mentors_)
        values: dict[str, Callable[[TraineeTable], Any]] = {
            "need_strength": self._need_strength,
            "evidence": self._evidence,
            "level": self._level,
            "region": self._region,
            "tenure": self._tenure,
            "wish": lambda table: table.wish,
            "history": lambda table: table.history,
        }
        parts, weights = {}, self.weights_
        for name in PART_NAMES:
            value = values[name](trainees)
            whole = np.broadcast_to(0.0 if value is None else rounded(value), shape)
            parts[name] = AffinityPart(name.upper(), whole, weights[name])
        return parts

    def _need_strength(self, trainees: TraineeTable) -> FloatArray:
        mass = trainees.needs.sum(axis=1, keepdims=True)
        return (trainees.needs @ self._mentors.strengths.T) / np.where(mass > 0, mass, 1.0)

    def _evidence(self, trainees: TraineeTable) -> FloatArray | None:
        if self._similarity is None or trainees.pain_texts is None:
            return None
        mean = self._similarity.best_mean(trainees.pain_texts)
        return mean * (1 + self.half_similarity) / (mean + self.half_similarity)

    def _level(self, trainees: TraineeTable) -> FloatArray | None:
        if self._mentors.tenure_years is None or trainees.level is None:
            return None
        wanted = _YEARS_FOR_LEVEL[trainees.level][:, None]
        share: FloatArray = np.nan_to_num(self._mentors.tenure_years) / wanted
        return share

    def _region(self, trainees: TraineeTable) -> FloatArray | None:
        if self._mentors.county is None or trainees.county is None:
            return None
        same = trainees.county[:, None] == self._mentors.county
        known = self._mentors.county >= 0
        return np.where(same & known, 1.0, 0.0)

    def _tenure(self, trainees: TraineeTable) -> FloatArray | None:
        if self._mentors.tenure_years is None:
            return None
        share: FloatArray = np.nan_to_num(self._mentors.tenure_years)[None, :] / self.minimum_tenure
        return share
