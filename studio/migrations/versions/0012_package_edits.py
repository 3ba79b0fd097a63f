"""What packages aim at, the months after their week, and how their versions differ.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ABILITIES = {
    "WRITING": {"WRITE": 1.0},
    "DIGITAL": {"ACT": 0.7, "WRITE": 0.5},
    "PARTY_AFFAIRS": {"ADVISE": 1.0, "WRITE": 0.4, "SPEAK": 0.4},
    "MASS_WORK": {"SPEAK": 1.0, "ACT": 0.6},
    "GRID": {"ACT": 0.8, "ADVISE": 0.6},
    "LIVELIHOOD": {"ACT": 1.0, "SPEAK": 0.4},
    "SAFETY": {"ACT": 1.0, "ADVISE": 0.4},
    "TEAM": {"SPEAK": 0.7, "ADVISE": 0.5},
    "ECONOMY": {"ADVISE": 0.9, "ACT": 0.6},
}
_OPTIONAL = {"reason", "note"}


def upgrade() -> None:
    """Add the columns, filled for what is there, and both tables, empty until packages are planned again."""
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.add_column(column)
    _fill()
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                if column.name not in _OPTIONAL:
                    batch_op.alter_column(column.name, existing_type=column.type, nullable=False)
    with op.batch_alter_table("mentoring_package") as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_mentoring_package_package_origin"),
            sa.column("origin", sa.String()).in_(("PLANNED", "EDITED")),
        )
    _create_events()
    _create_goals()


def _new_columns() -> dict[str, list[sa.Column[object]]]:
    """Return the columns by table; a column belongs to one operation only."""
    return {
        "topic": [sa.Column("abilities", sa.JSON(), nullable=True)],
        "mentoring_package": [
            sa.Column("origin", sa.String(length=40), nullable=True),
            sa.Column("reason", sa.String(length=500), nullable=True),
            sa.Column("taken_out", sa.JSON(), nullable=True),
        ],
        "package_item": [
            sa.Column("line_id", sa.Uuid(), nullable=True),
            sa.Column("edited", sa.Boolean(), nullable=True),
            sa.Column("note", sa.String(length=500), nullable=True),
        ],
    }


def _fill() -> None:
    topic = sa.table("topic", sa.column("code", sa.String()), sa.column("abilities", sa.JSON()))
    op.execute("UPDATE topic SET abilities = '{}'")
    for code, abilities in _ABILITIES.items():
        op.execute(topic.update().where(topic.c.code == code).values(abilities=abilities))
    op.execute("UPDATE mentoring_package SET origin = 'PLANNED', taken_out = '[]'")
    op.execute(sa.text("UPDATE package_item SET line_id = id, edited = :no").bindparams(no=False))


def _row(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _reference(table, "studio_id", "studio", "CASCADE"),
        _reference(table, "package_id", "mentoring_package", "CASCADE"),
    ]


def _reference(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _one_of(column: str, name: str, values: tuple[str, ...]) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=False)


def _create_events() -> None:
    op.create_table(
        "package_event",
        *_row("package_event"),
        sa.Column("month", sa.Integer(), nullable=False),
        _one_of("mode", "delivery_mode", ("LECTURE", "VISIT", "WORKSHOP")),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=True),
        sa.Column("pain_point_id", sa.Uuid(), nullable=True),
        sa.Column("speaker_id", sa.Uuid(), nullable=True),
        _reference("package_event", "topic_id", "topic"),
        _reference("package_event", "content_id", "content", "SET NULL"),
        _reference("package_event", "pain_point_id", "pain_point", "SET NULL"),
        _reference("package_event", "speaker_id", "mentor", "SET NULL"),
        sa.UniqueConstraint("package_id", "month", name=op.f("uq_package_event_package_id_month")),
        sa.CheckConstraint("month >= 1", name=op.f("ck_package_event_month_from_one")),
    )


def _create_goals() -> None:
    op.create_table(
        "package_goal",
        *_row("package_goal"),
        sa.Column("position", sa.Integer(), nullable=False),
        _one_of("ability", "ability", ("WRITE", "SPEAK", "ADVISE", "ACT")),
        sa.Column("need", sa.Float(), nullable=False),
        _one_of("standing", "level", ("UNDERSTAND", "ABLE", "EXCEL")),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("pain_point_id", sa.Uuid(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=False),
        _reference("package_goal", "topic_id", "topic"),
        _reference("package_goal", "pain_point_id", "pain_point", "SET NULL"),
        sa.UniqueConstraint("package_id", "ability", name=op.f("uq_package_goal_package_id_ability")),
        sa.CheckConstraint("need >= 0 AND need <= 1", name=op.f("ck_package_goal_need_range")),
    )


def downgrade() -> None:
    """Drop all of it; the versions that people made by editing stay as packages."""
    op.drop_table("package_goal")
    op.drop_table("package_event")
    with op.batch_alter_table("mentoring_package") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mentoring_package_package_origin"), type_="check")
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
