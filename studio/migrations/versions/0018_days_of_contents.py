"""First and last day on which a content is offered.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_CHECK = "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on"


def upgrade() -> None:
    """Add both days, empty for the contents that are there."""
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_content_days_in_order"), _CHECK)


def downgrade() -> None:
    """Drop both days."""
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_content_days_in_order"), type_="check")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("starts_on")
