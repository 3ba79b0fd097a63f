"""A pain point names what it is a copy of.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the reference, empty until needs are computed again."""
    with op.batch_alter_table("pain_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copy_of_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_pain_point_copy_of_id"), ["copy_of_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_pain_point_copy_of_id"), "pain_point", ["copy_of_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    """Drop the reference."""
    with op.batch_alter_table("pain_point", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_pain_point_copy_of_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_pain_point_copy_of_id"))
        batch_op.drop_column("copy_of_id")
