"""Consents, the history of pairings, proposals based on a published run, and jobs that let consents expire.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS_BEFORE = ("SURVEY_IMPORT", "MATCH_RUN", "NEEDS", "RETRAIN", "COLLABORATIVE_CHECK", "READ_BY_MEANING")
_STATES = (
    "SUGGESTED",
    "UNDER_REVIEW",
    "AWAITING_CONSENT",
    "CONFIRMED",
    "ACTIVE",
    "PAUSED",
    "COMPLETED",
    "ENDED",
    "DECLINED",
    "EXPIRED",
)
_ROLES = ("ORGANIZER", "MENTOR", "TRAINEE", "CLIENT_APP")
_DECLINE_REASONS = (
    "NO_TIME",
    "OTHER_TOPIC",
    "TOO_FAR",
    "RELATED",
    "HEALTH",
    "CHANGE_OF_POST",
    "OTHER",
)
_RUNS = ("based_on_id", "replaced_id")


def upgrade() -> None:
    """Add columns and tables, all empty: what is published already has no consents and no date to answer by."""
    _admit_kinds(*_KINDS_BEFORE, "CONSENT_EXPIRY")
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        for column in _RUNS:
            batch_op.add_column(sa.Column(column, sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("previous_objective", sa.Float(), nullable=True))
        for column in _RUNS:
            batch_op.create_foreign_key(
                batch_op.f(f"fk_match_run_{column}"), "match_run", [column], ["id"], ondelete="SET NULL"
            )
        batch_op.create_check_constraint(
            batch_op.f("ck_match_run_previous_objective_finite"), _finite("previous_objective")
        )
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_by", sa.Date(), nullable=True))
    _create_consents()
    _create_changes()
    _create_moves()


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def _finite(column: str) -> str:
    return f"{column} IS NULL OR ({column} > -1e300 AND {column} < 1e300)"


def _row(table: str, parent: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column(f"{parent}_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _reference(table, "studio_id", "studio", "CASCADE"),
        _reference(table, f"{parent}_id", parent if parent != "run" else "match_run", "CASCADE"),
    ]


def _reference(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _one_of(column: str, name: str, values: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def _create_consents() -> None:
    op.create_table(
        "consent",
        *_row("consent", "pairing"),
        _one_of("party", "party", ("MENTOR", "TRAINEE")),
        _one_of("answer", "consent_answer", ("ACCEPTED", "DECLINED")),
        _one_of("reason", "decline_reason", _DECLINE_REASONS, nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        _one_of("recorded_by", "role", _ROLES),
        sa.Column("on_behalf_reason", sa.String(length=500), nullable=True),
        sa.UniqueConstraint("pairing_id", "party", name=op.f("uq_consent_pairing_id_party")),
        sa.CheckConstraint(
            "(answer = 'DECLINED') = (reason IS NOT NULL)", name=op.f("ck_consent_declined_with_reason")
        ),
        sa.CheckConstraint(
            "(recorded_by = 'ORGANIZER') = (on_behalf_reason IS NOT NULL)",
            name=op.f("ck_consent_on_behalf_says_why"),
        ),
    )


def _create_changes() -> None:
    op.create_table(
        "pairing_change",
        *_row("pairing_change", "pairing"),
        sa.Column("number", sa.Integer(), nullable=False),
        _state("from_state"),
        _state("to_state"),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        _one_of("changed_by", "role", _ROLES, nullable=True),
        sa.UniqueConstraint("pairing_id", "number", name=op.f("uq_pairing_change_pairing_id_number")),
    )


def _state(column: str) -> sa.Column[str]:
    return _one_of(column, column, _STATES)


def _create_moves() -> None:
    op.create_table(
        "match_move",
        *_row("match_move", "run"),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("from_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("to_mentor_id", sa.Uuid(), nullable=True),
        sa.Column("score_before", sa.Float(), nullable=True),
        sa.Column("score_after", sa.Float(), nullable=True),
        _reference("match_move", "trainee_id", "trainee", "CASCADE"),
        _reference("match_move", "from_mentor_id", "mentor"),
        _reference("match_move", "to_mentor_id", "mentor"),
        sa.UniqueConstraint("run_id", "trainee_id", name=op.f("uq_match_move_run_id_trainee_id")),
        sa.CheckConstraint(_finite("score_before"), name=op.f("ck_match_move_score_before_finite")),
        sa.CheckConstraint(_finite("score_after"), name=op.f("ck_match_move_score_after_finite")),
    )
    with op.batch_alter_table("match_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_move_trainee_id"), ["trainee_id"], unique=False)


def downgrade() -> None:
    """Drop all of it; published pairs stay as they are."""
    op.drop_table("match_move")
    op.drop_table("pairing_change")
    op.drop_table("consent")
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_column("answer_by")
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_match_run_previous_objective_finite"), type_="check")
        for column in _RUNS:
            batch_op.drop_constraint(batch_op.f(f"fk_match_run_{column}"), type_="foreignkey")
            batch_op.drop_column(column)
        batch_op.drop_column("previous_objective")
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "CONSENT_EXPIRY"))
    _admit_kinds(*_KINDS_BEFORE)
