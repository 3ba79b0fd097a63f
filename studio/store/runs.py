"""Match runs: one computation of pairings for a cohort, with its certificate."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, select

from studio.store.clock import CHINA, today
from studio.store.columns import StudioRow, UTCDateTime, enum_type, finite
from studio.store.enums import MatchObjective, MatchRunState, PublishState
from studio.store.mentor_enums import PairingKind

# A run in one of these states has a result.
COMPUTED = frozenset({MatchRunState.OPTIMAL, MatchRunState.FEASIBLE_WITH_BOUND})


class MatchRun(StudioRow, table=True):
    """A match run of a cohort; its pairings are a draft until it is published."""

    __tablename__ = "match_run"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "number"),
        sa.Index(
            "uq_match_run_published",
            "cohort_id",
            unique=True,
            sqlite_where=sa.text("publish_state = 'PUBLISHED'"),
            postgresql_where=sa.text("publish_state = 'PUBLISHED'"),
        ),
        sa.CheckConstraint(f"{finite('objective')}", "objective_finite"),
        sa.CheckConstraint(f"{finite('bound')}", "bound_finite"),
        sa.CheckConstraint(finite("previous_objective"), "previous_objective_finite"),
        sa.CheckConstraint("matched <= total", "matched_at_most_total"),
        sa.CheckConstraint("mentors_each IN (1, 2)", "mentors_each"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    policy_id: UUID = Field(foreign_key="match_policy.id")
    job_id: UUID | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL", unique=True)
    # The published run whose pairs this one proposes to keep but for a few moves.
    based_on_id: UUID | None = Field(default=None, foreign_key="match_run.id", ondelete="SET NULL")
    # The run whose place it took when it was published, to which it can be rolled back.
    replaced_id: UUID | None = Field(default=None, foreign_key="match_run.id", ondelete="SET NULL")
    number: int
    state: MatchRunState = Field(default=MatchRunState.QUEUED, sa_type=enum_type(MatchRunState))
    publish_state: PublishState = Field(default=PublishState.DRAFT, sa_type=enum_type(PublishState))
    input_hash: str | None = Field(default=None, max_length=64)
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # Mentors that its trainees were to have together, and how many they got; one each unless `mentors_each` says two.
    total: int = 0
    matched: int = 0
    # What it was computed for; the policy's, unless a proposal could not be.
    aim: MatchObjective = Field(default=MatchObjective.COVERAGE_THEN_TOTAL, sa_type=enum_type(MatchObjective))
    mentors_each: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # Sum of the pairs' scores, rounded to 6 decimals; the bound is in the same unit, the gap as matching defines it.
    objective: float | None = None
    # Null, as the gap, where pairs that people changed no longer obey the rules and places, so that none applies.
    bound: float | None = None
    gap: float | None = None
    # An independent check has proven that these very pairs obey the rules and that no choice is better.
    verified: bool | None = None
    # Of a proposal: the sum of the scores of the pairs that it starts from.
    previous_objective: float | None = None
    failure: str | None = Field(default=None, max_length=500)
    # Whether pairs that both sides have confirmed were open to change, too.
    reopens_confirmed: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


def day_of(run: MatchRun) -> date:
    """Return the day as of which a run was computed; of one that is not computed yet, today."""
    return run.finished_at.astimezone(CHINA).date() if run.finished_at else today()


class Unmatched(StudioRow, table=True):
    """A trainee whom a run could not give a mentor, or one of two, with the reasons."""

    __table_args__ = (sa.UniqueConstraint("run_id", "trainee_id", "kind"),)

    run_id: UUID = Field(foreign_key="match_run.id", ondelete="CASCADE")
    trainee_id: UUID = Field(foreign_key="trainee.id", index=True, ondelete="CASCADE")
    # Which of the trainee's mentors it is about.
    kind: PairingKind = Field(
        default=PairingKind.SOLE,
        sa_type=enum_type(PairingKind),
        sa_column_kwargs={"server_default": PairingKind.SOLE.value},
    )
    # [{"code": "NO_CAPACITY_LEFT", …}]
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)


class UnmatchedLimit(StudioRow, table=True):
    """A limit that is full around an unmatched trainee: with the others, the smallest set in conflict."""

    __tablename__ = "unmatched_limit"
    __table_args__ = (sa.UniqueConstraint("unmatched_id", "limit_rule_id"),)

    unmatched_id: UUID = Field(foreign_key="unmatched.id", ondelete="CASCADE")
    limit_rule_id: UUID = Field(foreign_key="limit_rule.id", index=True, ondelete="CASCADE")
    position: int


class UnmatchedRepair(StudioRow, table=True):
    """One change that would give an unmatched trainee a mentor without taking another's."""

    __tablename__ = "unmatched_repair"
    __table_args__ = (
        sa.UniqueConstraint("unmatched_id", "position"),
        sa.CheckConstraint(finite("change"), "change_finite"),
    )

    unmatched_id: UUID = Field(foreign_key="unmatched.id", ondelete="CASCADE")
    # The cheapest first.
    position: int
    code: str = Field(max_length=60)
    mentor_id: UUID = Field(foreign_key="mentor.id", ondelete="CASCADE")
    limit_rule_id: UUID | None = Field(default=None, foreign_key="limit_rule.id", ondelete="SET NULL")
    # Of the sum of scores, with the trainee matched.
    change: float


class RuleConflict(StudioRow, table=True):
    """A trainee or a mentor whom rules ask too much of, or a limit that cannot hold: why a run has no solution."""

    __tablename__ = "rule_conflict"
    __table_args__ = (
        # A limit of all mentors together is of nobody.
        sa.CheckConstraint("trainee_id IS NULL OR mentor_id IS NULL", "one_person"),
        sa.CheckConstraint("fixed > allowed", "too_many"),
    )

    run_id: UUID = Field(foreign_key="match_run.id", index=True, ondelete="CASCADE")
    trainee_id: UUID | None = Field(default=None, foreign_key="trainee.id", ondelete="CASCADE")
    mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id", ondelete="CASCADE")
    position: int
    code: str = Field(max_length=60)
    # The limit that cannot hold, unless it has been removed since.
    limit_rule_id: UUID | None = Field(default=None, foreign_key="limit_rule.id", ondelete="SET NULL")
    # Pairs that rules ask for, and how many there can be.
    fixed: int
    allowed: int


class MatchMove(StudioRow, table=True):
    """A trainee for whom a proposal changes something: another mentor, a first one, or none any more."""

    __tablename__ = "match_move"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "trainee_id", "kind"),
        sa.CheckConstraint(finite("score_before"), "score_before_finite"),
        sa.CheckConstraint(finite("score_after"), "score_after_finite"),
    )

    run_id: UUID = Field(foreign_key="match_run.id", ondelete="CASCADE")
    trainee_id: UUID = Field(foreign_key="trainee.id", index=True, ondelete="CASCADE")
    # Which of the trainee's mentors it is about.
    kind: PairingKind = Field(
        default=PairingKind.SOLE,
        sa_type=enum_type(PairingKind),
        sa_column_kwargs={"server_default": PairingKind.SOLE.value},
    )
    # Null: nobody before, or nobody after.
    from_mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id")
    to_mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id")
    # The weeks of both pairs by their Mondays, where the cohort has weeks.
    from_week: date | None = None
    to_week: date | None = None
    score_before: float | None = None
    score_after: float | None = None


async def run_of_number(session: AsyncSession, cohort_id: UUID, number: int) -> MatchRun | None:
    """Return a cohort's run by its number, or None."""
    found = await session.execute(
        select(MatchRun).where(MatchRun.cohort_id == cohort_id, MatchRun.number == number)
    )
    return found.scalar_one_or_none()
