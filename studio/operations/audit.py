"""The audit trail: who did what to which row."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.permissions import Actor
from studio.store.access import AuditEvent

Detail = str | int | float | bool | None | list[str]


async def audit(
    session: AsyncSession, actor: Actor, action: str, entity: str, entity_id: UUID, **details: Detail
) -> AuditEvent:
    """Add an event to the trail, in the transaction of the action itself, and return it.

    `details` hold codes, counts and ids: never a name, a phone or anything that a person wrote.
    """
    event = AuditEvent(
        studio_id=actor.studio_id,
        actor_role=actor.role,
        actor_person_id=actor.person_id,
        token_id=actor.token_id,
        action=action,
        entity=entity,
        entity_id=entity_id,
        details=details,
    )
    session.add(event)
    await session.flush()
    return event
