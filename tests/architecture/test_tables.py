"""Rules that every table and the permission table keep."""

import ast
from itertools import chain

import pytest
import sqlalchemy as sa

from studio import permissions
from studio.permissions import CLIENT_APP, DO, DO_SCOPES, FIELDS, ORGANIZER, READ, SCOPES, Rows
from studio.reading.catalogue import ENTITIES
from studio.store.columns import UserText
from studio.store.enums import Role
from studio.store.tables import metadata
from tests.architecture.sources import called_name, python_files, syntax

TABLES = list(metadata.tables.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table_belongs_to_a_studio(table: sa.Table) -> None:
    if table.name == "studio":
        return
    column = table.columns["studio_id"]
    assert not column.nullable
    assert [key.target_fullname for key in column.foreign_keys] == ["studio.id"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table_has_what_every_table_has(table: sa.Table) -> None:
    assert {"id", "created_at", "updated_at", "version"} <= set(table.columns.keys())
    assert [column.name for column in table.primary_key] == ["id"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_has_a_name(table: sa.Table) -> None:
    """Alembic's batch mode on SQLite finds a constraint by its name only."""
    assert not [constraint for constraint in table.constraints if constraint.name is None]


# Texts that the code makes; all others are people's.
MADE_TEXTS = {
    "hash",
    "content_hash",
    "input_hash",
    "sha256",
    "phone",
    "action",
    "entity",
    "key",
    "operation",
    "failure",
    "model_version",
    "code",
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_texts_of_people_are_checked_alike_on_both_databases(table: sa.Table) -> None:
    """SQLite stores any length and a NUL, PostgreSQL refuses them with a fault of its own."""
    unchecked = {
        column.name
        for column in table.columns
        if column.type._type_affinity is sa.String and not isinstance(column.type, UserText | sa.Enum)
    }
    assert unchecked <= MADE_TEXTS


def test_every_entity_names_the_roles_that_read_it() -> None:
    for entity, roles in READ.items():
        assert set(roles) <= set(Role), entity
        assert roles.get(ORGANIZER) is Rows.ALL, f"{entity}: the organizer reads the own studio whole"
        assert Rows.NONE not in roles.values(), f"{entity}: what is not declared is denied; leave NONE out"


def test_client_app_reads_by_scope_only() -> None:
    assert {entity for entity, roles in READ.items() if CLIENT_APP in roles} == set(SCOPES)
    assert {operation for operation, roles in DO.items() if CLIENT_APP in roles} == set(DO_SCOPES)


def test_guarded_fields_stand_in_readable_entities() -> None:
    for (entity, field), roles in FIELDS.items():
        assert roles <= set(READ[entity]), entity
        assert field in ENTITIES[entity].fields, f"{entity}.{field} guards nothing"


def test_secrets_are_not_readable() -> None:
    assert not {"Token", "AuditEvent", "IdempotencyKey", "Upload"} & set(READ)


def _asked_operations() -> set[str]:
    """Return the operations that some code asks permission for."""
    asking = {permissions.require.__name__, permissions.may_do.__name__}
    files = chain.from_iterable(python_files(floor) for floor in ("studio", "service", "graph"))
    return {
        call.args[1].value
        for path in files
        for call in ast.walk(syntax(path))
        if isinstance(call, ast.Call) and called_name(call) in asking and len(call.args) == 2
        if isinstance(call.args[1], ast.Constant)
    }


def test_operations_asked_for_are_the_declared_ones() -> None:
    assert _asked_operations() == set(DO)


# Steps that operations take once they have asked.
STEPS = frozenset({"audit", "idempotency", "own"})


def test_operations_that_act_for_somebody_ask_first() -> None:
    functions = [
        (path.stem, node)
        for path in python_files("studio/operations")
        if path.stem not in STEPS
        for node in syntax(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        if "actor" in {argument.arg for argument in node.args.args}
    ]
    assert functions
    for feature, function in functions:
        first = ast.unparse(function.body[1])
        assert first.startswith("require(actor, "), f"{feature}.{function.name} begins with {first}"


def test_rows_that_a_request_names_are_fetched_in_one_place() -> None:
    """`session.get` asks nobody whose the row is; `own` does."""
    fetching = {
        path.stem
        for path in python_files("studio/operations")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "session.get"
    }
    assert fetching == {"own"}
