"""Rows that a request names: the one check that they are the actor's studio's, and as the client has seen them."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import Conflict, NotFound
from studio.permissions import Actor
from studio.reading.read import read_rows
from studio.reading.selection import Selection
from studio.store.columns import StudioRow
from studio.store.locks import lock_cohort, lock_studio
from studio.store.pairings import Pairing
from studio.store.people import Trainee
from studio.store.runs import MatchRun

RowT = TypeVar("RowT", bound=StudioRow)


async def own(
    session: AsyncSession, actor: Actor, table: type[RowT], row_id: UUID, field: str, *, lock: bool = False
) -> RowT:
    """Return a row of the actor's studio, locked for writing if asked; what another studio has does not exist.

    Raises:
        NotFound: there is no such row here; `field` is the input's field that named it.
    """
    row = await session.get(table, row_id, with_for_update=lock or None)
    if row is None or row.studio_id != actor.studio_id:
        raise NotFound(table.__name__, field=field)
    return row


async def own_trainee(session: AsyncSession, actor: Actor, trainee_id: UUID, field: str) -> Trainee:
    """Return a trainee whom the actor may read: oneself, an own one, or any; others do not exist.

    The policy of reading decides, so that nobody writes about whom one does not see.
    """
    trainee = await own(session, actor, Trainee, trainee_id, field)
    (seen,) = await read_rows(session, actor, "Trainee", [trainee_id], [Selection("id", "id")])
    if seen is None:
        raise NotFound("Trainee", field=field)
    return trainee


async def own_run(session: AsyncSession, actor: Actor, run_id: UUID) -> MatchRun:
    """Return a run of the actor's studio whose pairs nobody else can write until this transaction ends."""
    run = await own(session, actor, MatchRun, run_id, "runId")
    await lock_studio(session, run.studio_id)
    await lock_cohort(session, run.cohort_id)
    await session.refresh(run)
    return run


async def own_pairing(session: AsyncSession, actor: Actor, pairing_id: UUID) -> tuple[MatchRun, Pairing]:
    """Return a pairing that the actor may read, with its run; nobody else writes the run's pairs meanwhile.

    Raises NOT_FOUND: a pairing of others, or one that is not published yet, does not exist for mentors and trainees.
    """
    pairing = await own(session, actor, Pairing, pairing_id, "pairingId")
    run = await own_run(session, actor, pairing.run_id)
    await session.refresh(pairing)
    (seen,) = await read_rows(session, actor, "Pairing", [pairing_id], [Selection("id", "id")])
    if seen is None:
        raise NotFound("Pairing", field="pairingId")
    return run, pairing


def require_version(row: StudioRow, expected: int | None) -> None:
    """Refuse with CONFLICT_VERSION unless the row is at the version that the client has seen; None asks nothing."""
    if expected is not None and row.version != expected:
        raise Conflict("CONFLICT_VERSION", field="expectedVersion", found=row.version, expected=expected)
