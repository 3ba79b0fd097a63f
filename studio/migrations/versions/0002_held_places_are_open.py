"""Held places are open.

Where an earlier version let a capacity shrink below what was published, the places that are held open again and the
capacity says how many there are: a published pair is never undone by an upgrade.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _open_held_places()
    with op.batch_alter_table("mentor_place", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_mentor_place_id_open"), ["id", "open"])
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_open", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_pairing_held_open"), sa.text("held_open"))
        batch_op.create_foreign_key(
            batch_op.f("fk_pairing_held_place_id_held_open"),
            "mentor_place",
            ["held_place_id", "held_open"],
            ["id", "open"],
        )


def _open_held_places() -> None:
    mentor = sa.table("mentor", sa.column("id"), sa.column("capacity"))
    pairing = sa.table("pairing", sa.column("held_place_id"))
    place = sa.table("mentor_place", sa.column("id"), sa.column("mentor_id"), sa.column("open", sa.Boolean()))
    held = sa.select(pairing.c.held_place_id).where(pairing.c.held_place_id.is_not(None))
    op.execute(sa.update(place).where(place.c.id.in_(held), ~place.c.open).values(open=True))
    n_open = (
        sa.select(sa.func.count())
        .where(place.c.mentor_id == mentor.c.id, place.c.open)
        .correlate(mentor)
        .scalar_subquery()
    )
    op.execute(sa.update(mentor).where(mentor.c.capacity < n_open).values(capacity=n_open))


def downgrade() -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_pairing_held_place_id_held_open"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_pairing_held_open"), type_="check")
        batch_op.drop_column("held_open")
    with op.batch_alter_table("mentor_place", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_mentor_place_id_open"), type_="unique")
