"""Checks of the collaborative part of the score, and the jobs that make them.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _admit_kinds("SURVEY_IMPORT", "MATCH_RUN", "NEEDS", "RETRAIN", "COLLABORATIVE_CHECK")
    op.create_table(
        "collaborative_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("interactions", sa.Integer(), nullable=False),
        sa.Column("trainees", sa.Integer(), nullable=False),
        sa.Column("ndcg", sa.Float(), nullable=False),
        sa.Column("baseline", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "interactions >= 0 AND trainees >= 0", name=op.f("ck_collaborative_check_counts_range")
        ),
        sa.CheckConstraint(
            "ndcg >= 0 AND ndcg <= 1 AND baseline >= 0 AND baseline <= 1",
            name=op.f("ck_collaborative_check_ndcg_range"),
        ),
        sa.CheckConstraint(
            "low >= -1 AND low <= high AND high <= 1", name=op.f("ck_collaborative_check_interval")
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_collaborative_check_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collaborative_check")),
    )


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def downgrade() -> None:
    op.drop_table("collaborative_check")
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "COLLABORATIVE_CHECK"))
    _admit_kinds("SURVEY_IMPORT", "MATCH_RUN", "NEEDS", "RETRAIN")
