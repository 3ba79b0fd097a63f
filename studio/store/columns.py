"""Column types and the columns that every table has."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from studio.errors import StudioError
from studio.store.clock import now
from studio.store.identity import new_id

# Stable names let Alembic's batch mode find constraints on SQLite.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC on both databases (SQLite gives naive ones back)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive values and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return an aware datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TextRefused(StudioError, DontWrapMixin):
    """A text that cannot be stored; SQLAlchemy lets it through as it is."""


class UserText(TypeDecorator[str]):
    """Text that people write, refused alike on both databases where it cannot be stored.

    SQLite takes any length and a NUL, PostgreSQL takes neither; and table models check nothing.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int | None = None, field: str | None = None) -> None:
        """Take at most `length` characters; a refusal names the input `field`."""
        super().__init__(length)
        self.length = length
        self.field = field

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Refuse a text that is too long or holds a NUL."""
        if value is None:
            return None
        if self.length is not None and len(value) > self.length:
            raise TextRefused("TEXT_TOO_LONG", field=self.field, longest=self.length)
        if "\0" in value:
            raise TextRefused("TEXT_HAS_NUL", field=self.field)
        return value

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Compare with texts of any length: a longer one is found nowhere, and refused nowhere."""
        return UserText(field=self.field)


def enum_type(enum: type[StrEnum], name: str | None = None) -> Any:
    """Return a text column type that admits only the values of `enum`, checked by the database.

    `name` is that of the check, for the second column of the same list in one table.
    """
    name = name or "".join(f"_{c.lower()}" if c.isupper() else c for c in enum.__name__).lstrip("_")
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def finite(column: str) -> str:
    """Return an SQL condition that admits only finite numbers (NaN and infinity break JSON)."""
    return f"{column} IS NULL OR ({column} > -1e300 AND {column} < 1e300)"


class Row(SQLModel):
    """What every table has: a UUIDv7 key, created and updated times, a version for optimistic locking."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(
        default_factory=now,
        sa_type=UTCDateTime,
        sa_column_kwargs={"onupdate": now},
    )
    version: int = Field(default=1)


class StudioRow(Row):
    """A row that belongs to one studio, which nobody outside of it reads."""

    # Without an index: children are read through their parents, and every write would pay for it.
    studio_id: UUID = Field(foreign_key="studio.id", ondelete="CASCADE")


JSONList = list[Any]
__all__ = ["JSONList", "Row", "StudioRow", "UTCDateTime", "UserText", "date", "enum_type", "finite"]
