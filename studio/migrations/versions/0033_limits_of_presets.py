"""Limits that presets set, limits that are full around the unmatched, and quotas of a kind of mentor.

Revision: 0033, after 0032.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from studio.store.identity import new_id

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_PRESETS = ("WEIGHTS", "TENURE", "LOAD", "TWO_MENTORS", "CONSENT", "CADENCE")
_NEW_PRESETS = ("MINIMUM", "QUOTA")
_GROUPS = ("TRAINEE_COUNTY", "TRAINEE_ROLE", "TRAINEE_LEVEL", "MENTOR_COUNTY")
_NEW_GROUPS = ("PAIRING_KIND",)


def upgrade() -> None:
    """Add the table, and set a cap for each preset of a load that cohorts have."""
    op.create_table(
        "unmatched_limit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("unmatched_id", sa.Uuid(), nullable=False),
        sa.Column("limit_rule_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmatched_limit")),
        _reference("studio_id", "studio"),
        _reference("unmatched_id", "unmatched"),
        _reference("limit_rule_id", "limit_rule"),
        sa.UniqueConstraint(
            "unmatched_id", "limit_rule_id", name=op.f("uq_unmatched_limit_unmatched_id_limit_rule_id")
        ),
    )
    op.create_index(op.f("ix_unmatched_limit_limit_rule_id"), "unmatched_limit", ["limit_rule_id"])
    for table in ("rule_preset", "cohort_rule"):
        _admit(table, "kind", "preset_kind", (*_PRESETS, *_NEW_PRESETS))
    _admit("limit_rule", "grouped_by", "limit_group", (*_GROUPS, *_NEW_GROUPS))
    with op.batch_alter_table("limit_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cohort_rule_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_limit_rule_cohort_rule_id"),
            "cohort_rule",
            ["cohort_rule_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_index(batch_op.f("ix_limit_rule_cohort_rule_id"), ["cohort_rule_id"])
    _cap_loads()


def _cap_loads() -> None:
    """Write the limits that presets of a load stood for so far."""
    same = ("studio_id", "cohort_id", "reason", "author", "expires_on")
    rule = sa.table(
        "cohort_rule",
        sa.column("id", sa.Uuid()),
        sa.column("kind"),
        sa.column("parameters", sa.JSON()),
        *(sa.column(name, sa.Uuid()) for name in ("studio_id", "cohort_id")),
        *(sa.column(name, sa.String()) for name in ("reason", "author")),
        sa.column("expires_on", sa.Date()),
    )
    limit = sa.table(
        "limit_rule",
        *(sa.column(name, sa.Uuid()) for name in ("id", "studio_id", "cohort_id", "cohort_rule_id")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "updated_at")),
        *(sa.column(name) for name in ("version", "kind", "number", "value", "reason", "author")),
        sa.column("expires_on", sa.Date()),
    )
    connection = op.get_bind()
    now = datetime.now(UTC)
    for row in connection.execute(sa.select(rule).where(rule.c.kind == "LOAD")).mappings().all():
        values = {name: row[name] for name in same} | {"id": new_id(), "created_at": now, "updated_at": now}
        values |= {"version": 1, "kind": "CAP", "number": int(row["parameters"]["most"]), "value": ""}
        connection.execute(sa.insert(limit).values(**values, cohort_rule_id=row["id"]))


def _admit(table: str, column: str, name: str, values: Sequence[str]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f(f"ck_{table}_{name}"), sa.column(column, sa.String()).in_(values)
        )


def _reference(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_unmatched_limit_{column}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Drop what is new with its rows; presets of a load go on by themselves."""
    op.drop_table("unmatched_limit")
    op.execute("DELETE FROM limit_rule WHERE cohort_rule_id IS NOT NULL OR grouped_by = 'PAIRING_KIND'")
    with op.batch_alter_table("limit_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_limit_rule_cohort_rule_id"))
        batch_op.drop_constraint(batch_op.f("fk_limit_rule_cohort_rule_id"), type_="foreignkey")
        batch_op.drop_column("cohort_rule_id")
    _admit("limit_rule", "grouped_by", "limit_group", _GROUPS)
    for table in ("cohort_rule", "rule_preset"):
        op.execute(f"DELETE FROM {table} WHERE kind IN ('MINIMUM', 'QUOTA')")
        _admit(table, "kind", "preset_kind", _PRESETS)
