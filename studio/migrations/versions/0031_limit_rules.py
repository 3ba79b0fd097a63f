"""Limits of a match, conflicts that are theirs, and repairs of the unmatched as rows.

Revision: 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_GROUPS = ("TRAINEE_COUNTY", "TRAINEE_ROLE", "TRAINEE_LEVEL", "MENTOR_COUNTY")


def upgrade() -> None:
    """Add the tables, both empty, and let a conflict name a limit."""
    op.create_table(
        "limit_rule",
        *_row("limit_rule"),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _words("limit_kind", ("CAP", "MINIMUM", "QUOTA")), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("grouped_by", _words("limit_group", _GROUPS), nullable=True),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        _reference("limit_rule", "cohort_id", "cohort", "CASCADE"),
        _reference("limit_rule", "mentor_id", "mentor", "CASCADE"),
        sa.CheckConstraint("number >= 0", name=op.f("ck_limit_rule_number_not_negative")),
        sa.CheckConstraint(
            "(kind = 'QUOTA') = (grouped_by IS NOT NULL)", name=op.f("ck_limit_rule_quota_has_group")
        ),
        sa.CheckConstraint("kind = 'QUOTA' OR value = ''", name=op.f("ck_limit_rule_value_of_quota")),
        sa.CheckConstraint(
            "grouped_by <> 'MENTOR_COUNTY' OR mentor_id IS NULL",
            name=op.f("ck_limit_rule_county_has_no_mentor"),
        ),
    )
    for column in ("cohort_id", "mentor_id"):
        op.create_index(op.f(f"ix_limit_rule_{column}"), "limit_rule", [column], unique=False)
    op.create_table(
        "unmatched_repair",
        *_row("unmatched_repair"),
        sa.Column("unmatched_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("limit_rule_id", sa.Uuid(), nullable=True),
        sa.Column("change", sa.Float(), nullable=False),
        _reference("unmatched_repair", "unmatched_id", "unmatched", "CASCADE"),
        _reference("unmatched_repair", "mentor_id", "mentor", "CASCADE"),
        _reference("unmatched_repair", "limit_rule_id", "limit_rule", "SET NULL"),
        sa.UniqueConstraint(
            "unmatched_id", "position", name=op.f("uq_unmatched_repair_unmatched_id_position")
        ),
        sa.CheckConstraint(
            "change IS NULL OR (change > -1e300 AND change < 1e300)",
            name=op.f("ck_unmatched_repair_change_finite"),
        ),
    )
    with op.batch_alter_table("rule_conflict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("limit_rule_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_rule_conflict_limit_rule_id"),
            "limit_rule",
            ["limit_rule_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_constraint(batch_op.f("ck_rule_conflict_one_person"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_rule_conflict_one_person"), "trainee_id IS NULL OR mentor_id IS NULL"
        )


def downgrade() -> None:
    """Drop both tables; conflicts of limits go with them."""
    op.execute("DELETE FROM rule_conflict WHERE (trainee_id IS NULL) = (mentor_id IS NULL)")
    with op.batch_alter_table("rule_conflict", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_rule_conflict_one_person"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_rule_conflict_one_person"), "(trainee_id IS NULL) <> (mentor_id IS NULL)"
        )
        batch_op.drop_constraint(batch_op.f("fk_rule_conflict_limit_rule_id"), type_="foreignkey")
        batch_op.drop_column("limit_rule_id")
    op.drop_table("unmatched_repair")
    op.drop_table("limit_rule")


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _reference(table, "studio_id", "studio", "CASCADE"),
    ]


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _reference(table: str, column: str, to: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
