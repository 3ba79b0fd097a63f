"""Who asks: the holder of the token."""

import strawberry

from graph.context import Context
from graph.enums import Role
from graph.reading.stored import stored
from studio.store.identity import global_id
from studio.store.labels import label


@strawberry.type(description="Who asks: the holder of the token.")
class Viewer:
    """Who asks."""

    role: Role = stored("For whom the token acts.")
    role_label: str = stored("The role in Chinese.")
    studio_id: strawberry.ID = stored("Global id of the studio that the token belongs to.")
    person_id: strawberry.ID | None = stored("Global id of the person; null for organizers and client apps.")
    scopes: list[str] = stored("What a client app may do; empty for people.")


def viewer_of(context: Context) -> Viewer:
    """Return for whom the request acts."""
    actor = context.actor
    return Viewer(
        role=actor.role,
        role_label=label(actor.role),
        studio_id=strawberry.ID(global_id("Studio", actor.studio_id)),
        person_id=strawberry.ID(global_id("Person", actor.person_id)) if actor.person_id else None,
        scopes=sorted(actor.scopes),
    )
