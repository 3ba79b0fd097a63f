"""How much to trust a run and its pairs.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_sensitivity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("firm_from", sa.Float(), nullable=False),
        sa.Column("weight_change", sa.Float(), nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("firm", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.CheckConstraint("draws >= 1", name=op.f("ck_run_sensitivity_draws_from_one")),
        sa.CheckConstraint(
            "firm >= 0 AND firm <= examined AND examined >= 1",
            name=op.f("ck_run_sensitivity_firm_of_examined"),
        ),
        sa.CheckConstraint(
            "firm_from >= 0 AND firm_from <= 1", name=op.f("ck_run_sensitivity_firm_from_range")
        ),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_run_sensitivity_share_range")),
        sa.CheckConstraint(
            "weight_change >= 0 AND weight_change <= 1", name=op.f("ck_run_sensitivity_weight_change_range")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_run_sensitivity_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_run_sensitivity_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_sensitivity")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_sensitivity_run_id")),
    )
    op.create_table(
        "pair_sensitivity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("stays", sa.Float(), nullable=False),
        sa.Column("firm", sa.Boolean(), nullable=False),
        sa.Column("runner_up_id", sa.Uuid(), nullable=True),
        sa.Column("margin", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "margin IS NULL OR (margin > -1e300 AND margin < 1e300)",
            name=op.f("ck_pair_sensitivity_margin_finite"),
        ),
        sa.CheckConstraint("stays >= 0 AND stays <= 1", name=op.f("ck_pair_sensitivity_stays_range")),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["mentor.id"], name=op.f("fk_pair_sensitivity_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_pair_sensitivity_pairing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["runner_up_id"],
            ["mentor.id"],
            name=op.f("fk_pair_sensitivity_runner_up_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_pair_sensitivity_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_sensitivity")),
        sa.UniqueConstraint("pairing_id", name=op.f("uq_pair_sensitivity_pairing_id")),
    )
    with op.batch_alter_table("pair_sensitivity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_sensitivity_mentor_id"), ["mentor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_sensitivity_runner_up_id"), ["runner_up_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("pair_sensitivity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_sensitivity_runner_up_id"))
        batch_op.drop_index(batch_op.f("ix_pair_sensitivity_mentor_id"))

    op.drop_table("pair_sensitivity")
    op.drop_table("run_sensitivity")
