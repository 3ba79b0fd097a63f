"""How far a trainee has come: the recorded level, or else what role and years in post say."""

from datetime import date

from studio.store.enums import Level, TraineeRole
from studio.store.people import Trainee

# Years after which a secretary in charge counts as one who excels.
SENIOR_YEARS = 6
_LEVELS = {Level.UNDERSTAND: 1, Level.ABLE: 2, Level.EXCEL: 3}
_LEVEL_CODES = {number: level.value for level, number in _LEVELS.items()}
_ROLE_LEVELS = {
    TraineeRole.PARTY_SECRETARY: 2,
    TraineeRole.COMMITTEE_DIRECTOR: 2,
    TraineeRole.SECRETARY_AND_DIRECTOR: 2,
    TraineeRole.DEPUTY_SECRETARY: 2,
    TraineeRole.DEPUTY_DIRECTOR: 2,
}


def seniority(trainee: Trainee, on: date) -> int:
    """Return 1–3 for the level that is recorded, or else for the role and the years in post."""
    if trainee.level is not None:
        return _LEVELS[trainee.level]
    level = _ROLE_LEVELS.get(trainee.role, 1)
    years = (on - trainee.in_post_since).days / 365.25 if trainee.in_post_since else 0.0
    return level + 1 if level == 2 and years >= SENIOR_YEARS else level


def level_code(trainee: Trainee, on: date) -> str:
    """Return the same as the code of a level."""
    return _LEVEL_CODES[seniority(trainee, on)]
