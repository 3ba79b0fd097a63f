"""Weeks that a cohort offers, weeks in which people are free, and the week of a pair.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_TAKES_PLACE = "state NOT IN ('COMPLETED', 'ENDED', 'DECLINED', 'EXPIRED')"
_BOOKS_WEEK = "week IS NOT NULL AND state IN ('AWAITING_CONSENT', 'CONFIRMED', 'ACTIVE', 'PAUSED')"
_UNIQUE = {
    "uq_pairing_run_week": (_TAKES_PLACE, ["run_id", "mentor_id", "week", "week_place"]),
    "uq_pairing_mentor_week": (_BOOKS_WEEK, ["mentor_id", "week", "week_place"]),
    "uq_pairing_trainee_week": (_BOOKS_WEEK, ["trainee_id", "week"]),
}
_CHECKS = {
    "ck_pairing_week_has_place": "(week IS NULL) = (week_place IS NULL)",
    "ck_pairing_week_place_from_one": "week_place >= 1",
}


def upgrade() -> None:
    """Add the columns; cohorts of before offer no weeks, so their pairs have none, and everybody is free always."""
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weeks", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.add_column(sa.Column("free_weeks", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("mentor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("free_weeks", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("weekly_capacity", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_check_constraint(
            batch_op.f("ck_mentor_weekly_capacity_from_one"), "weekly_capacity >= 1"
        )
    with op.batch_alter_table("match_move", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_week", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("to_week", sa.Date(), nullable=True))
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("week", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("week_place", sa.Integer(), nullable=True))
        for name, condition in _CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(name), condition)
        for name, (condition, columns) in _UNIQUE.items():
            where = sa.text(condition)
            batch_op.create_index(name, columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them all."""
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        for name in _UNIQUE:
            batch_op.drop_index(name)
        for name in _CHECKS:
            batch_op.drop_constraint(batch_op.f(name), type_="check")
        batch_op.drop_column("week_place")
        batch_op.drop_column("week")
    with op.batch_alter_table("match_move", schema=None) as batch_op:
        batch_op.drop_column("to_week")
        batch_op.drop_column("from_week")
    with op.batch_alter_table("mentor", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mentor_weekly_capacity_from_one"), type_="check")
        batch_op.drop_column("weekly_capacity")
        batch_op.drop_column("free_weeks")
    with op.batch_alter_table("trainee", schema=None) as batch_op:
        batch_op.drop_column("free_weeks")
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_column("weeks")
