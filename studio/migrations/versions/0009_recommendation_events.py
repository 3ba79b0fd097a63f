"""What trainees do with the contents that they are offered.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KINDS = ("SHOWN", "OPENED", "DONE", "USEFUL", "DISMISSED")
_REASONS = (
    "NOT_MY_TROUBLE",
    "ALREADY_KNOWN",
    "TOO_EASY",
    "TOO_HARD",
    "NOT_USEFUL",
    "OUT_OF_DATE",
    "NO_TIME",
    "OTHER",
)
_ROLES = ("ORGANIZER", "MENTOR", "TRAINEE", "CLIENT_APP")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "content_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("content_event_kind", _KINDS), nullable=False),
        sa.Column("reason", _one_of("dismissal_reason", _REASONS), nullable=True),
        sa.Column("recorded_by", _one_of("role", _ROLES), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'DISMISSED') = (reason IS NOT NULL)", name=op.f("ck_content_event_reason_of_dismissal")
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_content_event_content_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_content_event_studio_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_content_event_trainee_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_event")),
    )
    with op.batch_alter_table("content_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_event_content_id"), ["content_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_content_event_trainee_id"), ["trainee_id"], unique=False)


def downgrade() -> None:
    op.drop_table("content_event")
