"""What a proposal would change in the published run that it is based on."""

from datetime import date

import strawberry

from graph.enums import PairingKind
from graph.reading.stored import stored
from graph.references import Mentor, Trainee


@strawberry.type(description="A trainee for whom a proposal changes something.")
class MatchMove:
    """A trainee for whom a proposal changes something."""

    trainee: Trainee | None = stored("The trainee.")
    kind: PairingKind = stored("Which of the trainee's mentors.")
    from_mentor: Mentor | None = stored("The mentor of now; null when there is none.")
    to_mentor: Mentor | None = stored("The mentor that is proposed; null when there is none.")
    from_week: date | None = stored("The Monday of the pair's week of now; null when there is none.")
    to_week: date | None = stored("The Monday of the week that is proposed; null when there is none.")
    score_before: float | None = stored("The pair's score of now; null without a mentor.")
    score_after: float | None = stored("The score of the pair that is proposed; null without a mentor.")
