"""A token is made for a person whom the client names as it knows them: person, mentor or trainee."""

import pytest
from sqlmodel import select

from studio.store.database import reading
from studio.store.identity import global_id
from studio.store.tables import Mentor, Token, Trainee
from tests.graph.conftest import Loaded

CREATE = """mutation M($whose: Role!, $person: ID!) {
    createToken(input: {role: $whose, personId: $person}) {
        token { role } plaintext userErrors { code field message }
    }
}"""


@pytest.mark.parametrize(("role", "table"), [("MENTOR", Mentor), ("TRAINEE", Trainee)])
async def test_mentor_trainee_or_person_may_be_named(own_demo: Loaded, role: str, table: type) -> None:
    async with reading(own_demo.engine) as session:
        row = (await session.execute(select(table))).scalars().first()
    for given in (global_id(table.__name__, row.id), global_id("Person", row.person_id)):
        made = (await own_demo.data(CREATE, whose=role, person=given))["createToken"]
        assert made["userErrors"] == []
        assert made["plaintext"]
    async with reading(own_demo.engine) as session:
        owners = (await session.execute(select(Token.person_id).where(Token.role == role))).scalars().all()
    assert owners.count(row.person_id) >= 2


@pytest.mark.parametrize("given", ["CO_" + "0" * 32, "nobody", ""])
async def test_other_ids_are_refused_with_what_to_give(own_demo: Loaded, given: str) -> None:
    (error,) = (await own_demo.data(CREATE, whose="MENTOR", person=given))["createToken"]["userErrors"]
    if not given:
        assert error["code"] == "TOKEN_PERSON_NEEDED"
        return
    assert (error["code"], error["field"]) == ("TOKEN_PERSON_ID", ["personId"])
    assert all(prefix in error["message"] for prefix in ("PE_", "ME_", "TR_"))


async def test_mentor_who_is_not_there_is_not_found(own_demo: Loaded) -> None:
    given = "ME_" + "0" * 32
    (error,) = (await own_demo.data(CREATE, whose="MENTOR", person=given))["createToken"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["personId"])
