"""Jobs: long work and its progress."""

import strawberry

from graph.enums import JobKind, JobState
from graph.reading.node import Node
from graph.reading.stored import stored


@strawberry.type(description="A piece of long work; ask again for its progress.")
class Job(Node):
    """A piece of long work."""

    kind: JobKind = stored("What it does.")
    state: JobState = stored("Where it stands.")
    done: int = stored("Steps done.")
    total: int = stored("Steps in all; 0 while that is not known.")
    failure: str | None = stored("Code of what went wrong.")
    cancel_requested: bool = stored("Whether somebody asked for its end.")
