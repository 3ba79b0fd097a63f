"""Needs by role and county."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "county_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("respondents", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("county", sa.String(length=100), nullable=False),
        sa.CheckConstraint("mean >= 0 AND mean <= 1", name=op.f("ck_county_need_mean_range")),
        sa.CheckConstraint(
            "respondents >= 0 AND respondents <= answered", name=op.f("ck_county_need_respondents_range")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_county_need_cohort_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_county_need_studio_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_county_need_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_need")),
        sa.UniqueConstraint(
            "cohort_id", "county", "topic_id", name=op.f("uq_county_need_cohort_id_county_topic_id")
        ),
    )
    with op.batch_alter_table("county_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_county_need_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "role_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("respondents", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "PARTY_SECRETARY",
                "COMMITTEE_DIRECTOR",
                "SECRETARY_AND_DIRECTOR",
                "DEPUTY_SECRETARY",
                "DEPUTY_DIRECTOR",
                "RESERVE_CADRE",
                "GRID_BRANCH_SECRETARY",
                "BUILDING_LEADER",
                "RURAL_TALENT",
                "OTHER",
                name="trainee_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("mean >= 0 AND mean <= 1", name=op.f("ck_role_need_mean_range")),
        sa.CheckConstraint(
            "respondents >= 0 AND respondents <= answered", name=op.f("ck_role_need_respondents_range")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_role_need_cohort_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_role_need_studio_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_role_need_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_need")),
        sa.UniqueConstraint(
            "cohort_id", "role", "topic_id", name=op.f("uq_role_need_cohort_id_role_topic_id")
        ),
    )
    with op.batch_alter_table("role_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_need_topic_id"), ["topic_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("role_need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_need_topic_id"))

    op.drop_table("role_need")
    with op.batch_alter_table("county_need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_county_need_topic_id"))

    op.drop_table("county_need")
