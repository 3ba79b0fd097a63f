"""Errors of the engine; each is also the built-in that a caller would catch."""


class MatchingError(Exception):
    """Base of every error that the engine raises on purpose."""


class InvalidInputError(MatchingError, ValueError):
    """A parameter has a wrong shape, range or value; the message names it, what was expected and what came."""


class NotFittedError(MatchingError, ValueError, AttributeError):
    """An estimator was asked for a result before `fit`."""


class InfeasibleError(MatchingError, ValueError):
    """No assignment can satisfy the rules; the message says which rules collide."""
