"""The matching policy of a studio: what its matches weigh and what they aim at, by version."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import Conflict, StudioError
from studio.operations.audit import audit
from studio.permissions import Actor, require
from studio.store.enums import MatchObjective
from studio.store.locks import lock_studio
from studio.store.rules import MatchPolicy


async def policy_in_force(session: AsyncSession, studio_id: UUID) -> MatchPolicy:
    """Return the newest version of a studio's policy; raises NO_POLICY."""
    policy = await session.scalar(
        select(MatchPolicy)
        .where(MatchPolicy.studio_id == studio_id)
        .order_by(col(MatchPolicy.number).desc())
        .limit(1)
    )
    if policy is None:
        raise StudioError("NO_POLICY")
    return policy


async def set_match_objective(
    session: AsyncSession, actor: Actor, objective: MatchObjective, *, expected_version: int | None = None
) -> MatchPolicy:
    """Make the matches to come aim at something else: a new version of the policy with the weights as they are.

    Runs that there are keep the version that they were computed with. Without a change the version in force is
    the answer. `expected_version` is the number of the version that the client has seen; raises CONFLICT_VERSION.
    """
    require(actor, "set_match_objective")
    await lock_studio(session, actor.studio_id)
    policy = await policy_in_force(session, actor.studio_id)
    if expected_version is not None and policy.number != expected_version:
        raise Conflict(
            "CONFLICT_VERSION", field="expectedVersion", found=policy.number, expected=expected_version
        )
    if policy.objective is objective:
        return policy
    newer = MatchPolicy(
        studio_id=policy.studio_id,
        name=policy.name,
        number=policy.number + 1,
        weights=dict(policy.weights),
        objective=objective,
    )
    session.add(newer)
    await session.flush()
    details = {"before": policy.objective.value, "after": objective.value}
    await audit(session, actor, "set_match_objective", "MatchPolicy", newer.id, **details)
    return newer
