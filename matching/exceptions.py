"""Errors of the engine; each is also the built-in that a caller would catch."""

from typing import Any


class MatchingError(Exception):
    """Base of every error that the engine raises on purpose."""


class InvalidInputError(MatchingError, ValueError):
    """A parameter has a wrong shape, range or value; the message says what was expected and what came."""


class NotFittedError(MatchingError, ValueError, AttributeError):
    """An estimator was asked for a result before `fit`."""


class InfeasibleError(MatchingError, ValueError):
    """No assignment can satisfy the rules; the message says which rules collide."""


class AssignmentCancelledError(MatchingError):
    """An assignment was given up because its `cancel` said so; nothing was decided."""


class ProblemError(InvalidInputError):
    """A parameter of an assignment problem is wrong; `code` and `parameter` say which and how."""

    def __init__(self, code: str, parameter: str, message: str) -> None:
        self.code = code
        self.parameter = parameter
        super().__init__(message)

    def __reduce__(self) -> tuple[type["ProblemError"], tuple[str, str, str]]:
        return (type(self), (self.code, self.parameter, str(self)))


class ModelFileError(InvalidInputError):
    """A model file cannot be used; `code` says why: MODEL_FOREIGN, MODEL_DAMAGED, MODEL_TOO_NEW, MODEL_TOO_OLD."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)

    def __reduce__(self) -> tuple[type["ModelFileError"], tuple[str, str]]:
        return (type(self), (self.code, str(self)))


class MinimumLoadError(InfeasibleError):
    """Minimum loads cannot all be met; the smallest relaxation is `shortfall`, `group_shortfall` and `left_out`.

    `shortfall` holds (mentor, missing trainees); `group_shortfall` (place in `problem.quotas`, column group,
    missing pairs); `left_out` trainees who must have a certain mentor and cannot.
    """

    code = "MINIMUM_LOAD_INFEASIBLE"

    def __init__(
        self,
        message: str,
        shortfall: tuple[tuple[int, int], ...],
        group_shortfall: tuple[tuple[int, int, int], ...] = (),
        left_out: tuple[int, ...] = (),
    ) -> None:
        self.shortfall = shortfall
        self.group_shortfall = group_shortfall
        self.left_out = left_out
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.shortfall, self.group_shortfall, self.left_out))
