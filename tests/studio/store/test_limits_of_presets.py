"""Presets of a load that cohorts had before limits knew of presets are caps once the database is brought up to date."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.store.database import reading, writing
from studio.store.limit_enums import LimitKind
from studio.store.limits import LimitRule
from studio.store.preset_enums import PresetKind
from studio.store.schema import downgrade, migrate
from studio.store.tables import Cohort, CohortRule, RulePreset, Studio


async def test_preset_of_a_load_becomes_a_cap_with_its_reason(engine: AsyncEngine) -> None:
    studio = Studio(name="甲")
    async with writing(engine) as session:
        session.add(studio)
        await session.flush()
        cohort = Cohort(studio_id=studio.id, number=1, name="第一批")
        session.add(cohort)
        await session.flush()
        for code, kind, numbers in (
            ("ONE_TO_N", PresetKind.LOAD, {"most": 3}),
            ("FIVE_YEARS", PresetKind.TENURE, {"years": 5}),
        ):
            about = {"name": code, "kind": kind, "parameters": numbers, "reason": "别处都这样", "author": "X"}
            preset = RulePreset(studio_id=studio.id, code=code, **about)
            session.add(preset)
            await session.flush()
            of = {"cohort_id": cohort.id, "preset_id": preset.id, "expires_on": date(2030, 1, 1)}
            session.add(CohortRule(studio_id=studio.id, **of, **about))
    await downgrade(engine, "0032")
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM limit_rule")) == 0
    await migrate(engine)
    async with reading(engine) as session:
        (cap,) = (await session.execute(select(LimitRule))).scalars()
        rule = await session.get_one(CohortRule, cap.cohort_rule_id)
    assert (cap.kind, cap.number, cap.mentor_id) == (LimitKind.CAP, 3, None)
    assert (cap.reason, cap.author, cap.expires_on) == ("别处都这样", "X", date(2030, 1, 1))
    assert (rule.kind, cap.cohort_id) == (PresetKind.LOAD, rule.cohort_id)
