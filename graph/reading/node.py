"""What every stored thing has in common, and pages of lists."""

from typing import Generic, TypeVar

import strawberry

from graph.reading.stored import stored

T = TypeVar("T")


@strawberry.interface(description="Anything that has a global id and can be fetched by it.")
class Node:
    """Anything that has a global id."""

    id: strawberry.ID = stored("Opaque global id; the same for good.")


@strawberry.type(description="Where a page of a list stands.")
class PageInfo:
    """Where a page of a list stands."""

    has_next_page: bool = stored("Whether more follow after this page.")
    has_previous_page: bool = stored("Whether some come before this page.")
    start_cursor: str | None = stored("Cursor of the first entry; null on an empty page.")
    end_cursor: str | None = stored("Cursor of the last entry; pass it as `after` for the next page.")


@strawberry.type(description="One entry of a page.")
class Edge(Generic[T]):
    """One entry of a page."""

    cursor: str = stored("Where this entry stands; stays right when rows are added.")
    node: T = stored("The entry itself.")


@strawberry.type(description="A page of a list that can grow.")
class Connection(Generic[T]):
    """A page of a list that can grow."""

    edges: list[Edge[T]] = stored("Entries with their cursors.")
    nodes: list[T] = stored("Entries without cursors.")
    page_info: PageInfo = stored("Where this page stands.")
    total_count: int = stored(
        "How many there are on all pages that you may see; counted only when asked for."
    )
