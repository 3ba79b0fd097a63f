"""The model card and training through the API."""

import pytest

from graph.execute import execute, operation, run
from studio.operations.corrections.models import topic_model
from studio.store.database import reading
from studio.store.enums import Role
from tests.graph.conftest import Loaded


async def test_card_of_a_studio_that_never_trained(demo: Loaded) -> None:
    card = (await run("TopicModel", demo.context()))["topicModel"]
    async with reading(demo.engine) as session:
        known = await topic_model(session, demo.actor(Role.ORGANIZER))
    assert (card["number"], card["dataHash"], card["measures"], card["trainings"]) == (None, None, [], [])
    assert card["phrases"] == known.phrases > 1000
    assert card["threshold"] == pytest.approx(known.threshold, abs=1e-6)
    assert len(card["limits"]) == 2
    english = (await run("TopicModel", demo.context(language="en")))["topicModel"]
    assert english["limits"] != card["limits"]


async def test_training_is_queued_once_per_key(own_demo: Loaded) -> None:
    given = {"input": {"idempotencyKey": "a"}}
    first = (await execute(operation("RetrainTopics"), own_demo.context(), given)).parsed()["retrainTopics"]
    again = (await execute(operation("RetrainTopics"), own_demo.context(), given)).parsed()["retrainTopics"]
    assert first == again
    assert (first["job"]["kind"], first["job"]["state"], first["userErrors"]) == ("RETRAIN", "QUEUED", [])


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_the_card_is_for_organizers(demo: Loaded, role: Role) -> None:
    answer = await execute(operation("TopicModel"), demo.context(role), {})
    (error,) = answer.errors
    assert (error.extensions or {})["code"] == "FORBIDDEN"
