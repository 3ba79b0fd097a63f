"""How evenly a match run treats people.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; runs of before have no figures."""
    op.create_table(
        "run_fairness",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("loads", sa.JSON(), nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("blocking_pairs", sa.Integer(), nullable=False),
        sa.Column("envious", sa.Integer(), nullable=False),
        sa.Column("counties", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "blocking_pairs >= 0 AND envious >= 0", name=op.f("ck_run_fairness_counts_from_zero")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_run_fairness_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_run_fairness_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_fairness")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_fairness_run_id")),
    )


def downgrade() -> None:
    """Drop it; a run can be computed anew."""
    op.drop_table("run_fairness")
