"""Ratings of pairs, and what learning the affinity's weights from them came to.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KINDS_BEFORE = (
    "SURVEY_IMPORT",
    "MATCH_RUN",
    "NEEDS",
    "RETRAIN",
    "COLLABORATIVE_CHECK",
    "READ_BY_MEANING",
    "CONSENT_EXPIRY",
    "PACKAGES",
)
_OUTCOMES = ("ADOPTED", "NOT_BETTER", "SAME_WEIGHTS", "TOO_FEW_RATINGS", "TOO_FEW_COHORTS")


def upgrade() -> None:
    """Add the tables, both empty, and the kind of job."""
    _admit_kinds(*_KINDS_BEFORE, "LEARN_WEIGHTS")
    op.create_table(
        "pair_rating",
        *_row("pair_rating"),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("party", _words("party", ("MENTOR", "TRAINEE")), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        _reference("pair_rating", "pairing_id", "pairing", "CASCADE"),
        sa.UniqueConstraint("pairing_id", "party", name=op.f("uq_pair_rating_pairing_id_party")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_pair_rating_one_to_five")),
    )
    op.create_table(
        "weights_training",
        *_row("weights_training"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", _words("weights_outcome", _OUTCOMES), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("cohorts", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("gain", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        _reference("weights_training", "policy_id", "match_policy"),
        _reference("weights_training", "job_id", "job", "SET NULL"),
        sa.UniqueConstraint("studio_id", "number", name=op.f("uq_weights_training_studio_id_number")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_weights_training_number_from_one")),
        sa.CheckConstraint(
            "(outcome = 'ADOPTED') = (policy_id IS NOT NULL)",
            name=op.f("ck_weights_training_adopted_is_policy"),
        ),
    )
    with op.batch_alter_table("weights_training", schema=None) as batch_op:
        for column in ("policy_id", "job_id"):
            batch_op.create_index(batch_op.f(f"ix_weights_training_{column}"), [column], unique=False)


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _reference(table, "studio_id", "studio", "CASCADE"),
    ]


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _reference(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def downgrade() -> None:
    """Drop both tables; weights that were learned stay a policy."""
    op.drop_table("weights_training")
    op.drop_table("pair_rating")
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "LEARN_WEIGHTS"))
    _admit_kinds(*_KINDS_BEFORE)
