"""What a mentor teaches, theory, practice or both, as an organizer records it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.operations.audit import audit
from studio.operations.own import own, require_version
from studio.permissions import Actor, require
from studio.store.mentor_enums import MentorKind
from studio.store.people import Mentor


async def set_mentor_kind(
    session: AsyncSession, actor: Actor, mentor_id: UUID, kind: MentorKind | None, *, expected_version: int
) -> Mentor:
    """Record what a mentor teaches, or that nobody knows; the next match of a cohort with two mentors each heeds it.

    Pairs that there are stay. Raises NOT_FOUND and CONFLICT_VERSION.
    """
    require(actor, "set_mentor_kind")
    mentor = await own(session, actor, Mentor, mentor_id, "mentorId", lock=True)
    require_version(mentor, expected_version)
    if mentor.kind is not kind:
        mentor.kind = kind
        mentor.version += 1
    await session.flush()
    await audit(session, actor, "set_mentor_kind", "Mentor", mentor.id, kind=kind.value if kind else None)
    return mentor
