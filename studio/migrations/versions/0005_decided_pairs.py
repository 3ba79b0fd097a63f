"""When people decided about pairs, and whose pins and locks kept a run from a solution.

A pair that was locked or overridden before counts as decided when it was last written.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("fixed", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(trainee_id IS NULL) <> (mentor_id IS NULL)", name=op.f("ck_rule_conflict_one_person")
        ),
        sa.CheckConstraint("fixed > allowed", name=op.f("ck_rule_conflict_too_many")),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentor.id"], name=op.f("fk_rule_conflict_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_rule_conflict_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_rule_conflict_studio_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_rule_conflict_trainee_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_conflict")),
    )
    with op.batch_alter_table("rule_conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_conflict_run_id"), ["run_id"], unique=False)

    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    pairing = sa.table(
        "pairing",
        sa.column("locked", sa.Boolean()),
        sa.column("origin", sa.String()),
        sa.column("updated_at", sa.DateTime(timezone=True)),
        sa.column("decided_at", sa.DateTime(timezone=True)),
    )
    decided = sa.or_(pairing.c.locked, pairing.c.origin == "OVERRIDE")
    op.execute(sa.update(pairing).where(decided).values(decided_at=pairing.c.updated_at))


def downgrade() -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.drop_column("decided_at")

    with op.batch_alter_table("rule_conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_conflict_run_id"))

    op.drop_table("rule_conflict")
