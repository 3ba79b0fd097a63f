"""What people decide about topics, the queue for it, and the models that learn from it.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


_CHECKS = {
    "margin_range": "margin IS NULL OR (margin >= 0 AND margin <= 1)",
    "guess_range": "guess_confidence IS NULL OR (guess_confidence >= 0 AND guess_confidence <= 1)",
}


def upgrade() -> None:
    """Add the tables, what a reading leaves open, and the kind of job that trains again."""
    _admit_kinds("SURVEY_IMPORT", "MATCH_RUN", "NEEDS", "RETRAIN")
    op.create_table(
        "model_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "ADOPTED",
                "NOT_BETTER",
                "TOO_FEW",
                "NOTHING_NEW",
                name="retrain_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("phrases", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("learned", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "NOT in_force OR content IS NOT NULL", name=op.f("ck_model_version_in_force_has_content")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_model_version_number_from_one")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_model_version_job_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_model_version_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("studio_id", "number", name=op.f("uq_model_version_studio_id_number")),
    )
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_version_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            "uq_model_version_in_force",
            ["studio_id"],
            unique=True,
            sqlite_where=sa.text("in_force"),
            postgresql_where=sa.text("in_force"),
        )

    op.create_table(
        "review_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("pain_point_id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "ABSTAINED",
                "UNSURE",
                "RESOLVED",
                name="review_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.CheckConstraint("copies >= 0", name=op.f("ck_review_item_copies_range")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_review_item_cohort_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["pain_point.id"], name=op.f("fk_review_item_leader_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_point.id"],
            name=op.f("fk_review_item_pain_point_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_review_item_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
        sa.UniqueConstraint("pain_point_id", name=op.f("uq_review_item_pain_point_id")),
    )
    with op.batch_alter_table("review_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_item_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_item_leader_id"), ["leader_id"], unique=False)

    op.create_table(
        "topic_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("pain_point_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column(
            "actor_role",
            sa.Enum(
                "ORGANIZER",
                "MENTOR",
                "TRAINEE",
                "CLIENT_APP",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_person_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_person_id"],
            ["person.id"],
            name=op.f("fk_topic_correction_actor_person_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["pain_point_id"],
            ["pain_point.id"],
            name=op.f("fk_topic_correction_pain_point_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["topic_correction.id"],
            name=op.f("fk_topic_correction_source_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_topic_correction_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_correction")),
        sa.UniqueConstraint("pain_point_id", name=op.f("uq_topic_correction_pain_point_id")),
    )
    with op.batch_alter_table("topic_correction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_topic_correction_actor_person_id"), ["actor_person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_topic_correction_source_id"), ["source_id"], unique=False)
        batch_op.create_index("ix_topic_correction_words", ["studio_id", "sha256"], unique=False)

    with op.batch_alter_table("pain_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guess_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("guess_confidence", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("margin", sa.Float(), nullable=True))
        batch_op.create_index(batch_op.f("ix_pain_point_guess_id"), ["guess_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_pain_point_guess_id"), "topic", ["guess_id"], ["id"], ondelete="SET NULL"
        )
        for name, condition in _CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_pain_point_{name}"), condition)


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def downgrade() -> None:
    """Drop what was added; jobs that train again go with it."""
    with op.batch_alter_table("pain_point", schema=None) as batch_op:
        for name in _CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_pain_point_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_pain_point_guess_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_pain_point_guess_id"))
        batch_op.drop_column("margin")
        batch_op.drop_column("guess_confidence")
        batch_op.drop_column("guess_id")

    with op.batch_alter_table("topic_correction", schema=None) as batch_op:
        batch_op.drop_index("ix_topic_correction_words")
        batch_op.drop_index(batch_op.f("ix_topic_correction_source_id"))
        batch_op.drop_index(batch_op.f("ix_topic_correction_actor_person_id"))

    op.drop_table("topic_correction")
    with op.batch_alter_table("review_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_item_leader_id"))
        batch_op.drop_index(batch_op.f("ix_review_item_cohort_id"))

    op.drop_table("review_item")
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_model_version_in_force",
            sqlite_where=sa.text("in_force"),
            postgresql_where=sa.text("in_force"),
        )
        batch_op.drop_index(batch_op.f("ix_model_version_job_id"))

    op.drop_table("model_version")
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "RETRAIN"))
    _admit_kinds("SURVEY_IMPORT", "MATCH_RUN", "NEEDS")
