"""Meetings of mentors and trainees that took place.

Revision: 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ROLES = ("ORGANIZER", "MENTOR", "TRAINEE", "CLIENT_APP")


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _words("meeting_kind", ("TALK", "REVIEW", "ASSESSMENT")), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("recorded_by", _words("role", _ROLES), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        *(
            sa.ForeignKeyConstraint(
                [f"{to}_id"], [f"{to}.id"], name=op.f(f"fk_meeting_{to}_id"), ondelete="CASCADE"
            )
            for to in ("studio", "trainee", "mentor")
        ),
        sa.UniqueConstraint(
            "trainee_id",
            "mentor_id",
            "held_on",
            "kind",
            name=op.f("uq_meeting_trainee_id_mentor_id_held_on_kind"),
        ),
    )
    op.create_index(op.f("ix_meeting_mentor_id"), "meeting", ["mentor_id"])


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    """Drop it; contacts are judged by other signs again."""
    op.drop_table("meeting")
