"""For whom and with which arguments a statement is compiled: policies, filters and bound values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from studio.errors import Forbidden
from studio.permissions import SMALLEST_GROUP, Actor, Rows, rows_for, sees_field
from studio.reading import arguments
from studio.reading.arguments import Given, filter_check
from studio.reading.dialect import Label
from studio.reading.fields import Alias, Condition, Entity, FilterKind, Principal, Value
from studio.reading.printing import Text
from studio.reading.selection import Selection
from studio.reading.sources import Binds

# SQLite's parser holds at most 100 symbols; a list takes 13 of them, a row joined to another 6, a policy some 20.
DEEPEST = 5
LIST, ONE = 2, 1


class Scope:
    """One role's rights and the parameters of one statement; what differs between requests is bound."""

    def __init__(self, dialect: str, actor: Actor, positions: Mapping[int, int]) -> None:
        self.dialect, self.actor, self._positions = dialect, actor, positions
        self.binds = Binds()
        self._depth = 0
        self.who = Principal(
            self.binds.bind(lambda request: request.actor.studio_id, sa.Uuid()),
            self.binds.bind(lambda request: request.actor.person_id, sa.Uuid()),
            self.binds.bind(lambda request: request.actor.written, sa.Uuid()),
        )
        self._labels = self.binds.bind(lambda request: request.labels, sa.Text())

    def policy(self, entity: Entity, row: Alias) -> Condition:
        """Return the condition of the rows that the actor may read."""
        rows = rows_for(self.actor, entity.name)
        of_studio = entity.of_studio(row, self.who)
        if rows is Rows.ALL:
            return of_studio
        if rows is Rows.OWN:
            return sa.and_(of_studio, entity.own[self.actor.role](row, self.who))
        if rows is Rows.LARGE_GROUPS:
            return sa.and_(of_studio, entity.people(row) >= sa.literal_column(str(SMALLEST_GROUP)))
        if rows is Rows.WRITTEN and entity.written is not None:
            return sa.and_(of_studio, entity.written(row, self.who))
        return sa.false()

    def below(self, table: sa.FromClause, row: Alias, printed: Callable[[Alias], Text], depth: int) -> Text:
        """Return what `printed` makes of a row; a list far down as a table expression of its own.

        The database looks the row up there by its id, as if the expression stood in its place.
        """
        above = self._depth
        if above < DEEPEST or depth == ONE:
            self._depth = above + depth
            text = printed(row)
            self._depth = above
            return text
        self._depth = 0
        again = table.alias()
        hoisted = sa.select(again.c.id, printed(again).label("j")).select_from(again).cte()
        self._depth = above
        found = sa.select(hoisted.c.j).where(hoisted.c.id == row.c.id)
        return found.correlate_except(hoisted).scalar_subquery()

    def given(self, selection: Selection, path: str) -> Given:
        """Return the arguments of a selected field."""
        return Given(self._positions[id(selection)], path, selection.arguments)

    def filters(
        self, entity: Entity, row: Alias, given: Given, prefix: str, names: Sequence[str]
    ) -> list[Condition]:
        """Return the conditions of the filters of these names that are given."""
        conditions = []
        for name, value in self._asked(given, prefix, names):
            declared = entity.filters[name]
            if declared.kind == FilterKind.FLAG:
                conditions.append(declared.condition(row, value))
                continue
            check, type_ = filter_check(declared)
            bound = self.binds.bind(given.getter(prefix + name, check), type_)
            conditions.append(declared.condition(row, bound))
        return conditions

    def check_filters(self, entity: Entity, given: Given, prefix: str, names: Sequence[str]) -> None:
        """Have the filters that are given checked, also where the selection does without their rows.

        Raises Forbidden for a filter that would tell of a field that the actor does not see.
        """
        for name, _ in self._asked(given, prefix, names):
            declared = entity.filters[name]
            self.require_fields(entity, declared.tells, given.field(prefix + name))
            if declared.kind != FilterKind.FLAG:
                self.binds.checked.append(given.getter(prefix + name, filter_check(declared)[0]))

    def require_fields(self, entity: Entity, names: Sequence[str], argument: str) -> None:
        """Refuse an argument that tells of fields which the actor does not see: rows betray what they are chosen by."""
        if not all(sees_field(self.actor, entity.name, name) for name in names):
            raise Forbidden(argument, field=argument)

    def _asked(self, given: Given, prefix: str, names: Sequence[str]) -> list[tuple[str, Any]]:
        source = given.values.get("filter") if prefix else given.values
        values: Mapping[str, Any] = source or {}
        return [(name, values[name]) for name in names if values.get(name) is not None]

    def label(self, labels: str, code: Callable[[], Value]) -> Value:
        """Return the reader's label of a code; the code itself where there is none."""
        return Label(self._labels, labels, code(), code())

    def page_limit(self, given: Given, name: str, default: int, more: int = 0) -> sa.BindParameter[Any]:
        """Bind how many rows are asked for, or the default; `more` is added."""
        if not given.has(name):
            return self.binds.bind(lambda _request: default + more, sa.Integer())
        get = given.getter(name, arguments.page_size)
        return self.binds.bind(lambda request: get(request) + more, sa.Integer())
