from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from graph.execute import execute, operation, run
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.surveys.uploads import store_upload
from studio.store.access import Token
from studio.store.database import reading, writing
from studio.store.enums import Measure, Role
from studio.store.identity import global_id
from studio.store.surveys import Question, Survey, SurveyResponse
from tests.graph.conftest import Loaded


async def act(
    demo: Loaded, name: str, by: Role = Role.ORGANIZER, language: str = "zh", /, **given: Any
) -> Any:
    """Run a published mutation and return its payload."""
    data = (await execute(operation(name), demo.context(by, language), {"input": given})).parsed()
    return data[name[0].lower() + name[1:]]


async def _answers(demo: Loaded) -> dict[str, Any]:
    async with reading(demo.engine) as session:
        survey = (
            await session.execute(select(Survey).where(Survey.cohort_id == demo.cohort.id))
        ).scalar_one()
        question = (
            await session.execute(
                select(Question).where(
                    Question.survey_id == survey.id, Question.measures == Measure.THORNIEST
                )
            )
        ).scalar_one()
    return {
        "surveyId": global_id("Survey", survey.id),
        "traineeId": demo.id("Trainee", demo.trainee),
        "answers": [
            {"questionId": global_id("Question", question.id), "text": "一楼不同意加装电梯,工作做不通"}
        ],
    }


async def _count(demo: Loaded, table: Any) -> int:
    async with reading(demo.engine) as session:
        return (await session.execute(select(sa.func.count()).select_from(table))).scalar_one()


async def test_answers_come_back_with_topics_and_recommendations(own_demo: Loaded) -> None:
    payload = await act(own_demo, "SubmitSurveyResponse", Role.TRAINEE, **await _answers(own_demo))
    assert payload["userErrors"] == []
    assert payload["response"]["answers"][0]["text"] == "一楼不同意加装电梯,工作做不通"
    (point,) = payload["painPoints"]
    assert "LIVELIHOOD" in {tag["topic"]["code"] for tag in point["topics"]}
    assert point["topics"][0]["evidence"][0]["text"] in point["text"]
    assert [item["rank"] for item in payload["recommendations"]] == list(
        range(1, len(payload["recommendations"]) + 1)
    )
    assert payload["recommendations"]
    assert all(reason["label"] for item in payload["recommendations"] for reason in item["reasons"])


async def test_the_same_key_gives_the_first_answer_again(own_demo: Loaded) -> None:
    given = {**await _answers(own_demo), "idempotencyKey": "a"}
    before = await _count(own_demo, SurveyResponse)
    first = await act(own_demo, "SubmitSurveyResponse", Role.TRAINEE, **given)
    again = await act(own_demo, "SubmitSurveyResponse", Role.TRAINEE, **given)
    assert again == first
    assert await _count(own_demo, SurveyResponse) == before + 1
    given["answers"][0]["text"] = "别的"
    other = await act(own_demo, "SubmitSurveyResponse", Role.TRAINEE, **given)
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_MISMATCH"]


async def test_a_refusal_names_the_field_and_writes_nothing(own_demo: Loaded) -> None:
    given = await _answers(own_demo)
    given["answers"][0]["number"] = 9
    before = await _count(own_demo, SurveyResponse)
    payload = await act(own_demo, "SubmitSurveyResponse", Role.TRAINEE, "en", **given)
    assert payload["response"] is None
    assert payload["recommendations"] == []
    (error,) = payload["userErrors"]
    assert error["code"] == "OUT_OF_SCALE_ANSWER"
    assert error["field"] == ["answers", "0", "number"]
    assert error["message"].isascii()
    assert await _count(own_demo, SurveyResponse) == before


async def test_ids_of_other_things_are_refused(own_demo: Loaded) -> None:
    given = {**await _answers(own_demo), "traineeId": own_demo.id("Mentor", own_demo.mentor)}
    payload = await act(own_demo, "SubmitSurveyResponse", **given)
    assert [(e["code"], e["field"]) for e in payload["userErrors"]] == [("UNKNOWN_ID", ["traineeId"])]


async def _worked(demo: Loaded) -> None:
    worker = Worker(demo.engine, HANDLERS, lease=timedelta(seconds=30))
    while await worker.run_once():
        pass


async def test_a_run_is_started_overridden_locked_and_published(own_demo: Loaded) -> None:
    demo = own_demo
    given = {"cohortId": demo.id("Cohort", demo.cohort), "idempotencyKey": "once"}
    started = (await act(demo, "StartMatchRun", **given))["run"]
    assert (await act(demo, "StartMatchRun", **given))["run"] == started
    assert started["state"] == "QUEUED"
    assert started["job"]["state"] == "QUEUED"
    await _worked(demo)
    done = (await run("MatchRunProgress", demo.context(), run=started["id"]))["matchRun"]
    assert done["state"] == "OPTIMAL"
    assert done["job"]["state"] == "DONE"
    assert done["matched"] == done["total"]

    override = await _override(demo, done)
    assert override["userErrors"] == []
    assert override["pairing"]["origin"] == "OVERRIDE"
    assert override["pairing"]["locked"] is True
    assert override["scoreChange"] <= 0
    stale = await act(demo, "PublishMatchRun", runId=done["id"], expectedVersion=done["version"])
    assert [error["code"] for error in stale["userErrors"]] == ["CONFLICT_VERSION"]
    pairing = override["pairing"]
    unlocked = await act(
        demo, "LockPairing", pairingId=pairing["id"], locked=False, expectedVersion=pairing["version"]
    )
    assert unlocked["pairing"]["locked"] is False
    made = await act(demo, "GeneratePackages", runId=done["id"])
    assert made["made"] == done["matched"]
    version = override["run"]["version"]
    published = await act(demo, "PublishMatchRun", runId=done["id"], expectedVersion=version)
    assert published["run"]["publishState"] == "PUBLISHED"
    assert published["run"]["cohort"]["publishedRun"] == {"id": done["id"]}


async def _override(demo: Loaded, done: dict[str, Any]) -> Any:
    """Give the first trainee that allows it another mentor with a free place."""
    page = (await run("MatchRunPairings", demo.context(), run=done["id"]))["matchRun"]["pairings"]["nodes"]
    mentors = (await run("Mentors", demo.context()))["mentors"]["nodes"]
    load = [pairing["mentor"]["id"] for pairing in page]
    for pairing in page:
        for mentor in mentors:
            if mentor["id"] != pairing["mentor"]["id"] and load.count(mentor["id"]) < mentor["capacity"]:
                payload = await act(
                    demo,
                    "OverridePairing",
                    runId=done["id"],
                    traineeId=pairing["trainee"]["id"],
                    mentorId=mentor["id"],
                    reason="相邻社区,便于跟岗",
                    expectedVersion=done["version"],
                )
                if not payload["userErrors"]:
                    return payload
    raise AssertionError("no free place in the demo")


async def test_overriding_needs_a_reason_and_a_draft(own_demo: Loaded) -> None:
    given = {
        "runId": own_demo.id("MatchRun", own_demo.run),
        "traineeId": own_demo.id("Trainee", own_demo.trainee),
        "mentorId": own_demo.id("Mentor", own_demo.mentor),
    }
    blank = await act(own_demo, "OverridePairing", **given, reason=" ")
    assert [(e["code"], e["field"]) for e in blank["userErrors"]] == [("REASON_MISSING", ["reason"])]
    published = await act(own_demo, "OverridePairing", **given, reason="a")
    assert [error["code"] for error in published["userErrors"]] == ["ILLEGAL_TRANSITION"]
    assert published["pairing"] is None


async def test_a_job_can_be_cancelled(own_demo: Loaded) -> None:
    started = (await act(own_demo, "StartMatchRun", cohortId=own_demo.id("Cohort", own_demo.cohort)))["run"]
    cancelled = await act(own_demo, "CancelJob", jobId=started["job"]["id"])
    assert cancelled["job"]["cancelRequested"] is True
    await _worked(own_demo)
    done = (await run("MatchRunProgress", own_demo.context(), run=started["id"]))["matchRun"]
    assert done["state"] == done["job"]["state"] == "CANCELLED"


SHEET = "姓名,所在社区,你工作中最棘手的问题是什么?\n谁也不是,无此社区,材料写到半夜\n"


async def test_an_import_is_queued_and_tells_what_is_wrong(own_demo: Loaded) -> None:
    async with writing(own_demo.engine) as session:
        upload = await store_upload(
            session, own_demo.actor(Role.ORGANIZER), "a.csv", SHEET.encode("utf-8-sig")
        )
    given = {
        "uploadId": global_id("Upload", upload.id),
        "cohortId": own_demo.id("Cohort", own_demo.cohort),
        "wave": 2,
        "idempotencyKey": "i",
    }
    queued = (await act(own_demo, "ImportSurvey", **given))["surveyImport"]
    assert queued["dryRun"] is True
    assert (await act(own_demo, "ImportSurvey", **given))["surveyImport"]["id"] == queued["id"]
    await _worked(own_demo)
    found = (await run("SurveyImportProgress", own_demo.context(), **{"import": queued["id"]}))[
        "surveyImport"
    ]
    assert found["job"]["state"] == "DONE"
    assert found["rows"] == 1
    assert found["written"] is False
    (issue,) = found["rejected"]
    assert (issue["row"], issue["code"]) == (2, "UNKNOWN_PERSON")
    assert issue["message"]
    assert issue["suggestion"]
    assert {column["field"] for column in found["mapping"]} >= {"name", "community"}


REMOVE = "mutation R($r: ID!) { removeRule(input: {ruleId: $r}) { ruleId userErrors { code field } } }"


async def test_rules_are_set_replaced_and_removed(own_demo: Loaded) -> None:
    given = {
        "traineeId": own_demo.id("Trainee", own_demo.trainee),
        "mentorId": own_demo.id("Mentor", own_demo.mentor),
        "reason": "亲属",
    }
    first = (await act(own_demo, "SetRule", **given, kind="FORBID"))["rule"]
    second = (await act(own_demo, "SetRule", **given, kind="PREFER"))["rule"]
    assert second["id"] == first["id"]
    assert second["kind"] == "PREFER"
    removed = (await own_demo.data(REMOVE, r=first["id"]))["removeRule"]
    assert removed == {"ruleId": first["id"], "userErrors": []}
    again = (await own_demo.data(REMOVE, r=first["id"]))["removeRule"]
    assert again == {"ruleId": None, "userErrors": [{"code": "NOT_FOUND", "field": ["ruleId"]}]}


async def test_a_rule_that_changed_meanwhile_is_kept(own_demo: Loaded) -> None:
    given = {
        "traineeId": own_demo.id("Trainee", own_demo.trainee),
        "mentorId": own_demo.id("Mentor", own_demo.mentor),
        "reason": "亲属",
    }
    none = await act(own_demo, "SetRule", **given, kind="FORBID", expectedVersion=1)
    assert [(e["code"], e["field"]) for e in none["userErrors"]] == [("NOT_FOUND", ["expectedVersion"])]
    first = (await act(own_demo, "SetRule", **given, kind="FORBID"))["rule"]
    second = (await act(own_demo, "SetRule", **given, kind="PREFER", expectedVersion=first["version"]))[
        "rule"
    ]
    assert second["version"] == first["version"] + 1
    remove = """mutation R($r: ID!, $v: Int) {
        removeRule(input: {ruleId: $r, expectedVersion: $v}) { userErrors { code } }
    }"""
    late = await act(own_demo, "SetRule", **given, kind="PIN", expectedVersion=first["version"])
    gone = (await own_demo.data(remove, r=first["id"], v=first["version"]))["removeRule"]
    for payload in (late, gone):
        assert [error["code"] for error in payload["userErrors"]] == ["CONFLICT_VERSION"]
    assert (await own_demo.data(remove, r=first["id"], v=second["version"]))["removeRule"]["userErrors"] == []


async def test_needs_and_recommendations_are_brought_up_to_date(own_demo: Loaded) -> None:
    cohort = own_demo.id("Cohort", own_demo.cohort)
    document = """mutation M($c: ID!, $t: ID!) {
        refreshNeeds(input: {cohortId: $c}) { cohort { needs { rank } } userErrors { code } }
        one: refreshRecommendations(input: {traineeId: $t}) {
            trainee { id recommendations(first: 3) { rank } } cohort { id } userErrors { code }
        }
        both: refreshRecommendations(input: {traineeId: $t, cohortId: $c}) { cohort { id } userErrors { code } }
    }"""
    trainee = own_demo.id("Trainee", own_demo.trainee)
    data = await own_demo.data(document, c=cohort, t=trainee)
    assert [need["rank"] for need in data["refreshNeeds"]["cohort"]["needs"]] == list(range(1, 10))
    assert data["one"]["trainee"]["recommendations"] == [{"rank": 1}, {"rank": 2}, {"rank": 3}]
    assert data["one"]["cohort"] is None
    assert data["both"] == {"cohort": None, "userErrors": [{"code": "ONE_OF_TWO"}]}


async def test_tokens_are_issued_shown_once_and_closed(own_demo: Loaded) -> None:
    made = await act(own_demo, "CreateToken", role="CLIENT_APP", scopes=["read:catalogue"], label="小程序")
    assert made["plaintext"].startswith("yz_")
    assert made["token"]["role"] == "CLIENT_APP"
    assert made["token"]["expiresAt"] is None
    document = "mutation M($k: ID!) { revokeToken(input: {tokenId: $k}) { token { revokedAt } } }"
    closed = await own_demo.data(document, k=made["token"]["id"])
    assert closed["revokeToken"]["token"]["revokedAt"] is not None
    refused = await act(own_demo, "CreateToken", role="MENTOR")
    assert refused["plaintext"] is None
    assert [error["code"] for error in refused["userErrors"]] == ["TOKEN_PERSON_NEEDED"]


async def test_what_is_created_under_a_key_is_created_once(own_demo: Loaded) -> None:
    rule = {
        "traineeId": own_demo.id("Trainee", own_demo.trainee),
        "mentorId": own_demo.id("Mentor", own_demo.mentor),
        "reason": "亲属",
        "kind": "FORBID",
        "expiresOn": "2999-01-01",
        "idempotencyKey": "rule",
    }
    first = await act(own_demo, "SetRule", **rule)
    assert first["userErrors"] == []
    assert await act(own_demo, "SetRule", **rule) == first
    token = {"role": "ORGANIZER", "expiresAt": "2999-01-01T00:00:00+08:00", "idempotencyKey": "token"}
    before = await _count(own_demo, Token)
    made = await act(own_demo, "CreateToken", **token)
    again = await act(own_demo, "CreateToken", **token)
    assert made["plaintext"]
    assert again == {**made, "plaintext": None}
    assert await _count(own_demo, Token) == before + 1
    for name, given in (("SetRule", {**rule, "kind": "PIN"}), ("CreateToken", {**token, "label": "b"})):
        (error,) = (await act(own_demo, name, **given))["userErrors"]
        assert error["code"] == "IDEMPOTENCY_MISMATCH"


async def test_payload_fields_can_be_aliased_and_spread(own_demo: Loaded) -> None:
    document = """mutation M($c: ID!) { go: startMatchRun(input: {cohortId: $c}) {
        __typename a: run { ...R } b: run { id number } problems: userErrors { code }
    } } fragment R on MatchRun { id state }"""
    payload = (await own_demo.data(document, c=own_demo.id("Cohort", own_demo.cohort)))["go"]
    assert payload["__typename"] == "StartMatchRunPayload"
    assert payload["a"]["id"] == payload["b"]["id"]
    assert payload["problems"] == []


async def test_texts_that_cannot_be_stored_are_refused_on_both_databases(own_demo: Loaded) -> None:
    """SQLite would take any length and a NUL, PostgreSQL neither."""
    pair = {
        "traineeId": own_demo.id("Trainee", own_demo.trainee),
        "mentorId": own_demo.id("Mentor", own_demo.mentor),
    }
    rule = {**pair, "kind": "PREFER"}
    token = {"role": "ORGANIZER"}
    for name, given, field in (("SetRule", rule, "reason"), ("CreateToken", token, "label")):
        for text, code in (("字" * 600, "TEXT_TOO_LONG"), ("a\0b", "TEXT_HAS_NUL")):
            for language in ("zh", "en"):
                payload = await act(own_demo, name, Role.ORGANIZER, language, **given, **{field: text})
                (error,) = payload["userErrors"]
                assert (error["code"], error["field"]) == (code, [field])
    started = {"cohortId": own_demo.id("Cohort", own_demo.cohort), "idempotencyKey": "a\0b"}
    (error,) = (await act(own_demo, "StartMatchRun", **started))["userErrors"]
    assert error["code"] == "IDEMPOTENCY_KEY"
    assert (await act(own_demo, "SetRule", **rule, reason="字" * 500))["userErrors"] == []
