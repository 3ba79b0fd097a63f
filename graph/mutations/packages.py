"""Editing mentoring packages."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.contents.packages import MentoringPackage
from graph.enums import DaySlot, PackageAction, ShadowStep
from graph.payloads import (
    MutationInfo,
    Stored,
    UserError,
    answer,
    idempotency_key,
    input_field,
    row_id,
    user_errors,
)
from graph.reading.stored import stored
from studio.operations.packages.package_draft import PackageEdit
from studio.operations.packages.package_edits import edit_package


@strawberry.input(description="One change of a package.")
class PackageEditInput:
    """One change of a package."""

    action: PackageAction = input_field(
        "ADD takes day, step and a content or a note; REPLACE a position and a content; MOVE a position and where to; "
        "REMOVE a position; CHANGE a position and minutes, note or pain point."
    )
    position: int | None = input_field("Place of the item in the version that you have read.", default=None)
    day: int | None = input_field("Which day, 1–5.", default=None)
    slot: DaySlot | None = input_field("When on the day; the daytime unless given.", default=None)
    step: ShadowStep | None = input_field("Which step of the daytime; none in the evening.", default=None)
    content_id: strawberry.ID | None = input_field("The content's global id.", default=None)
    minutes: int | None = input_field(
        "How long it takes; a content's own minutes unless given. The mentor's own work of the day gives way.",
        default=None,
    )
    note: str | None = input_field("A note for the trainee; an empty one takes it away.", default=None)
    pain_point_id: strawberry.ID | None = input_field(
        "The trainee's pain point that it answers; found by itself for a content.", default=None
    )


@strawberry.input(description="Which package to edit, and how.")
class EditPackageInput:
    """Which package to edit, and how."""

    package_id: strawberry.ID = input_field("The package's global id.")
    edits: list[PackageEditInput] = input_field("The changes, applied in their order; 1–50.")
    expected_version: int = input_field(
        "The number of the package that you have read; refused when there is a newer one."
    )
    reason: str | None = input_field("Why; kept with the new version.", default=None)
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The new version of the package.")
class EditPackagePayload:
    """The new version of the package."""

    package: MentoringPackage | None = stored("The new version.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Mentoring packages.")
class PackageMutation:
    """Mentoring packages."""

    @strawberry.mutation(
        description="Edits a package of an own trainee, or as an organizer any: makes its next version, and planning "
        "again keeps what was edited."
    )
    async def edit_package(
        self,
        info: MutationInfo,
        input: Annotated[EditPackageInput, strawberry.argument(description="Which package, and how.")],
    ) -> EditPackagePayload:
        """Edit a package."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            package = await edit_package(
                session,
                info.context.actor,
                row_id(input.package_id, "MentoringPackage", "packageId"),
                [_edit(edit, f"edits.{place}") for place, edit in enumerate(input.edits)],
                expected_version=input.expected_version,
                reason=input.reason,
                idempotency_key=input.idempotency_key,
            )
            return {"package": Stored("MentoringPackage", package.id)}

        return await answer(info, work)  # type: ignore[no-any-return]


def _edit(given: PackageEditInput, field: str) -> PackageEdit:
    content, point = given.content_id, given.pain_point_id
    return PackageEdit(
        action=given.action,
        position=given.position,
        day=given.day,
        slot=given.slot,
        step=given.step,
        content_id=row_id(content, "Content", f"{field}.contentId") if content is not None else None,
        minutes=given.minutes,
        note=given.note,
        pain_point_id=row_id(point, "PainPoint", f"{field}.painPointId") if point is not None else None,
    )
