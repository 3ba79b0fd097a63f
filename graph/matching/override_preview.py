"""The price of an override before it is saved, and why a pair cannot be."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry.types import Info

from graph.context import Context
from graph.enums import PairingKind, declare
from graph.errors import coded
from graph.matching.what_if import MentorChange, NamedPerson, change, named
from graph.payloads import row_id
from graph.reading.stored import stored
from studio.errors import StudioError
from studio.operations.suppositions import override_preview as operation
from studio.operations.suppositions.obstacles import Obstacle as Found
from studio.operations.suppositions.obstacles import ObstacleKind
from studio.operations.suppositions.override_preview import Verdict
from studio.operations.suppositions.what_if_words import told_effect, told_obstacle, told_preview
from studio.store.database import reading

declare(
    Verdict,
    {
        "CHOSEN": "已经是这位导师",
        "FORBIDDEN": "规则不允许",
        "PINNED_ELSEWHERE": "按规则或双方确认由别人带",
        "NO_PLACES": "导师没有名额",
        "NO_COMMON_WEEK": "没有都有空的周",
        "RULED_OUT": "名额都已固定给别人",
        "LOWERS_COVERAGE": "会有人没有导师",
        "LOWERS_TOTAL": "总匹配度变少",
        "SAME_TOTAL": "总匹配度不变",
        "RAISES_TOTAL": "总匹配度变多",
    },
)
declare(
    ObstacleKind,
    {
        "FORBID": "回避规则",
        "PIN": "必须配对的规则",
        "LOCK": "锁定的配对",
        "CONFIRMED": "双方已确认",
        "TENURE": "任职年限的规则",
        "DECLINED": "一方已谢绝",
        "LIMIT": "人数限额",
        "SAME_COMMUNITY": "同一社区",
        "SAME_PERSON": "同一个人",
        "MENTOR_KIND": "不是这一类导师",
    },
)


@strawberry.type(description="A rule or a lock that stands against a pair.")
class Obstacle:
    """A rule or a lock that stands against a pair."""

    kind: ObstacleKind = stored("What it is.")
    trainee: NamedPerson = stored("The trainee whom it is about.")
    mentor: NamedPerson = stored("The mentor whom it is about.")
    reason: str | None = stored("Why, as it was written.")
    author: str | None = stored("Who set a rule: the role, or IMPORT.")
    expires_on: date | None = stored("Last day on which a rule holds; null for always.")
    text: str = stored("All of it in words, in the language of the request.")


@strawberry.type(description="What saving an override would do to the run.")
class OverrideEffect:
    """What saving an override would do to the run."""

    change: float = stored("By how much the sum of the scores would change; negative is worse.")
    relative_change: float | None = stored("The same as a share of the run's objective.")
    matched: int = stored("How many mentors would be found, one for each trainee or two.")
    changes: list[MentorChange] = stored("Whose mentor changes, first the trainee who is asked about.")
    text: str = stored("The price and who else moves, in words.")


@strawberry.type(description="What an override would cost, or what stands against it; nothing is written.")
class OverridePreview:
    """What an override would cost, or what stands against it."""

    trainee: NamedPerson = stored("The trainee.")
    mentor: NamedPerson = stored("The mentor.")
    kind: PairingKind = stored("Which of the trainee's mentors would be replaced.")
    verdict: Verdict = stored("What it comes to.")
    text: str = stored("The whole answer in words, in the language of the request.")
    input_changed: bool = stored(
        "Whether people, needs, places or rules are no longer what the run was computed from."
    )
    obstacles: list[Obstacle] = stored("What stands against the pair; empty when it may be saved.")
    caps: list[Obstacle] = stored(
        "The caps that leave the mentor no place in the run, though there would be some; empty otherwise."
    )
    relaxed: OverrideEffect | None = stored(
        "When only this trainee changes mentors, once those caps let one more through; null without caps, or where "
        "that is not enough."
    )
    alone: OverrideEffect | None = stored(
        "When only this trainee changes mentors, as overridePairing does; null where the mentor has no place left "
        "in the run, or is the trainee's other mentor."
    )
    together: OverrideEffect | None = stored(
        "When a few others move along, as overridePairing does with moveOthers."
    )
    best: OverrideEffect | None = stored(
        "When as many move along as the highest total with this pair asks for: its change is the exact price."
    )


@strawberry.type
class OverridePreviewQuery:
    """The question."""

    @strawberry.field(
        description="What giving a trainee this mentor would cost the run, who else would move, and what stands "
        "against it; for organizers. Nothing is written."
    )
    async def override_preview(
        self,
        info: Info[Context, None],
        run_id: Annotated[strawberry.ID, strawberry.argument(description="The match run's global id.")],
        trainee_id: Annotated[strawberry.ID, strawberry.argument(description="The trainee's global id.")],
        mentor_id: Annotated[strawberry.ID, strawberry.argument(description="The mentor's global id.")],
        kind: Annotated[
            PairingKind | None,
            strawberry.argument(
                description="Which of two mentors would be replaced; needed where this one can teach both."
            ),
        ] = None,
    ) -> OverridePreview:
        """Return the price."""
        context = info.context
        try:
            async with reading(context.engine) as session:
                found = await operation.preview_override(
                    session,
                    context.actor,
                    row_id(run_id, "MatchRun", "runId"),
                    row_id(trainee_id, "Trainee", "traineeId"),
                    row_id(mentor_id, "Mentor", "mentorId"),
                    kind,
                )
        except StudioError as refusal:
            raise coded(refusal, context.language) from None
        return _preview(found, context.language)


def _preview(found: operation.OverridePreview, language: str) -> OverridePreview:
    return OverridePreview(
        trainee=named(found.trainee, "Trainee"),
        mentor=named(found.mentor, "Mentor"),
        kind=found.kind,
        verdict=found.verdict,
        text=told_preview(found, language),
        input_changed=found.input_changed,
        obstacles=[_obstacle(each, language) for each in found.obstacles],
        caps=[_obstacle(each, language) for each in found.caps],
        relaxed=_effect(found.relaxed, language),
        alone=_effect(found.alone, language),
        together=_effect(found.together, language),
        best=_effect(found.best, language),
    )


def _obstacle(found: Found, language: str) -> Obstacle:
    return Obstacle(
        kind=found.kind,
        trainee=named(found.trainee, "Trainee"),
        mentor=named(found.mentor, "Mentor"),
        reason=found.reason,
        author=found.author,
        expires_on=found.expires_on,
        text=told_obstacle(found, language),
    )


def _effect(found: operation.Effect | None, language: str) -> OverrideEffect | None:
    if found is None:
        return None
    return OverrideEffect(
        change=found.change,
        relative_change=found.relative,
        matched=found.matched,
        changes=[change(each, language) for each in found.changes],
        text=told_effect(found, language),
    )
