"""What matches aim at: of a policy for the runs to come, and of a run for good.

Revision: 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_OBJECTIVES = ("COVERAGE_THEN_TOTAL", "TOTAL", "WORST_OFF_THEN_TOTAL", "LEXIMIN", "BALANCED_LOAD")
_COLUMNS = {"match_policy": "objective", "match_run": "aim"}


def upgrade() -> None:
    """Add both columns; what there is was computed for coverage, then the total."""
    for table, column in _COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(column, sa.String(length=40), nullable=False, server_default=_OBJECTIVES[0])
            )
            batch_op.create_check_constraint(
                batch_op.f(f"ck_{table}_match_objective"), sa.column(column, sa.String()).in_(_OBJECTIVES)
            )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    """Drop both columns."""
    for table, column in _COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_match_objective"), type_="check")
            batch_op.drop_column(column)
