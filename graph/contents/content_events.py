"""Events of contents: what a trainee was shown, opened, did, found useful or dismissed."""

from datetime import datetime

import strawberry

from graph.enums import ContentEventKind, DismissalReason, Role
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Content, Trainee


@strawberry.type(description="Something that happened to a content that a trainee was offered.")
class ContentEvent(Node):
    """Something that happened to a content."""

    kind: ContentEventKind = stored("What happened.")
    reason: DismissalReason | None = stored("Why it was dismissed; null for all else.")
    content: Content | None = stored("The content.")
    trainee: Trainee | None = stored("The trainee.")
    recorded_by: Role = stored("As what somebody recorded it.")
    recorded_at: datetime = stored("When it was recorded.")
