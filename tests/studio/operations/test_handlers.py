from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import Match
from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import StudioError
from studio.operations.background import handlers, match_jobs
from studio.operations.background.worker import Worker
from studio.operations.people.mentors import import_mentors
from studio.operations.runs.runs import start_match_run
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import MatchRunState
from studio.store.tables import MatchRun, Pairing
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file


async def test_run_whose_input_changes_meanwhile_is_computed_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []

    async def compute_while_a_mentor_changes(
        rows: MatchRows, arrays: MatchArrays, **watch: Any
    ) -> Match | StudioError:
        found = await compute(rows, arrays, **watch)
        if not computed:
            # Nothing that the pairs found would break: only their scores are no longer true.
            other = csv_file(MENTOR_HEADER, ("周兰", "竹园社区", "汇川区", 1, 12, "文稿写作:1", "", ""))
            async with writing(engine) as session:
                await import_mentors(session, organizer, other, "mentors.csv")
        computed.append(arrays.input_hash)
        return found

    compute = match_jobs.compute_match
    monkeypatch.setattr(match_jobs, "compute_match", compute_while_a_mentor_changes)
    async with writing(engine) as session:
        run = await start_match_run(session, organizer, cohort_id)
    assert await Worker(engine, handlers.HANDLERS).run_once()
    async with reading(engine) as session:
        done = await session.get_one(MatchRun, run.id)
        pairs = len((await session.execute(select(Pairing.id))).all())
    assert len(set(computed)) == 2
    assert (done.state, done.input_hash, done.matched, pairs) == (MatchRunState.OPTIMAL, computed[1], 4, 4)
