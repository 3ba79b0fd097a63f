"""Sentence vectors by the hash of their text, and jobs that read with them.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS_BEFORE = ("SURVEY_IMPORT", "MATCH_RUN", "NEEDS", "RETRAIN", "COLLABORATIVE_CHECK")


def upgrade() -> None:
    _admit_kinds(*_KINDS_BEFORE, "READ_BY_MEANING")
    op.create_table(
        "sentence_vector",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_sentence_vector_studio_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sentence_vector")),
        sa.UniqueConstraint("studio_id", "key", name=op.f("uq_sentence_vector_studio_id_key")),
    )


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def downgrade() -> None:
    op.drop_table("sentence_vector")
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "READ_BY_MEANING"))
    _admit_kinds(*_KINDS_BEFORE)
