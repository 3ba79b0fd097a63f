"""What organizers are shown of how evenly a run treats people."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.pairs import match_json, print_match
from service.report import write_report
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.runs.runs import match_cohort
from studio.store.database import writing
from studio.store.identity import global_id
from tests.service.test_report import Page, studio_with
from tests.studio.operations.conftest import MENTORS, SURVEY


async def test_match_and_report_tell_how_even_it_is(
    engine: AsyncEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    actor = await studio_with(engine, SURVEY)
    async with writing(engine) as session:
        await import_mentors(session, actor, MENTORS.replace(b",2,8,", b",1,8,"), "mentors.csv")
        cohort = await find_cohort(session, actor.studio_id, 3)
        run = await match_cohort(session, actor, cohort.id)
    result = await match_json(engine, actor, global_id("MatchRun", run.id), "zh")
    page = Page((await write_report(engine, actor, 3)).decode()).text
    found = result["fairness"]
    scores = [pair["score"] for pair in result["pairs"]]
    assert (found["scores"]["lowest"], found["scores"]["highest"]) == (min(scores), max(scores))
    for groups in (found["counties"], found["roles"]):
        assert sum(group["trainees"] for group in groups) == result["total"]
        assert sum(group["unmatched"] for group in groups) == result["total"] - result["matched"] > 0
        whole = sum(
            (group["meanScore"] or 0.0) * (group["trainees"] - group["unmatched"]) for group in groups
        )
        assert whole == pytest.approx(sum(scores), abs=1e-4)
    print_match(result, "zh")
    printed = capsys.readouterr().out.replace("\n", "")
    print_match(result, "en")
    english = capsys.readouterr().out.replace("\n", " ")
    assert f"匹配度最低的一对 {min(scores):.3f}" in printed
    assert f"别人的导师会更合适的学员有 {found['envious']} 名" in printed
    assert f"lowest pair {min(scores):.3f}" in english
    assert f"匹配度最低的一对{min(scores):.3f}" in page
    assert any(group["meanScore"] is None for group in found["counties"])
    for group in found["counties"]:
        mean = "–" if group["meanScore"] is None else f"{group['meanScore']:.3f}"
        assert f"{group['county']} {mean}（{group['trainees']} 人" in printed
        assert f"{group['county']} {mean} (trainees: {group['trainees']}" in english
        assert f"{group['county']}{group['trainees']}人" in page
    assert "reserve cadre" in english
    assert "RESERVE_CADRE" not in printed + page
