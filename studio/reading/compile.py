"""From selections to JSON text: what each kind of field prints."""

from collections.abc import Sequence

import sqlalchemy as sa

from studio.permissions import Rows, rows_for, sees_field
from studio.reading.arguments import page_size
from studio.reading.catalogue import ENTITIES
from studio.reading.dialect import Bytewise, Kind, Printed, elements_of, word
from studio.reading.fields import (
    Alias,
    Column,
    Connection,
    Count,
    Elements,
    Entity,
    Group,
    Labelled,
    Texts,
    ToMany,
    ToOne,
    Value,
)
from studio.reading.pages import print_connection
from studio.reading.printing import Part, Text, print_list, print_members, quoted, unless_null
from studio.reading.scope import LIST, ONE, Scope
from studio.reading.selection import Selection
from studio.reading.sources import Sources
from studio.store.identity import PREFIXES


class Compiler:
    """Prints entities for one role."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def print_object(
        self,
        entity: Entity,
        row: Alias,
        sources: Sources,
        selections: Sequence[Selection],
        path: str,
        typename: str | None = None,
    ) -> Text:
        """Return a row as a JSON object with the selected fields in their order."""
        name = typename or entity.typename or entity.name
        return print_members(
            [
                (selection.key, self._print_field(entity, row, sources, selection, path, name))
                for selection in selections
                if selection.on is None or selection.on in {entity.name, name}
            ]
        )

    def _print_field(
        self, entity: Entity, row: Alias, sources: Sources, selection: Selection, path: str, typename: str
    ) -> Part:
        if selection.name == "__typename":
            return quoted(typename)
        if selection.name == "id":
            return Printed(row.c.id, Kind.ID, f"{PREFIXES[entity.name]}_")
        if not sees_field(self.scope.actor, entity.name, selection.name):
            return "null"
        declared = entity.fields[selection.name]
        below = f"{path}.{selection.key}" if path else selection.key
        match declared:
            case Column():
                return Printed(declared.expr(sources.along(row, declared.hops)), declared.kind)
            case ToOne():
                return self._print_one(declared, row, sources, selection, below)
            case ToMany():
                return self.scope.below(
                    entity.table, row, lambda it: self._print_many(declared, it, selection, below), LIST
                )
            case Connection():
                return self.scope.below(
                    entity.table,
                    row,
                    lambda it: print_connection(
                        self.scope, self.print_object, declared, it, selection, below
                    ),
                    LIST,
                )
            case Count():
                return self._print_count(declared, row)
            case Group():
                return _print_group(declared, row, selection)
            case Elements():
                return self._print_elements(declared, row, sources, selection)
            case Texts():
                return _print_texts(declared, row)
            case Labelled():
                return Printed(self.scope.label(declared.labels, lambda: declared.code(row)), Kind.TEXT)

    def _print_one(
        self, relation: ToOne, row: Alias, sources: Sources, selection: Selection, path: str
    ) -> Part:
        entity = ENTITIES[relation.entity]
        if rows_for(self.scope.actor, entity.name) is Rows.NONE:
            return "null"
        name = f"{selection.name}:{entity.name}"
        other = sources.joined(row, name)
        if other is None:
            last, other = sources.along(row, relation.hops), entity.table.alias()
            conditions = [relation.on(last, other), self.scope.policy(entity, other)]
            if relation.also:
                conditions.append(relation.also(row, other))
            sources.join(row, name, other, sa.and_(*conditions))
        shown = self.scope.below(
            entity.table,
            other,
            lambda it: self.print_object(entity, it, sources, selection.children, path),
            ONE,
        )
        return unless_null(other.c.id, shown)

    def _print_many(self, relation: ToMany, row: Alias, selection: Selection, path: str) -> Text:
        entity = ENTITIES[relation.entity]
        given = self.scope.given(selection, path)
        self.scope.check_filters(entity, given, "", relation.arguments)
        if relation.first is not None and given.has("first"):
            self.scope.binds.checked.append(given.getter("first", page_size))
        if rows_for(self.scope.actor, entity.name) is Rows.NONE:
            return word("[]")
        child = entity.table.alias()
        sources, link = Sources(child), child if relation.link is None else relation.link.table.alias()
        conditions = [
            self.scope.policy(entity, child),
            *self.scope.filters(entity, child, given, "", relation.arguments),
        ]
        if relation.link:
            sources.tree = sources.tree.join(link, relation.on(link, child))
            conditions.append(relation.link.on(row, link))
        else:
            conditions.append(relation.on(row, child))
        shown = self.print_object(entity, child, sources, selection.children, path, relation.typename)
        order = self._order(relation, child, link, sources)
        rows = sa.select(shown.label("j")).select_from(sources.tree).where(*conditions).order_by(*order)
        if relation.first is not None:
            rows = rows.limit(self.scope.page_limit(given, "first", relation.first))
        return print_list(rows)

    def _order(self, relation: ToMany, child: Alias, link: Alias, sources: Sources) -> list[Value]:
        if isinstance(relation.order, tuple):
            return [*(sources.sort_value(child, sort) for sort in relation.order), child.c.id]
        return [
            Bytewise(value) if isinstance(value.type, sa.String) else value
            for value in relation.order(child, link)
        ]

    def _print_count(self, relation: Count, row: Alias) -> Part:
        entity = ENTITIES[relation.entity]
        # The number of those that one may see would pass for the number that there are.
        if rows_for(self.scope.actor, entity.name) is not Rows.ALL:
            return "null"
        child = entity.table.alias()
        count = sa.select(sa.func.count()).select_from(child)
        count = count.where(relation.on(row, child), self.scope.policy(entity, child))
        return Printed(count.correlate_except(child).scalar_subquery(), Kind.INT)

    def _print_elements(self, declared: Elements, row: Alias, sources: Sources, selection: Selection) -> Text:
        element = elements_of(self.scope.dialect, declared.document(row), keyed=declared.keyed)
        about = sources.along(row, declared.hops)

        def print_element(name: str) -> Part:
            if name == "__typename":
                return quoted(declared.typename)
            member = declared.fields[name]
            if member.labels is None:
                return Printed(member.expr(element, about), member.kind)
            return Printed(self.scope.label(member.labels, lambda: member.expr(element, about)), member.kind)

        shown = print_members([(child.key, print_element(child.name)) for child in selection.children])
        order = Bytewise(element.c.key) if declared.keyed else element.c.id
        return print_list(sa.select(shown.label("j")).select_from(element).order_by(order))


def _print_group(group: Group, row: Alias, selection: Selection) -> Text:
    shown = print_members(
        [
            (
                child.key,
                quoted(group.typename)
                if child.name == "__typename"
                else Printed(group.fields[child.name].expr(row), group.fields[child.name].kind),
            )
            for child in selection.children
        ]
    )
    return sa.case((group.when(row), shown), else_=sa.literal_column("'null'"))


def _print_texts(declared: Texts, row: Alias) -> Text:
    child = declared.table.alias()
    printed = Printed(declared.text(child), Kind.TEXT).label("j")
    rows = sa.select(printed).select_from(child).where(declared.on(row, child))
    return print_list(rows.order_by(*declared.order(child)))
