"""Match runs: start one, compute it, store what came of it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from matching import Evidence, Match, MatchingError, match
from matching.trust.draws import NeedDraw
from studio.arrays.affinity import affinity_of
from studio.arrays.distinct import affinity_scores, distinct_quotas, draws_apart
from studio.arrays.fairness import fairness_figures, trainee_groups
from studio.arrays.matches import MatchArrays, MatchRows, confirmed_to_keep
from studio.arrays.week_matches import WeekMatch, match_weeks
from studio.computing import compute
from studio.errors import StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.needs.needs import refresh_needs
from studio.operations.own import own
from studio.operations.rules.limit_conflicts import InfeasibleLimits
from studio.operations.rules.match_input import match_input
from studio.operations.rules.policies import policy_in_force
from studio.operations.rules.rule_conflicts import InfeasibleRules, engine_refusal, rows_of, unsolvable
from studio.operations.runs.fairness import fairness_row
from studio.operations.runs.repairs import unmatched_rows
from studio.operations.runs.repeats import untouched_run
from studio.operations.runs.sensitivity import draw_needs, draws_for, propensity, sensitivity_rows
from studio.operations.runs.week_runs import book_weeks, unmatched_by_weeks
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.columns import Row
from studio.store.enums import JobKind, MatchObjective, MatchRunState, PairingOrigin, PublishState
from studio.store.jobs import enqueue
from studio.store.locks import lock_cohort, lock_studio
from studio.store.pairings import Pairing, ScorePart
from studio.store.rows import insert_rows
from studio.store.rules import MatchPolicy
from studio.store.runs import COMPUTED, MatchRun, Unmatched

DECIMALS = 6
# The part that the nearest pain point and case show; less alike than this they only share common words.
CASES_PART = "evidence"
LEAST_SIMILARITY = 0.06


class Shown(NamedTuple):
    """What shows a part of a score."""

    pain_point_id: UUID
    case_id: UUID


async def match_cohort(
    session: AsyncSession, actor: Actor, cohort_id: UUID, *, reopen_confirmed: bool = False
) -> MatchRun:
    """Run a match here and now: needs are brought up to date, the run is computed and stored as a draft.

    Pairs of the published run that both sides have confirmed stay as they are unless `reopen_confirmed` puts them
    up for change, too. When nothing has changed since the cohort's latest run, and nobody overrode it, that run is
    the answer.
    Raises NO_TRAINEES, NO_MENTORS, or INFEASIBLE when the rules collide.
    """
    require(actor, "start_match_run")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    await lock_studio(session, cohort.studio_id)
    await refresh_needs(session, cohort.id)
    policy = await policy_in_force(session, cohort.studio_id)
    rows, arrays = await match_input(session, cohort, policy, reopen=reopen_confirmed)
    same = await untouched_run(session, cohort, rows, arrays.input_hash, reopen_confirmed)
    if same is not None:
        return same
    run = await _new_run(session, cohort, policy, reopen_confirmed)
    found = await compute_match(rows, arrays, needs=await draw_needs(session, cohort, arrays))
    if isinstance(found, StudioError):
        raise found
    await store_match(session, run, rows, arrays, found)
    await audit(session, actor, "match_cohort", "MatchRun", run.id, matched=run.matched, total=run.total)
    return run


async def start_match_run(
    session: AsyncSession,
    actor: Actor,
    cohort_id: UUID,
    *,
    reopen_confirmed: bool = False,
    idempotency_key: str | None = None,
) -> MatchRun:
    """Queue a match run and return it at once; a worker computes it, progress is the job's.

    `reopen_confirmed` as in `match_cohort`.
    """
    require(actor, "start_match_run")
    given = {"cohort_id": cohort_id.hex, "reopen_confirmed": reopen_confirmed}
    done = await once(session, actor, idempotency_key, "start_match_run", given)
    if done is not None:
        return await session.get_one(MatchRun, done)
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    await lock_cohort(session, cohort.id)
    run = await queue_run(session, cohort, author_token_id=actor.token_id, reopen_confirmed=reopen_confirmed)
    await remember(session, actor, idempotency_key, "start_match_run", given, run.id)
    await audit(session, actor, "start_match_run", "MatchRun", run.id)
    return run


async def queue_run(
    session: AsyncSession,
    cohort: Cohort,
    *,
    based_on_id: UUID | None = None,
    author_token_id: UUID | None = None,
    reopen_confirmed: bool = False,
) -> MatchRun:
    """Add a run and the job that computes it, in the caller's transaction that holds the cohort's lock."""
    policy = await policy_in_force(session, cohort.studio_id)
    run = await _new_run(session, cohort, policy, reopen_confirmed)
    payload = {"run_id": run.id.hex}
    job = await enqueue(
        session, cohort.studio_id, JobKind.MATCH_RUN, payload, author_token_id=author_token_id
    )
    run.job_id, run.based_on_id = job.id, based_on_id
    if based_on_id is not None:
        run.mentors_each = (await session.get_one(MatchRun, based_on_id)).mentors_each
    await session.flush()
    return run


async def _new_run(
    session: AsyncSession, cohort: Cohort, policy: MatchPolicy, reopen_confirmed: bool
) -> MatchRun:
    number = await session.scalar(
        select(sa.func.coalesce(sa.func.max(MatchRun.number), 0) + 1).where(MatchRun.cohort_id == cohort.id)
    )
    run = MatchRun(
        studio_id=cohort.studio_id,
        cohort_id=cohort.id,
        policy_id=policy.id,
        aim=policy.objective,
        number=number or 1,
        reopens_confirmed=reopen_confirmed,
        started_at=now(),
    )
    session.add(run)
    await session.flush()
    return run


async def compute_match(
    rows: MatchRows,
    arrays: MatchArrays,
    *,
    needs: NeedDraw | None = None,
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Match | StudioError:
    """Let the engine match in a thread of its own, or return why there can be no match.

    With what draws the `needs` anew it also finds how much to trust each pair.
    `progress` is told the share that is done, in that thread, and `cancel` asked whether to go on, as by `assign`.
    """
    refused = unsolvable(rows, arrays)
    if refused is not None:
        return refused
    affinity = affinity_of(rows.weights)
    times = 0 if needs is None else draws_for(arrays)

    def solve() -> Match:
        if arrays.weeks is not None:
            return match_weeks(arrays, affinity, trainee_groups(rows), progress, cancel, times, needs)
        distinct = None
        if arrays.seats_each > 1:
            distinct = distinct_quotas(arrays, affinity_scores(arrays, affinity))
        return match(
            arrays.trainees,
            arrays.mentors,
            arrays.capacity,
            forbidden=arrays.forbidden,
            pinned=arrays.pinned,
            affinity=affinity,
            objective=arrays.aim,
            progress=progress,
            cancel=cancel,
            n_draws=times,
            needs=needs,
            report_by=trainee_groups(rows),
            solve_draw=draws_apart(arrays),
            **arrays.limits.keys(distinct),
        )

    try:
        return await asyncio.to_thread(compute, solve)
    except MatchingError as error:
        return engine_refusal(rows, arrays, error)


async def store_match(
    session: AsyncSession, run: MatchRun, rows: MatchRows, arrays: MatchArrays, found: Match | StudioError
) -> None:
    """Store the outcome of a run: pairs with their places and parts, the unmatched, the certificate, how even it is."""
    run.finished_at = now()
    run.input_hash = arrays.input_hash
    run.total, run.mentors_each = len(arrays.seats), len(rows.kinds)
    run.version += 1
    if isinstance(found, StudioError):
        run.state, run.failure = MatchRunState.INFEASIBLE, found.code
        await session.flush()
        if isinstance(found, InfeasibleRules):
            await insert_rows(session, rows_of(run, found))
        elif isinstance(found, InfeasibleLimits):
            await insert_rows(session, found.rows(run))
        return
    solution, certificate = found.solution, found.certificate
    run.aim = MatchObjective(solution.objective.upper())
    run.matched = len(solution.pairs)
    run.objective, run.bound = round(solution.total, DECIMALS), round(solution.bound, DECIMALS)
    run.gap, run.verified = round(solution.gap, DECIMALS), certificate.valid
    proven = certificate.valid and certificate.gap == 0
    run.state = MatchRunState.OPTIMAL if proven else MatchRunState.FEASIBLE_WITH_BOUND
    await session.flush()
    pairings, parts = _pairings(run, rows, arrays, found)
    unmatched: list[Row] = []
    if isinstance(found, WeekMatch):
        book_weeks(rows, arrays, found, pairings)
        unmatched = unmatched_by_weeks(run, rows, arrays, found)
    else:
        unmatched.extend(_unmatched(run, rows, arrays, found))
    trust = sensitivity_rows(run, arrays, found, pairings)
    evenness = (
        [fairness_row(run, fairness_figures(rows, found.fairness, solution.unmatched.tolist()))]
        if found.fairness
        else []
    )
    await insert_rows(session, [*pairings, *parts, *trust, *evenness, *unmatched])


def _pairings(
    run: MatchRun, rows: MatchRows, arrays: MatchArrays, found: Match
) -> tuple[list[Pairing], list[ScorePart]]:
    free = {mentor_id: iter(places) for mentor_id, places in rows.places.items()}
    pairings: list[Pairing] = []
    parts: list[ScorePart] = []
    confirmed = confirmed_to_keep(rows)
    for index, (row, column) in enumerate(found.solution.pairs.tolist()):
        (trainee_id, kind), mentor_id = arrays.seats[row], arrays.mentor_ids[column]
        lock = rows.locked.get((trainee_id, mentor_id))
        held = (trainee_id, mentor_id) in confirmed
        pairing = Pairing(
            studio_id=run.studio_id,
            run_id=run.id,
            trainee_id=trainee_id,
            mentor_id=mentor_id,
            place_id=next(free[mentor_id]).id,
            score=round(float(found.scores[index]), DECIMALS),
            locked=lock is not None,
            propensity=propensity(found.sensitivity, arrays, index, (row, column)),
            **(lock._asdict() if lock else {"origin": PairingOrigin.CONFIRMED} if held else {})
            | {"kind": kind},
        )
        pairings.append(pairing)
        values = {code: (float(part.value[index]), part.weight) for code, part in found.parts.items()}
        parts.extend(
            score_parts(pairing, values, shown_by(rows, trainee_id, mentor_id, found.evidence[index]))
        )
    return pairings, parts


def shown_by(rows: MatchRows, trainee_id: UUID, mentor_id: UUID, evidence: Evidence | None) -> Shown | None:
    """Return the pain point and the case that show the part of the mentor's cases, where they are near enough."""
    if evidence is None or evidence.similarity < LEAST_SIMILARITY:
        return None
    return Shown(
        rows.pain_points[trainee_id][evidence.pain_text].id,
        rows.cases[mentor_id][evidence.case].id,
    )


def score_parts(
    pairing: Pairing, values: Mapping[str, tuple[float, float]], shown: Shown | None
) -> list[ScorePart]:
    """Return the named parts of a pairing; `values` are (value, weight), in the engine's order."""
    return [
        ScorePart(
            studio_id=pairing.studio_id,
            pairing_id=pairing.id,
            position=position,
            code=code.upper(),
            value=round(value, DECIMALS),
            weight=round(weight, DECIMALS),
            contribution=round(value * weight, DECIMALS),
            pain_point_id=shown.pain_point_id if shown and code == CASES_PART else None,
            case_id=shown.case_id if shown and code == CASES_PART else None,
        )
        for position, (code, (value, weight)) in enumerate(values.items())
    ]


def _unmatched(run: MatchRun, rows: MatchRows, arrays: MatchArrays, found: Match) -> list[Row]:
    told: list[Row] = []
    for reason in found.unmatched:
        seat = arrays.seats[reason.trainee]
        row = Unmatched(studio_id=run.studio_id, run_id=run.id, **seat._asdict())
        told += unmatched_rows(row, rows, arrays, found.problem, reason)
    return told


def require_draft(run: MatchRun) -> None:
    """Refuse with ILLEGAL_TRANSITION unless the run is a computed draft."""
    if run.state not in COMPUTED or run.publish_state is not PublishState.DRAFT:
        raise StudioError("ILLEGAL_TRANSITION", field="runId", state=[run.state, run.publish_state])
