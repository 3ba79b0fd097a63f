"""What a cohort's ratings say together, and jobs that compute its needs.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _admit_kinds("SURVEY_IMPORT", "MATCH_RUN", "NEEDS")
    op.create_table(
        "cohort_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "THORNIEST",
                "MOST_URGENT",
                "SEVERITY",
                "URGENCY",
                "DIFFICULTY",
                "URGENCY_ORDER",
                "OTHER",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("deviations", sa.JSON(), nullable=False),
        sa.CheckConstraint("mean >= 1 AND mean <= 5", name=op.f("ck_cohort_rating_mean_range")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_rating_cohort_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_cohort_rating_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_rating")),
        sa.UniqueConstraint("cohort_id", "measure", name=op.f("uq_cohort_rating_cohort_id_measure")),
    )


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def downgrade() -> None:
    op.drop_table("cohort_rating")
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "NEEDS"))
    _admit_kinds("SURVEY_IMPORT", "MATCH_RUN")
