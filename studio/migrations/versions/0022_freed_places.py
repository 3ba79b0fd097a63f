"""A place that a pair of a run has given back can be offered to somebody else in the same run.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TAKEN = sa.text("state NOT IN ('COMPLETED', 'ENDED', 'DECLINED', 'EXPIRED')")


def upgrade() -> None:
    """A place is taken once by the pairs of a run that have not come to an end."""
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_pairing_run_id_place_id"), type_="unique")
        batch_op.create_index(
            "uq_pairing_run_place",
            ["run_id", "place_id"],
            unique=True,
            sqlite_where=_TAKEN,
            postgresql_where=_TAKEN,
        )


def downgrade() -> None:
    """Refuse places taken twice again; of a place that was offered anew the pair that came to an end is dropped."""
    op.execute(
        "DELETE FROM pairing WHERE state IN ('COMPLETED', 'ENDED', 'DECLINED', 'EXPIRED') AND EXISTS ("
        "SELECT 1 FROM pairing other WHERE other.run_id = pairing.run_id AND other.place_id = pairing.place_id "
        "AND other.id > pairing.id)"
    )
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_index("uq_pairing_run_place")
        batch_op.create_unique_constraint(batch_op.f("uq_pairing_run_id_place_id"), ["run_id", "place_id"])
