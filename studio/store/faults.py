"""Faults of the database that a person can act on: out of reach, or busy for the moment."""

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from studio.errors import StudioError

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_AWAY = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
}
_SQLITE_FOREIGN = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: too many connections, a lock that was not
# available, a deadlock and a serialization failure pass by themselves.
_POSTGRESQL_BROKEN_OFF = ("40P01", "40001")
_POSTGRESQL_BUSY = ("53300", "55P03", *_POSTGRESQL_BROKEN_OFF)
# Connection exceptions, refused users, a missing database, a server that stops or starts, a full disk,
# a transaction that may not write.
_POSTGRESQL_AWAY = ("08", "28", "3D", "57P", "53", "25006")


class DatabaseAway(ConnectionError):
    """No connection to the database's server could be made."""


def is_broken_off(fault: DBAPIError) -> bool:
    """Tell whether PostgreSQL ended a transaction for another's sake, so that it may well succeed the next time."""
    return getattr(fault.orig, "sqlstate", None) in _POSTGRESQL_BROKEN_OFF


def refusal_of(fault: BaseException) -> StudioError | None:
    """Return what to tell about a fault of the database, or None when it is a defect of ours."""
    if isinstance(fault, DatabaseAway):
        return StudioError("DATABASE_UNREACHABLE")
    if isinstance(fault, NoConnectionFree):
        return StudioError("DATABASE_BUSY")
    if not isinstance(fault, DBAPIError):
        return None
    state = getattr(fault.orig, "sqlstate", None) or ""
    # The lower byte is the kind; the upper ones only tell it more exactly.
    kind = getattr(fault.orig, "sqlite_errorcode", 0) & 0xFF
    if kind in _SQLITE_BUSY or state in _POSTGRESQL_BUSY:
        return StudioError("DATABASE_BUSY")
    if kind in _SQLITE_FOREIGN:
        return StudioError("DATABASE_FOREIGN")
    if kind in _SQLITE_AWAY or state.startswith(_POSTGRESQL_AWAY) or fault.connection_invalidated:
        return StudioError("DATABASE_UNREACHABLE")
    return None
