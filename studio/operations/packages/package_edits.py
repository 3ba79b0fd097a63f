"""Edits of a mentoring package by the mentor or an organizer: each makes the next version."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import Conflict, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own_run
from studio.operations.packages.package_chains import Chain
from studio.operations.packages.package_draft import Draft, PackageEdit, apply_edit, fitted
from studio.operations.packages.package_rows import copied
from studio.permissions import Actor, require
from studio.reading.read import read_rows
from studio.reading.selection import Selection
from studio.store.enums import Role
from studio.store.package_enums import PackageOrigin
from studio.store.packages import (
    MentoringPackage,
    PackageEvent,
    PackageGoal,
    items_of,
    versions_of,
)
from studio.store.pairings import Pairing
from studio.store.people import Mentor, Person
from studio.store.rows import insert_rows

MOST_EDITS = 50


async def edit_package(
    session: AsyncSession,
    actor: Actor,
    package_id: UUID,
    edits: Sequence[PackageEdit],
    *,
    expected_version: int,
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> MentoringPackage:
    """Edit a package and return its next version; the earlier ones stay as they are.

    A mentor edits those of the own trainees, of two mentors the one with whom the package is. `expected_version` is the
    number of the version that was read. What is touched counts as decided: planning again keeps it, and does not bring
    back a content that was taken out. The mentor's own work of a day gives way to what is added to it.

    Raises NOT_FOUND, PACKAGE_READ_ONLY, CONFLICT_VERSION, EDITS_MISSING, TOO_MANY_EDITS, EDIT_INCOMPLETE, NO_SUCH_ITEM,
    DAY_OUT_OF_RANGE, STEP_OF_SLOT, MINUTES_NOT_POSITIVE, CONTENT_TWICE and DAY_TOO_FULL.
    """
    require(actor, "edit_package")
    given = _given(package_id, edits, expected_version, reason)
    done = await once(session, actor, idempotency_key, "edit_package", given)
    if done is not None:
        return await _visible(session, actor, done)
    if not edits:
        raise StudioError("EDITS_MISSING", field="edits", most=MOST_EDITS)
    if len(edits) > MOST_EDITS:
        raise StudioError("TOO_MANY_EDITS", field="edits", most=MOST_EDITS)
    latest, number = await _latest(session, actor, package_id)
    await _require_leading(session, actor, latest)
    if latest.number != expected_version:
        raise Conflict(
            "CONFLICT_VERSION", field="expectedVersion", found=latest.number, expected=expected_version
        )
    package = MentoringPackage(
        studio_id=latest.studio_id,
        trainee_id=latest.trainee_id,
        mentor_id=latest.mentor_id,
        pairing_id=latest.pairing_id,
        number=number,
        input_hash=latest.input_hash,
        origin=PackageOrigin.EDITED,
        reason=reason.strip() or None if reason else None,
    )
    before = (await items_of(session, [latest.id]))[latest.id]
    draft = Draft(
        actor=actor,
        package=package,
        items={item.position: copied(item, package.id) for item in before},
        added=[],
        taken_out=dict.fromkeys(latest.taken_out),
    )
    for place, edit in enumerate(edits):
        await apply_edit(session, draft, edit, f"edits.{place}")
    items = fitted(draft.all())
    package.taken_out = list(draft.taken_out)
    months = await _copies(session, PackageEvent, latest.id, package.id)
    goals = await _copies(session, PackageGoal, latest.id, package.id)
    await insert_rows(session, [package, *items, *months, *goals])
    actions = [edit.action.value for edit in edits]
    await audit(
        session, actor, "edit_package", "MentoringPackage", package.id, number=package.number, actions=actions
    )
    await remember(session, actor, idempotency_key, "edit_package", given, package.id)
    return package


def _given(
    package_id: UUID, edits: Sequence[PackageEdit], expected_version: int, reason: str | None
) -> dict[str, Any]:
    plain = [
        {name: value.hex if isinstance(value, UUID) else value for name, value in asdict(edit).items()}
        for edit in edits
    ]
    return {
        "package_id": package_id.hex,
        "edits": plain,
        "expected_version": expected_version,
        "reason": reason,
    }


async def _visible(session: AsyncSession, actor: Actor, package_id: UUID) -> MentoringPackage:
    """Return a package that the actor may read: the row policies say whose packages are whose."""
    (seen,) = await read_rows(
        session, actor, "MentoringPackage", [package_id], (Selection("number", "number"),)
    )
    if seen is None:
        raise NotFound("MentoringPackage", field="packageId")
    return await session.get_one(MentoringPackage, package_id)


async def _latest(session: AsyncSession, actor: Actor, package_id: UUID) -> tuple[MentoringPackage, int]:
    """Return the version in use and the next number; nobody else writes one until this transaction ends."""
    package = await _visible(session, actor, package_id)
    pairing = await session.get_one(Pairing, package.pairing_id)
    await own_run(session, actor, pairing.run_id)
    versions = (await versions_of(session, [package.trainee_id]))[package.trainee_id]
    chain = Chain.of(package, versions)
    return chain.shown or package, chain.next_number


async def _require_leading(session: AsyncSession, actor: Actor, package: MentoringPackage) -> None:
    """Refuse with PACKAGE_READ_ONLY the trainee's other mentor, who reads the package."""
    if actor.role is not Role.MENTOR:
        return
    mentor = await session.get_one(Mentor, package.mentor_id)
    if mentor.person_id != actor.person_id:
        name = (await session.get_one(Person, mentor.person_id)).name
        raise StudioError("PACKAGE_READ_ONLY", field="packageId", mentor=name)


CopyT = TypeVar("CopyT", PackageEvent, PackageGoal)


async def _copies(
    session: AsyncSession, table: type[CopyT], latest_id: UUID, package_id: UUID
) -> list[CopyT]:
    found = await session.execute(select(table).where(table.package_id == latest_id))
    return [copied(row, package_id) for row in found.scalars()]
