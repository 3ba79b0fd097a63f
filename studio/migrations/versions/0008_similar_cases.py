"""The cases of the catalogue that are nearest to a pain point.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "similar_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("pain_point_id", sa.Uuid(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_similar_case_score_range")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_similar_case_content_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_point.id"],
            name=op.f("fk_similar_case_pain_point_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_similar_case_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_similar_case")),
        sa.UniqueConstraint(
            "pain_point_id", "content_id", name=op.f("uq_similar_case_pain_point_id_content_id")
        ),
    )
    with op.batch_alter_table("similar_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_similar_case_content_id"), ["content_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("similar_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_similar_case_content_id"))

    op.drop_table("similar_case")
