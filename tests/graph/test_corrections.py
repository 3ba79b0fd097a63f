"""Correcting topics through the API: who may, what comes back, what is refused."""

from typing import Any

import pytest
from sqlmodel import col, select

from graph.execute import execute, operation, run
from studio.store.database import reading
from studio.store.enums import Role
from studio.store.identity import global_id
from studio.store.needs import PainPoint
from tests.graph.conftest import Loaded


async def _point(demo: Loaded) -> dict[str, Any]:
    """Return the id and version of something that the demo's trainee said."""
    async with reading(demo.engine) as session:
        point = (
            await session.execute(
                select(PainPoint)
                .where(PainPoint.trainee_id == demo.trainee.id, col(PainPoint.junk).is_(False))
                .order_by(PainPoint.id)
                .limit(1)
            )
        ).scalar_one()
    return {"painPointId": global_id("PainPoint", point.id), "expectedVersion": point.version}


async def _correct(demo: Loaded, role: Role, **given: Any) -> Any:
    answer = await execute(operation("CorrectTopics"), demo.context(role), {"input": given})
    return answer.parsed()["correctTopics"]


async def test_topics_come_back_as_a_person_said(own_demo: Loaded) -> None:
    given = {**await _point(own_demo), "topicCodes": ["DIGITAL.SYSTEMS"], "idempotencyKey": "a"}
    payload = await _correct(own_demo, Role.ORGANIZER, **given)
    assert payload["userErrors"] == []
    point = payload["painPoint"]
    assert {tag["topic"]["code"] for tag in point["topics"]} == {"DIGITAL", "DIGITAL.SYSTEMS"}
    assert {tag["confidence"] for tag in point["topics"]} == {1.0}
    assert all(span["text"] in point["text"] for tag in point["topics"] for span in tag["evidence"])
    assert point["version"] > given["expectedVersion"]
    assert await _correct(own_demo, Role.ORGANIZER, **given) == payload
    stale = await _correct(own_demo, Role.ORGANIZER, **{**given, "idempotencyKey": "b"})
    assert [(e["code"], e["field"]) for e in stale["userErrors"]] == [
        ("CONFLICT_VERSION", ["expectedVersion"])
    ]


async def test_a_trainee_corrects_own_words_only(own_demo: Loaded) -> None:
    given = {**await _point(own_demo), "topicCodes": ["GRID"]}
    payload = await _correct(own_demo, Role.TRAINEE, **given)
    assert {tag["topic"]["code"] for tag in payload["painPoint"]["topics"]} == {"GRID"}
    async with reading(own_demo.engine) as session:
        others = await session.scalar(
            select(PainPoint.id).where(PainPoint.trainee_id != own_demo.trainee.id).limit(1)
        )
    given = {"painPointId": global_id("PainPoint", others), "topicCodes": [], "expectedVersion": 1}
    refused = await _correct(own_demo, Role.TRAINEE, **given)
    assert [(e["code"], e["field"]) for e in refused["userErrors"]] == [("NOT_FOUND", ["painPointId"])]


@pytest.mark.parametrize("role", [Role.MENTOR, Role.CLIENT_APP])
async def test_others_may_not_correct(demo: Loaded, role: Role) -> None:
    given = {**await _point(demo), "topicCodes": ["GRID"]}
    answer = await execute(operation("CorrectTopics"), demo.context(role), {"input": given})
    (error,) = answer.errors
    assert (error.extensions or {})["code"] == "FORBIDDEN"


async def test_the_queue_shows_what_the_classifier_is_unsure_of(demo: Loaded) -> None:
    found = await run("ReviewQueue", demo.context(), cohort=demo.id("Cohort", demo.cohort))
    items = found["reviewQueue"]["nodes"]
    assert items
    for item in items:
        silent = item["reason"] == "ABSTAINED"
        assert silent or item["reason"] == "RESOLVED" or item["margin"] < 0.25
        assert item["painPoint"]["text"]
        assert 0 <= item["margin"] <= item["confidence"] <= 1
