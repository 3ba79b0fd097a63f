"""Changes of mentors in words that an organizer reads."""

from studio.messages import translate
from studio.operations.what_if import Change


def told(change: Change, language: str) -> str:
    """Return who goes from whom to whom, in one short sentence without its full stop."""
    code = "CHANGE_MOVES"
    if change.leaves:
        code = "CHANGE_LEAVES" if change.before else "CHANGE_LEAVES_UNMATCHED"
    elif change.joins:
        code = "CHANGE_JOINS" if change.after else "CHANGE_JOINS_UNMATCHED"
    elif change.before is None:
        code = "CHANGE_GAINS"
    elif change.after is None:
        code = "CHANGE_LOSES"
    return translate(
        code,
        language,
        trainee=change.trainee.name,
        before=change.before.name if change.before else "",
        after=change.after.name if change.after else "",
    )
