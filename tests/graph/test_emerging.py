"""Naming and dismissing emerging points over GraphQL."""

from typing import Any
from uuid import UUID

from sqlmodel import select

from graph.execute import run
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.identity import row_id_of
from studio.store.tables import EmergingMember, EmergingPoint, PainPoint
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import act


async def _point(demo: Loaded) -> dict[str, Any]:
    """Store an emerging point of three sentences of the demo and return it as clients read it."""
    async with writing(demo.engine) as session:
        found = await session.execute(select(PainPoint).where(PainPoint.cohort_id == demo.cohort.id).limit(3))
        points = list(found.scalars())
        of = {"studio_id": points[0].studio_id}
        emerging = EmergingPoint(
            cohort_id=demo.cohort.id, position=0, label="试", people=3, pain_point_id=points[0].id, **of
        )
        session.add(emerging)
        await session.flush()
        for position, point in enumerate(points):
            session.add(
                EmergingMember(emerging_point_id=emerging.id, pain_point_id=point.id, position=position, **of)
            )
    shown = (await run("EmergingPoints", demo.context(), number=3))["cohort"]["emergingPoints"]
    return next(each for each in shown if row_id_of(each["id"], "EmergingPoint") == emerging.id)


async def _stored(demo: Loaded, point_id: str) -> EmergingPoint:
    async with reading(demo.engine) as session:
        row: UUID = row_id_of(point_id, "EmergingPoint")
        return await session.get_one(EmergingPoint, row)


async def test_point_is_named_once(own_demo: Loaded) -> None:
    point = await _point(own_demo)
    assert (point["state"], point["people"], len(point["painPoints"])) == ("OPEN", 3, 3)
    given = {"emergingPointId": point["id"], "title": "文稿写作", "expectedVersion": point["version"]}
    named = await act(own_demo, "NameEmergingPoint", **given)
    assert named["userErrors"] == []
    assert named["emergingPoint"]["state"] == "NAMED"
    assert named["emergingPoint"]["topic"] == {"code": "WRITING", "name": "文稿写作"}
    again = await act(own_demo, "DismissEmergingPoint", emergingPointId=point["id"], reason="重复")
    (error,) = again["userErrors"]
    assert (again["emergingPoint"], error["code"]) == (None, "EMERGING_DECIDED")
    assert (await _stored(own_demo, point["id"])).reason == ""


async def test_point_is_dismissed_with_a_reason(own_demo: Loaded) -> None:
    point = await _point(own_demo)
    silent = await act(own_demo, "DismissEmergingPoint", emergingPointId=point["id"], reason=" ")
    assert [(error["code"], error["field"]) for error in silent["userErrors"]] == [
        ("REASON_MISSING", ["reason"])
    ]
    done = await act(own_demo, "DismissEmergingPoint", emergingPointId=point["id"], reason="不归社区管")
    assert (done["emergingPoint"]["state"], done["emergingPoint"]["reason"]) == ("DISMISSED", "不归社区管")


async def test_points_are_for_organizers_only(own_demo: Loaded) -> None:
    await _point(own_demo)
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        cohort = (await run("EmergingPoints", own_demo.context(role), number=3))["cohort"]
        assert not cohort or cohort["emergingPoints"] == []
