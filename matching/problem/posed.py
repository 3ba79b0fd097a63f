"""Checks that what a function got is a problem and a solution at all, before anything is read of them."""

from __future__ import annotations

from ..exceptions import InvalidInputError
from .assignment_problem import AssignmentProblem
from .solution import Solution


def check_problem(function: str, problem: object) -> None:
    """Refuse what is no problem, such as a table of scores."""
    _check(function, "problem", problem, AssignmentProblem, "an AssignmentProblem")


def check_posed(function: str, problem: object, solution: object) -> None:
    """Refuse what is no problem, or no solution."""
    check_problem(function, problem)
    _check(function, "solution", solution, Solution, "a Solution, as assign returns it")


def _check(function: str, name: str, given: object, kind: type, expected: str) -> None:
    if not isinstance(given, kind):
        raise InvalidInputError(
            f"The '{name}' parameter of {function} must be {expected}. Got {type(given).__name__} instead."
        )
