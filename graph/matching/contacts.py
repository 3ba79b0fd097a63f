"""By when pairs should talk, look back and assess again."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from graph.context import Context
from graph.enums import MeetingKind, PairingState
from graph.errors import coded
from graph.matching.what_if import NamedPerson
from graph.payloads import row_id
from graph.reading.stored import stored
from studio.errors import StudioError
from studio.operations.pairings import contacts as operation
from studio.store.database import reading
from studio.store.identity import global_id


@strawberry.type(description="By when a pair should meet for something.")
class MeetingDue:
    """By when a pair should meet for something."""

    kind: MeetingKind = stored("What for.")
    last_on: date | None = stored(
        "When it last did, as it was written down; null for never. Any meeting is a talk."
    )
    due_on: date = stored("By when the next one is due.")
    overdue: bool = stored("Whether that day has passed.")


@strawberry.type(description="A pair under way and by when it should talk again.")
class ContactDue:
    """A pair under way and by when it should talk again."""

    pairing_id: strawberry.ID = stored("Global id of the pairing.")
    trainee: NamedPerson = stored("The trainee.")
    mentor: NamedPerson = stored("The mentor.")
    state: PairingState = stored("CONFIRMED or ACTIVE; paused pairs are not expected to meet.")
    last_sign_on: date = stored(
        "When there was last a sign of the pair: a meeting, or that it was confirmed by both, started or taken up "
        "again. Of a pair without any meeting also that it was rated."
    )
    due_on: date = stored("By when the next talk is due.")
    overdue: bool = stored("Whether that day has passed.")
    dues: list[MeetingDue] = stored("By when the next talk, look-back and assessment are due, in this order.")


@strawberry.type(
    description="By when the pairs of a cohort should talk again, as its cadence asks: a sign of pairs that were made "
    "and never meet (结而不帮)."
)
class ContactsDue:
    """By when the pairs of a cohort should talk again."""

    talk_days: int | None = stored(
        "Days between two talks, of the strictest cadence in force; null without one: then nothing is due."
    )
    review_days: int | None = stored("Days between two look-backs; null without a cadence.")
    assessment_days: int | None = stored("Days between two assessments; null without a cadence.")
    pairs: list[ContactDue] = stored(
        "The pairs under way, those first that are due for anything the earliest."
    )


@strawberry.type
class ContactsQuery:
    """The question."""

    @strawberry.field(
        description="By when each pair of a cohort should talk, look back and assess again, by its cadence; for "
        "organizers."
    )
    async def contacts_due(
        self,
        info: Info[Context, None],
        cohort_id: Annotated[strawberry.ID, strawberry.argument(description="The cohort's global id.")],
    ) -> ContactsDue:
        """Return who should be in touch."""
        context = info.context
        try:
            async with reading(context.engine) as session:
                given = row_id(cohort_id, "Cohort", "cohortId")
                found = await operation.contacts_due(session, context.actor, given)
        except StudioError as refusal:
            raise coded(refusal, context.language) from None
        return ContactsDue(
            talk_days=found.days.get(MeetingKind.TALK),
            review_days=found.days.get(MeetingKind.REVIEW),
            assessment_days=found.days.get(MeetingKind.ASSESSMENT),
            pairs=[_pair(each) for each in found.pairs],
        )


def _pair(found: operation.ContactDue) -> ContactDue:
    talk = found.dues[0]
    return ContactDue(
        pairing_id=strawberry.ID(global_id("Pairing", found.pairing_id)),
        trainee=_named("Trainee", found.trainee_id, found.trainee_name),
        mentor=_named("Mentor", found.mentor_id, found.mentor_name),
        state=found.state,
        last_sign_on=found.last_sign_on,
        due_on=talk.due_on,
        overdue=talk.overdue,
        dues=[
            MeetingDue(kind=due.kind, last_on=due.last_on, due_on=due.due_on, overdue=due.overdue)
            for due in found.dues
        ],
    )


def _named(entity: str, row: UUID, name: str) -> NamedPerson:
    return NamedPerson(id=strawberry.ID(global_id(entity, row)), name=name, community=None)
