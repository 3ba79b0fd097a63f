"""Why somebody has no mentor, said in weeks.

Revision: 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, both empty."""
    op.create_table(
        "week_reason",
        *_row("week_reason"),
        sa.Column("weeks", sa.JSON(), nullable=False),
        sa.Column("full_weeks", sa.JSON(), nullable=False),
        sa.UniqueConstraint("unmatched_id", "mentor_id", name=op.f("uq_week_reason_unmatched_id_mentor_id")),
    )
    op.create_table(
        "week_repair",
        *_row("week_repair"),
        sa.Column("week", sa.Date(), nullable=True),
        sa.Column("change", sa.Float(), nullable=False),
        sa.UniqueConstraint("unmatched_id", "position", name=op.f("uq_week_repair_unmatched_id_position")),
        sa.CheckConstraint(
            "change IS NULL OR (change > -1e300 AND change < 1e300)",
            name=op.f("ck_week_repair_change_finite"),
        ),
    )
    for table in ("week_reason", "week_repair"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_mentor_id"), ["mentor_id"], unique=False)


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("unmatched_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _reference(table, "studio_id", "studio"),
        _reference(table, "unmatched_id", "unmatched"),
        _reference(table, "mentor_id", "mentor"),
    ]


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop them; a run can be computed anew."""
    op.drop_table("week_repair")
    op.drop_table("week_reason")
