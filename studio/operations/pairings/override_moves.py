"""Others who change mentors with an override, written so that no place is taken twice at any moment."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.matches import MatchArrays, MatchRows
from studio.arrays.weeks import CohortWeeks
from studio.operations.runs.pair_weeks import book_weeks_of, release_weeks
from studio.operations.runs.runs import DECIMALS, Shown, score_parts, shown_by
from studio.store.pairings import Pairing, ScorePart, Seat
from studio.store.people import MentorPlace
from studio.store.rows import insert_rows
from studio.store.runs import MatchRun, Unmatched

if TYPE_CHECKING:
    from matching import MentorAffinity


@dataclass(frozen=True)
class Move:
    """The new mentor of a seat with the place there and the score in parts; without a mentor all of it is None."""

    seat: Seat
    mentor_id: UUID | None
    place_id: UUID | None = None
    score: float = 0.0
    # Value and weight of each part, in the engine's order.
    parts: Mapping[str, tuple[float, float]] | None = None
    shown: Shown | None = None


def places_for(
    rows: MatchRows, pairings: Sequence[Pairing], mentor_of: Mapping[Seat, UUID]
) -> dict[Seat, UUID]:
    """Return a place for each seat of `mentor_of` whose mentor changes: the first that nobody keeps."""
    before = {pairing.seat: pairing for pairing in pairings}
    kept = {pairing.place_id for pairing in pairings if mentor_of.get(pairing.seat) == pairing.mentor_id}
    free = {
        mentor_id: iter([place.id for place in places if place.id not in kept])
        for mentor_id, places in rows.places.items()
    }
    return {
        seat: next(free[mentor_id])
        for seat, mentor_id in mentor_of.items()
        if seat not in before or before[seat].mentor_id != mentor_id
    }


def weigh_moves(
    rows: MatchRows,
    arrays: MatchArrays,
    affinity: "MentorAffinity",
    mentor_of: Mapping[Seat, UUID],
    place_of: Mapping[Seat, UUID],
) -> list[Move]:
    """Score the pairs of `mentor_of` whose seat has a place in `place_of`, in the order of the places."""
    pairs = [(seat, mentor_of[seat]) for seat in place_of]
    positions = [arrays.position(seat, mentor_id) for seat, mentor_id in pairs]
    parts = affinity.weighed_parts(arrays.trainees, positions)
    evidence = affinity.nearest_cases(arrays.trainees, positions)
    moves = []
    for at, (seat, mentor_id) in enumerate(pairs):
        values = {code: (float(part.value[at]), part.weight) for code, part in parts.items()}
        moves.append(
            Move(
                seat,
                mentor_id,
                place_of[seat],
                round(math.fsum(value * weight for value, weight in values.values()), DECIMALS),
                values,
                shown_by(rows, seat.trainee_id, mentor_id, evidence[at]),
            )
        )
    return moves


async def move_all(
    session: AsyncSession,
    run: MatchRun,
    moves: Sequence[Move],
    weeks: CohortWeeks | None = None,
    week_of: Mapping[Seat, date] | None = None,
) -> None:
    """Give trainees of a draft their new mentors, one after another; the caller holds the cohort's lock.

    `week_of` are the weeks of all whose mentor or week changes.
    """
    found = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
    pairings = {pairing.seat: pairing for pairing in found.scalars()}
    release_weeks(pairings.values(), {*(week_of or {}), *(move.seat for move in moves)})
    await session.flush()
    for move in moves:
        if move.mentor_id is None:
            await _unmatch(session, run, pairings.pop(move.seat))
    await _take_places(
        session, pairings.values(), {move.seat: move for move in moves if move.seat in pairings}
    )
    for move in moves:
        if move.mentor_id is not None:
            await _score(session, run, pairings.get(move.seat), move)
    if week_of:
        now = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
        await book_weeks_of(session, weeks, list(now.scalars()), week_of)


async def _unmatch(session: AsyncSession, run: MatchRun, pairing: Pairing) -> None:
    await session.execute(sa.delete(Pairing).where(col(Pairing.id) == pairing.id))
    reasons = [{"code": "NO_CAPACITY_LEFT", "mentors": [pairing.mentor_id.hex]}]
    session.add(Unmatched(studio_id=run.studio_id, run_id=run.id, **pairing.seat._asdict(), reasons=reasons))
    run.matched -= 1
    await session.flush()


async def _take_places(
    session: AsyncSession, pairings: Collection[Pairing], moves: Mapping[Seat, Move]
) -> None:
    """Move pairings into places that are free at that moment; who swap go by way of a closed place for a moment."""
    taken = {pairing.place_id for pairing in pairings}
    waiting = [
        pairing
        for pairing in pairings
        if pairing.seat in moves and moves[pairing.seat].place_id != pairing.place_id
    ]
    aside: MentorPlace | None = None
    while waiting:
        ready = [each for each in waiting if moves[each.seat].place_id not in taken]
        if not ready:
            aside = await _closed_place(session, waiting[0].mentor_id)
            await _take(session, waiting[0], waiting[0].mentor_id, aside.id, taken)
            continue
        moved = ready[0]
        move = moves[moved.seat]
        assert move.mentor_id is not None  # noqa: S101  those without a mentor are gone
        assert move.place_id is not None  # noqa: S101  places_for gives everybody one
        await _take(session, moved, move.mentor_id, move.place_id, taken)
        waiting.remove(moved)
        if aside is not None and aside.id not in taken:
            await session.delete(aside)
            await session.flush()
            aside = None


async def _take(
    session: AsyncSession, pairing: Pairing, mentor_id: UUID, place_id: UUID, taken: set[UUID]
) -> None:
    taken.discard(pairing.place_id)
    pairing.mentor_id, pairing.place_id = mentor_id, place_id
    taken.add(place_id)
    await session.flush()


async def _closed_place(session: AsyncSession, mentor_id: UUID) -> MentorPlace:
    found = await session.execute(
        select(MentorPlace.studio_id, sa.func.max(MentorPlace.number))
        .where(MentorPlace.mentor_id == mentor_id)
        .group_by(col(MentorPlace.studio_id))
    )
    studio_id, last = found.one()
    place = MentorPlace(studio_id=studio_id, mentor_id=mentor_id, number=last + 1, open=False)
    session.add(place)
    await session.flush()
    return place


async def _score(session: AsyncSession, run: MatchRun, pairing: Pairing | None, move: Move) -> None:
    """Write a moved pairing's score and its parts; one who had no mentor gets a pairing."""
    if pairing is None:
        assert move.mentor_id is not None  # noqa: S101  the caller has looked
        assert move.place_id is not None  # noqa: S101  with the mentor
        pairing = Pairing(
            studio_id=run.studio_id,
            run_id=run.id,
            **move.seat._asdict(),
            mentor_id=move.mentor_id,
            place_id=move.place_id,
            score=move.score,
            propensity=1.0,
        )
        await insert_rows(session, [pairing])
        await note_matched(session, run, move.seat)
    else:
        # It follows from what a person decided.
        pairing.score, pairing.propensity = move.score, 1.0
        pairing.version += 1
        await session.flush()
    await session.execute(sa.delete(ScorePart).where(col(ScorePart.pairing_id) == pairing.id))
    await insert_rows(session, score_parts(pairing, move.parts or {}, move.shown))


async def note_matched(session: AsyncSession, run: MatchRun, seat: Seat) -> None:
    """Count a seat that had no mentor in the run as matched."""
    run.matched += 1
    # Somebody may have joined the roster since the run was computed.
    run.total = max(run.total, run.matched)
    await session.execute(
        sa.delete(Unmatched).where(
            col(Unmatched.run_id) == run.id,
            col(Unmatched.trainee_id) == seat.trainee_id,
            col(Unmatched.kind) == seat.kind,
        )
    )
