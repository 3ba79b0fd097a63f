"""Replaying a match run."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from graph.context import Context
from graph.enums import declare
from graph.errors import coded
from graph.matching.what_if import MentorChange, change
from graph.payloads import row_id
from graph.reading.stored import stored
from studio.errors import StudioError
from studio.operations.suppositions.replay import InputPart, ReplayOutcome, replay_run
from studio.operations.suppositions.what_if_words import told_replay
from studio.store.database import reading

declare(
    ReplayOutcome,
    {
        "SAME": "结果完全一样",
        "OVERRIDDEN": "除人工调整外一样",
        "INPUT_CHANGED": "依据的数据已变",
        "DIFFERENT": "结果不一样",
    },
)
declare(
    InputPart,
    {
        "PEOPLE": "人员",
        "NEEDS": "需求",
        "STRENGTHS": "导师专长与案例",
        "PLACES": "名额",
        "RULES": "规则",
        "TOPICS": "主题树",
        "PAIRINGS": "其他配对",
    },
)


@strawberry.type(description="What came of computing a run again; nothing is written.")
class MatchReplay:
    """What came of computing a run again."""

    outcome: ReplayOutcome = stored("Whether the same came out.")
    text: str = stored("The outcome in words, in the language of the request.")
    input_hash: str = stored("Fingerprint of what the run was computed from.")
    input_hash_now: str = stored(
        "Fingerprint of what it would be computed from now, as of the run's own day."
    )
    changed: list[InputPart] = stored(
        "Which parts hold rows that were written since, where the fingerprints differ; what was deleted leaves none."
    )
    changes: list[MentorChange] = stored("Where the run differs from the replay, from the replay's mentor.")


@strawberry.type
class ReplayQuery:
    """The question."""

    @strawberry.field(
        description="Computes a match run again with its own policy, as of its own day, and says whether the same "
        "comes out, or that its input has changed since; for organizers. Nothing is written."
    )
    async def replay_match_run(
        self,
        info: Info[Context, None],
        run_id: Annotated[strawberry.ID, strawberry.argument(description="The match run's global id.")],
    ) -> MatchReplay:
        """Return the outcome."""
        context = info.context
        try:
            async with reading(context.engine) as session:
                found = await replay_run(session, context.actor, row_id(run_id, "MatchRun", "runId"))
        except StudioError as refusal:
            raise coded(refusal, context.language) from None
        return MatchReplay(
            outcome=found.outcome,
            text=told_replay(found, context.language),
            input_hash=found.stored_hash,
            input_hash_now=found.hash_now,
            changed=list(found.changed),
            changes=[change(each, context.language) for each in found.changes],
        )
