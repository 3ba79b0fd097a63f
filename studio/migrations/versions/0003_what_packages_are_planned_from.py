"""What packages are planned from.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mentoring_package", schema=None) as batch_op:
        batch_op.add_column(sa.Column("input_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("mentoring_package", schema=None) as batch_op:
        batch_op.drop_column("input_hash")
