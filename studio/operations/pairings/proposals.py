"""Proposals: what a re-match of a published run starts from, and how it is computed and stored."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from matching import MatchingError
from matching.trust.draws import NeedDraw
from studio.arrays.fairness import trainee_groups
from studio.arrays.matches import MatchArrays, MatchRows
from studio.arrays.rematches import Pair, Proposed, StartingPoint, propose_match
from studio.errors import StudioError
from studio.operations.rules.rule_conflicts import engine_refusal, unsolvable
from studio.operations.runs.carrying import pairings_of
from studio.operations.runs.pairing_states import CAME_APART, FIXED
from studio.operations.runs.runs import store_match
from studio.operations.runs.sensitivity import draws_for
from studio.store.consents import last_changes
from studio.store.enums import PairingState
from studio.store.pairing_enums import EndReason
from studio.store.pairings import Pairing, Seat
from studio.store.rows import insert_rows
from studio.store.runs import MatchMove, MatchRun


async def base_of(session: AsyncSession, run_id: UUID, rows: MatchRows) -> StartingPoint:
    """Return what a proposal starts from: the pairs of the published run, by what may become of them."""
    pairings = await pairings_of(session, run_id)
    changes = await last_changes(session, run_id)

    def has_left(pairing: Pairing) -> bool:
        change = changes.get(pairing.id)
        return change is not None and change.code == EndReason.TRAINEE_LEFT

    fixed = [pairing for pairing in pairings if pairing.state in FIXED]
    finished = [pairing for pairing in pairings if pairing.state is PairingState.COMPLETED]
    shown = _with_room(rows, fixed, finished)
    left = {pairing.trainee_id for pairing in pairings if has_left(pairing)}
    excluded = {seat for seat in rows.seats if seat.trainee_id in left}
    excluded |= {pairing.seat for pairing in finished if pairing not in shown}
    return StartingPoint(
        mentor_of={pairing.seat: pairing.mentor_id for pairing in pairings if pairing.seat not in excluded},
        fixed=_pairs([*fixed, *shown]),
        awaiting=_pairs([pairing for pairing in pairings if pairing.state is PairingState.AWAITING_CONSENT]),
        # Neither as the one mentor nor as the other.
        apart=frozenset(
            (Seat(pairing.trainee_id, kind), pairing.mentor_id)
            for pairing in pairings
            if pairing.state in CAME_APART
            for kind in rows.kinds
        ),
        excluded=frozenset(excluded),
        week_of={pairing.seat: pairing.week for pairing in pairings},
        kept=_staying(rows, [*fixed, *shown]),
    )


def _with_room(rows: MatchRows, fixed: list[Pairing], finished: list[Pairing]) -> list[Pairing]:
    """Return the completed pairs that stay in the run: they hold no place, which somebody else may have taken."""
    room = {mentor_id: len(places) for mentor_id, places in rows.places.items()}
    for pairing in fixed:
        room[pairing.mentor_id] = room.get(pairing.mentor_id, 0) - 1
    shown = []
    for pairing in finished:
        room[pairing.mentor_id] = room.get(pairing.mentor_id, 0) - 1
        if room[pairing.mentor_id] >= 0:
            shown.append(pairing)
    return shown


def _staying(rows: MatchRows, pairings: list[Pairing]) -> dict[tuple[UUID, UUID], date]:
    """Return the weeks in which fixed pairs stay; one that is completed gives its week up to whoever has it now."""
    if rows.weeks is None:
        return {}
    kept: dict[tuple[UUID, UUID], date] = {}
    room: Counter[tuple[UUID, date]] = Counter()
    for pairing in pairings:
        if pairing.week is None:
            continue
        place = pairing.mentor_id, pairing.week
        room[place] += 1
        if room[place] + len(rows.weeks.taken.get(place, ())) <= rows.weeks.most_in(pairing.mentor_id):
            kept[pairing.trainee_id, pairing.mentor_id] = pairing.week
    return kept


def _pairs(pairings: list[Pairing]) -> frozenset[Pair]:
    return frozenset((pairing.seat, pairing.mentor_id) for pairing in pairings)


async def compute_proposal(
    rows: MatchRows,
    arrays: MatchArrays,
    base: StartingPoint,
    *,
    needs: NeedDraw | None = None,
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Proposed | StudioError:
    """Let the engine propose in a thread of its own, or return why there can be no match.

    `needs`, `progress` and `cancel` as in `compute_match`.
    """
    refused = unsolvable(rows, arrays)
    if refused is not None:
        return refused
    try:
        return await asyncio.to_thread(
            propose_match,
            arrays,
            base,
            rows.weights,
            trainee_groups(rows),
            needs=needs,
            n_draws=0 if needs is None else draws_for(arrays),
            progress=progress,
            cancel=cancel,
        )
    except MatchingError as error:
        return engine_refusal(rows, arrays, error)


async def store_proposal(
    session: AsyncSession, run: MatchRun, rows: MatchRows, arrays: MatchArrays, found: Proposed | StudioError
) -> None:
    """Store a proposal as a draft run, with its moves."""
    if isinstance(found, StudioError):
        await store_match(session, run, rows, arrays, found)
        return
    await store_match(session, run, rows, arrays, found.match)
    run.total, run.previous_objective = found.n_placed, found.previous_objective
    await session.flush()
    await insert_rows(
        session,
        [MatchMove(studio_id=run.studio_id, run_id=run.id, **move._asdict()) for move in found.moves],
    )
