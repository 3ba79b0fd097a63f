"""A score part names the pain point and the case that show it.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REFERENCES = {"pain_point_id": "pain_point", "case_id": "mentor_case"}


def upgrade() -> None:
    """Add both references, empty for the pairs that are there."""
    with op.batch_alter_table("score_part") as batch_op:
        for column, table in _REFERENCES.items():
            batch_op.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_score_part_{column}"), table, [column], ["id"], ondelete="SET NULL"
            )
            batch_op.create_index(batch_op.f(f"ix_score_part_{column}"), [column], unique=False)


def downgrade() -> None:
    """Drop both references."""
    with op.batch_alter_table("score_part") as batch_op:
        for column in _REFERENCES:
            batch_op.drop_index(batch_op.f(f"ix_score_part_{column}"))
            batch_op.drop_constraint(batch_op.f(f"fk_score_part_{column}"), type_="foreignkey")
            batch_op.drop_column(column)
