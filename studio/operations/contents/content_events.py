"""Events of contents: what a trainee was shown, opened, did, found useful or dismissed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import StudioError
from studio.operations.audit import audit
from studio.operations.contents.collaborative import check_when_due
from studio.operations.contents.recommendations import refresh_recommendations
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_trainee
from studio.permissions import Actor, require
from studio.store.catalogue import Content
from studio.store.content_events import INTEREST, ContentEvent
from studio.store.enums import ContentEventKind, DismissalReason

# After these a content is not offered again: what comes instead is computed at once.
SETTLING = (ContentEventKind.DONE, ContentEventKind.DISMISSED)


async def record_content_event(
    session: AsyncSession,
    actor: Actor,
    trainee_id: UUID,
    content_id: UUID,
    kind: ContentEventKind,
    *,
    reason: DismissalReason | None = None,
    idempotency_key: str | None = None,
) -> ContentEvent:
    """Record what happened to a content; what is done or dismissed leaves the trainee's recommendations.

    Trainees record of themselves, mentors of their own trainees, organizers of everybody.

    Raises:
        NotFound: there is no such trainee or content that the actor may see.
        StudioError: DISMISSAL_REASON when a dismissal gives no reason; DISMISSAL_ONLY when anything else gives one.
    """
    require(actor, "record_content_event")
    given = {
        "trainee_id": trainee_id.hex,
        "content_id": content_id.hex,
        "kind": kind.value,
        "reason": reason.value if reason else None,
    }
    done = await once(session, actor, idempotency_key, "record_content_event", given)
    if done is not None:
        return await own(session, actor, ContentEvent, done, "idempotencyKey")
    if (kind is ContentEventKind.DISMISSED) != (reason is not None):
        raise StudioError("DISMISSAL_REASON" if reason is None else "DISMISSAL_ONLY", field="reason")
    trainee = await own_trainee(session, actor, trainee_id, "traineeId")
    content = await own(session, actor, Content, content_id, "contentId")
    event = ContentEvent(
        studio_id=actor.studio_id,
        trainee_id=trainee.id,
        content_id=content.id,
        kind=kind,
        reason=reason,
        recorded_by=actor.role,
    )
    session.add(event)
    await session.flush()
    if kind in INTEREST:
        await check_when_due(session, actor.studio_id)
    if kind in SETTLING:
        await refresh_recommendations(session, trainee.cohort_id, [trainee.id])
    await remember(session, actor, idempotency_key, "record_content_event", given, event.id)
    await audit(session, actor, "record_content_event", "ContentEvent", event.id, kind=kind.value)
    return event
