"""New runs keep confirmed pairs unless they are told to reopen them; pairs keep how often they were chosen.

Revision: 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# What has been stored of pairs that still have the mentor who was examined; of all others nobody knows.
_KNOWN = """
UPDATE pairing SET propensity = (
    SELECT stays FROM pair_sensitivity
    WHERE pair_sensitivity.pairing_id = pairing.id AND pair_sensitivity.mentor_id = pairing.mentor_id
)
"""


def upgrade() -> None:
    """Earlier runs held nobody: they are as if told to reopen, but had nothing to tell."""
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("reopens_confirmed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    _admit("ENGINE", "OVERRIDE", "CONFIRMED")
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("propensity", sa.Float(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_pairing_propensity_range"), "propensity IS NULL OR propensity BETWEEN 0 AND 1"
        )
    op.execute(sa.text(_KNOWN))


def downgrade() -> None:
    """Pairs that a run has kept count as the engine's own."""
    op.execute(sa.text("UPDATE pairing SET origin = 'ENGINE' WHERE origin = 'CONFIRMED'"))
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_pairing_propensity_range"), type_="check")
        batch_op.drop_column("propensity")
    _admit("ENGINE", "OVERRIDE")
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.drop_column("reopens_confirmed")


def _admit(*origins: str) -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_pairing_pairing_origin"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_pairing_pairing_origin"), sa.column("origin", sa.String()).in_(origins)
        )
