"""New runs keep the pairs that both sides have confirmed, unless they are told to reopen them."""

from typing import Any
from uuid import UUID

import pytest

from studio.errors import StudioError
from studio.operations.pairings.consents import accept_pairing
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.mentors import import_mentors
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.operations.suppositions.obstacles import ObstacleKind
from studio.operations.suppositions.override_preview import Verdict, preview_override
from studio.operations.suppositions.replay import ReplayOutcome, replay_run
from studio.operations.suppositions.suppositions import Supposition
from studio.operations.suppositions.what_if import what_if
from studio.operations.suppositions.what_if_words import told_preview
from studio.store.database import reading
from studio.store.enums import PairingOrigin, PairingState, RuleKind
from studio.store.tables import MatchRun, Pairing
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file
from tests.studio.operations.published import Published, published

__all__ = ["published"]


async def confirm(here: Published, *pairings: Pairing) -> None:
    for pairing in pairings:
        for side in await here.both(pairing):
            await here.do(accept_pairing, side, pairing.id)


async def roomier(here: Published) -> None:
    """Everybody could have the best mentor: a new match would move people."""
    table = csv_file(
        MENTOR_HEADER,
        ("周兰", "竹园社区", "汇川区", 9, 30, "文稿写作:5;网格治理:5;民生服务:5", "", ""),
        ("陈松", "和平社区", "播州区", 9, 0, "文稿写作:0;网格治理:0;民生服务:0", "", ""),
    )
    await here.do(import_mentors, here.organizer, table, "mentors.csv")


async def pairs_of(here: Published, run_id: UUID) -> dict[UUID, UUID]:
    return {one.trainee_id: one.mentor_id for one in await here.pairings(run_id)}


async def anew(here: Published, **how: Any) -> MatchRun:
    run: MatchRun = await here.do(match_cohort, here.organizer, here.cohort_id, **how)
    return run


async def moved_pair(here: Published) -> Pairing:
    """Return a published pair that a match anew would part."""
    await roomier(here)
    run = await anew(here)
    after = await pairs_of(here, run.id)
    return next(
        pairing for pairing in await here.pairings() if after[pairing.trainee_id] != pairing.mentor_id
    )


async def test_confirmed_pair_stays_in_a_new_run_and_is_shown_as_such(published: Published) -> None:
    pairing = await moved_pair(published)
    await confirm(published, pairing)
    run = await anew(published)
    (kept,) = [one for one in await published.pairings(run.id) if one.origin is PairingOrigin.CONFIRMED]
    assert (kept.trainee_id, kept.mentor_id, kept.locked) == (pairing.trainee_id, pairing.mentor_id, False)
    assert (run.reopens_confirmed, run.verified) == (False, True)
    # It can be published as it is, and the pair goes on where it stands.
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    assert (await published.get(Pairing, kept.id)).state is PairingState.CONFIRMED


async def test_run_that_reopens_confirmed_pairs_may_part_them_and_is_published_only_if_meant(
    published: Published,
) -> None:
    pairing = await moved_pair(published)
    await confirm(published, pairing)
    run = await anew(published, reopen_confirmed=True)
    assert run.reopens_confirmed
    assert (await pairs_of(published, run.id))[pairing.trainee_id] != pairing.mentor_id
    with pytest.raises(StudioError, match="PAIRS_UNDER_WAY"):
        await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    how = {"expected_version": run.version, "end_under_way": True}
    await published.do(publish_match_run, published.organizer, run.id, **how)
    assert (await published.get(Pairing, pairing.id)).state is PairingState.ENDED


@pytest.mark.parametrize("reopen", [False, True])
async def test_queued_run_heeds_it_too(published: Published, reopen: bool) -> None:
    pairing = await moved_pair(published)
    await confirm(published, pairing)
    how = {"reopen_confirmed": reopen}
    queued = await published.do(start_match_run, published.organizer, published.cohort_id, **how)
    await published.work()
    stays = (await pairs_of(published, queued.id))[pairing.trainee_id] == pairing.mentor_id
    assert stays is not reopen


async def test_nothing_new_to_match_when_pairs_are_only_confirmed(published: Published) -> None:
    await confirm(published, *(await published.pairings())[:2])
    assert (await anew(published)).id == published.run_id


async def test_explicit_rules_count_before_a_confirmed_pair(published: Published) -> None:
    pairing = await moved_pair(published)
    await confirm(published, pairing)
    other = next(
        mentor
        for mentor in {one.mentor_id for one in await published.pairings()}
        if mentor != pairing.mentor_id
    )
    rules = ((other, RuleKind.PIN), (pairing.mentor_id, RuleKind.FORBID))
    for mentor_id, kind in rules:
        given = (pairing.trainee_id, mentor_id, kind)
        await published.do(set_rule, published.organizer, *given, reason="组织安排")
        after = await pairs_of(published, (await anew(published)).id)
        assert after[pairing.trainee_id] == other


async def test_override_leaves_confirmed_pairs_alone_and_says_so(published: Published) -> None:
    pairing = await moved_pair(published)
    await confirm(published, pairing)
    run = await anew(published)
    other = next(iter({one.mentor_id for one in await published.pairings(run.id)} - {pairing.mentor_id}))
    async with reading(published.engine) as session:
        preview = await preview_override(session, published.organizer, run.id, pairing.trainee_id, other)
    (obstacle,) = preview.obstacles
    assert (preview.verdict, obstacle.kind) == (Verdict.PINNED_ELSEWHERE, ObstacleKind.CONFIRMED)
    assert "双方确认" in told_preview(preview, "zh")
    assert "both confirmed" in told_preview(preview, "en")
    given = (run.id, pairing.trainee_id, other)
    with pytest.raises(StudioError) as refusal:
        await published.do(override_pairing, published.organizer, *given, reason="换")
    assert refusal.value.code == "PAIR_CONFIRMED"
    assert obstacle.mentor.name in refusal.value.message("zh")
    open_run = await anew(published, reopen_confirmed=True)
    given = (open_run.id, pairing.trainee_id, pairing.mentor_id)
    await published.do(override_pairing, published.organizer, *given, reason="还是原来的好")


async def test_replay_and_what_if_know_who_was_confirmed_then(published: Published) -> None:
    first, second, *_ = await published.pairings()
    await roomier(published)
    await confirm(published, first)
    run = await anew(published)
    await confirm(published, second)
    async with reading(published.engine) as session:
        replay = await replay_run(session, published.organizer, run.id)
        found = await what_if(
            session, published.organizer, run.id, Supposition(leaving_mentors=frozenset({first.mentor_id}))
        )
    assert replay.outcome is ReplayOutcome.SAME
    assert not found.input_changed
    # Whose mentor leaves is placed anew, confirmed or not; others who are confirmed stay.
    ends = {change.trainee.id: change.after and change.after.id for change in found.changes}
    assert first.trainee_id in ends
    assert first.mentor_id not in ends.values()
