"""Whom an organizer means by a few words: a name, a name with its community, or an id."""

from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import StudioError
from studio.imports.respondents import Found, PeopleIndex
from studio.operations.rules.rules import people_of
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.identity import UnknownId, parse_global_id

Kind = Literal["Trainee", "Mentor"]
# Between a name and a community, also as Chinese keyboards write it.
AT = "@"


class Whom:
    """Finds the trainees of a cohort and the mentors of its studio."""

    def __init__(self, trainees: PeopleIndex, mentors: PeopleIndex) -> None:
        self._index: dict[Kind, PeopleIndex] = {"Trainee": trainees, "Mentor": mentors}

    def trainee(self, text: str) -> UUID:
        """Return the trainee; raises WHOM_UNKNOWN, WHOM_AMBIGUOUS."""
        return self.anyone(text, "Trainee")[1]

    def mentor(self, text: str) -> UUID:
        """Return the mentor; raises WHOM_UNKNOWN, WHOM_AMBIGUOUS."""
        return self.anyone(text, "Mentor")[1]

    def anyone(self, text: str, *kinds: Kind) -> tuple[Kind, UUID]:
        """Return whom `text` names among these kinds, both unless told; raises WHOM_UNKNOWN, WHOM_AMBIGUOUS."""
        wanted: tuple[Kind, ...] = kinds or ("Trainee", "Mentor")
        by_id = _by_id(text, wanted)
        if by_id is not None:
            return by_id
        name, _, community = text.partition(AT)
        found = {kind: self._index[kind].find(name.strip(), community.strip()) for kind in wanted}
        several = [str(_value(one, "candidates")) for one in found.values() if _value(one, "candidates")]
        known = [(kind, one.key) for kind, one in found.items() if isinstance(one.key, UUID)]
        if several or len(known) > 1:
            # One name in both lists is told apart by the id alone.
            candidates = "、".join(several) or name.strip()
            raise StudioError("WHOM_AMBIGUOUS", name=name.strip(), candidates=candidates)
        if not known:
            near = [
                str(_value(one, "near")) for one in found.values() if _value(one, "near") not in ("", "—")
            ]
            raise StudioError("WHOM_UNKNOWN", name=text.strip()[:80], near="、".join(near) or "—")
        return known[0]


def _by_id(text: str, wanted: tuple[Kind, ...]) -> tuple[Kind, UUID] | None:
    try:
        entity, row_id = parse_global_id(text)
    except UnknownId:
        return None
    for kind in wanted:
        if entity == kind:
            return kind, row_id
    raise StudioError("WHOM_UNKNOWN", name=text.strip()[:80], near="—")


def _value(found: Found, name: str) -> object:
    return dict(found.values).get(name, "")


async def whom(session: AsyncSession, actor: Actor, cohort: Cohort) -> Whom:
    """Return the finder for a cohort."""
    require(actor, "what_if")
    return Whom(*await people_of(session, cohort))
