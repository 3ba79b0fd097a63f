"""Two mentors for a trainee: what a mentor can teach, and which part the mentor of a pairing plays.

Revision: 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# Tables with a row for a trainee of a run.
_OF_TRAINEE = ("pairing", "unmatched", "match_move")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add kinds; every pair of before is its trainee's only one."""
    with op.batch_alter_table("mentor", schema=None) as batch_op:
        kind = _enum("mentor_kind", "THEORY", "PRACTICE", "BOTH")
        batch_op.add_column(sa.Column("kind", kind, nullable=True))
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mentors_each", sa.Integer(), server_default="1", nullable=False))
        batch_op.create_check_constraint(batch_op.f("ck_match_run_mentors_each"), "mentors_each IN (1, 2)")
    for table in _OF_TRAINEE:
        with op.batch_alter_table(table, schema=None) as batch_op:
            kind = _enum("pairing_kind", "SOLE", "THEORY", "PRACTICE")
            batch_op.add_column(sa.Column("kind", kind, server_default="SOLE", nullable=False))
            batch_op.drop_constraint(batch_op.f(f"uq_{table}_run_id_trainee_id"), type_="unique")
            batch_op.create_unique_constraint(
                batch_op.f(f"uq_{table}_run_id_trainee_id_kind"), ["run_id", "trainee_id", "kind"]
            )


def downgrade() -> None:
    """Drop kinds; of two mentors the one of practice stays."""
    for table in _OF_TRAINEE:
        op.execute(
            f"DELETE FROM {table} WHERE kind = 'THEORY' AND EXISTS (SELECT 1 FROM {table} other WHERE "
            f"other.run_id = {table}.run_id AND other.trainee_id = {table}.trainee_id AND other.kind = 'PRACTICE')"
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"uq_{table}_run_id_trainee_id_kind"), type_="unique")
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_pairing_kind"), type_="check")
            batch_op.drop_column("kind")
            batch_op.create_unique_constraint(
                batch_op.f(f"uq_{table}_run_id_trainee_id"), ["run_id", "trainee_id"]
            )
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_match_run_mentors_each"), type_="check")
        batch_op.drop_column("mentors_each")
    with op.batch_alter_table("mentor", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mentor_mentor_kind"), type_="check")
        batch_op.drop_column("kind")
