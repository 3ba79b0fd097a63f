"""Arguments tell as much as fields do: who does not see a field may neither choose nor order rows by it."""

import pytest

from studio.errors import Forbidden
from studio.permissions import FIELDS
from studio.reading.catalogue import ENTITIES
from studio.store.enums import Role
from tests.studio.reading.conftest import Reader

GUARDED = (
    ("filter: {hasCapacity: true}", "filter.hasCapacity"),
    ("filter: {hasCapacity: false}", "filter.hasCapacity"),
    ("orderBy: {field: $by}", "orderBy.field"),
)


@pytest.mark.parametrize("parts", ["nodes { id }", "edges { cursor }", "totalCount", "__typename"])
async def test_guarded_arguments_are_for_those_who_see_the_field(reader: Reader, parts: str) -> None:
    for name, actor in reader.world.actors().items():
        for given, argument in GUARDED:
            document = f"{{ m: mentors({given}) {{ {parts} }} }}"
            if actor.role in (Role.ORGANIZER, Role.MENTOR):
                assert "m" in await reader.ask(name, document, by="CAPACITY")
            else:
                with pytest.raises(Forbidden) as refused:
                    await reader.ask(name, document, by="CAPACITY")
                if actor.role is not Role.CLIENT_APP:
                    assert refused.value.field == f"m.{argument}"
                    assert all(argument in refused.value.message(language) for language in ("zh", "en"))


async def test_other_arguments_stay_open(reader: Reader) -> None:
    document = '{ mentors(filter: {search: "a"}, orderBy: {field: $by}) { totalCount } }'
    assert "mentors" in await reader.ask("mentored trainee", document, by="NAME")


def test_what_arguments_tell_of_are_guarded_fields() -> None:
    told = {
        (entity.name, name)
        for entity in ENTITIES.values()
        for names in (
            *(one.tells for one in entity.filters.values()),
            *(sort.tells for sorts in entity.orders.values() for sort in sorts),
        )
        for name in names
    }
    assert told
    assert told <= set(FIELDS)


async def test_no_cursor_holds_a_value_of_a_guarded_column(reader: Reader) -> None:
    """A cursor can be read by whoever is given it: orders by guarded columns must say that they tell of them."""
    columns = {"capacity": "capacity", "activeLoad": None, "remaining": "capacity", "phoneMasked": "phone"}
    guarded = {columns.get(name, name) for _, name in FIELDS} - {None}
    for entity in ENTITIES.values():
        for sorts in entity.orders.values():
            for sort in sorts:
                row = (sort.hops[-1].table if sort.hops else entity.table).alias()
                value = sort.expr(row)
                if getattr(value, "name", None) in guarded:
                    assert sort.tells, f"{entity.name} is ordered by {value}"


async def test_counts_are_for_those_who_see_all(reader: Reader) -> None:
    document = "{ cohorts { nodes { traineeCount surveys { responseCount } } } }"
    for name, actor in reader.world.actors().items():
        if actor.role is Role.CLIENT_APP:
            continue
        for cohort in (await reader.ask(name, document))["cohorts"]["nodes"]:
            told = [cohort["traineeCount"], *(survey["responseCount"] for survey in cohort["surveys"])]
            assert all((number is not None) is (actor.role is Role.ORGANIZER) for number in told), name
