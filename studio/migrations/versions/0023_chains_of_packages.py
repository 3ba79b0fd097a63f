"""Versions of a package go on from run to run while the mentor stays, and say what they replace; jobs plan them.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_KINDS_BEFORE = (
    "SURVEY_IMPORT",
    "MATCH_RUN",
    "NEEDS",
    "RETRAIN",
    "COLLABORATIVE_CHECK",
    "READ_BY_MEANING",
    "CONSENT_EXPIRY",
)
# Numbers rise with time; what was made at one moment, by the demo, in the order of runs.
_RENUMBER = """
    UPDATE mentoring_package SET number = (
        SELECT place FROM (
            SELECT package.id AS id, row_number() OVER (
                PARTITION BY {chain} ORDER BY package.created_at, run.number, package.number
            ) AS place
            FROM mentoring_package AS package
            JOIN pairing ON pairing.id = package.pairing_id
            JOIN match_run AS run ON run.id = pairing.run_id
        ) AS placed WHERE placed.id = mentoring_package.id
    )
"""


def upgrade() -> None:
    """Give every version its mentor and its number among all versions of the two."""
    _admit_kinds(*_KINDS_BEFORE, "PACKAGES")
    with op.batch_alter_table("mentoring_package") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_mentoring_package_pairing_id_number"), type_="unique")
        batch_op.add_column(sa.Column("mentor_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE mentoring_package SET mentor_id = "
        "(SELECT mentor_id FROM pairing WHERE pairing.id = mentoring_package.pairing_id)"
    )
    op.execute(_RENUMBER.format(chain="package.trainee_id, package.mentor_id"))
    with op.batch_alter_table("mentoring_package") as batch_op:
        batch_op.alter_column("mentor_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_mentoring_package_mentor_id"), "mentor", ["mentor_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_mentoring_package_replaces_id"),
            "mentoring_package",
            ["replaces_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_mentoring_package_trainee_id_mentor_id_number"),
            ["trainee_id", "mentor_id", "number"],
        )
        batch_op.create_index(batch_op.f("ix_mentoring_package_mentor_id"), ["mentor_id"])
        batch_op.create_index(batch_op.f("ix_mentoring_package_pairing_id"), ["pairing_id"])


def _admit_kinds(*kinds: str) -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_job_job_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_job_job_kind"), sa.column("kind", sa.String()).in_(kinds)
        )


def downgrade() -> None:
    """Count the versions of each pairing by themselves again."""
    with op.batch_alter_table("mentoring_package") as batch_op:
        batch_op.drop_index(batch_op.f("ix_mentoring_package_pairing_id"))
        batch_op.drop_index(batch_op.f("ix_mentoring_package_mentor_id"))
        batch_op.drop_constraint(
            batch_op.f("uq_mentoring_package_trainee_id_mentor_id_number"), type_="unique"
        )
        batch_op.drop_constraint(batch_op.f("fk_mentoring_package_replaces_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_mentoring_package_mentor_id"), type_="foreignkey")
        batch_op.drop_column("replaces_id")
        batch_op.drop_column("mentor_id")
    op.execute(_RENUMBER.format(chain="package.pairing_id"))
    with op.batch_alter_table("mentoring_package") as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_mentoring_package_pairing_id_number"), ["pairing_id", "number"]
        )
    job = sa.table("job", sa.column("kind"))
    op.execute(sa.delete(job).where(job.c.kind == "PACKAGES"))
    _admit_kinds(*_KINDS_BEFORE)
