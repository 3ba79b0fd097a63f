"""A pair that is under way holds its place.

Revision: 0016, after 0015.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CHECK = "held_place_id IS NOT NULL OR state NOT IN ('AWAITING_CONSENT', 'CONFIRMED', 'ACTIVE', 'PAUSED')"


def upgrade() -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_pairing_state_holds_place"), _CHECK)


def downgrade() -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_pairing_state_holds_place"), type_="check")
