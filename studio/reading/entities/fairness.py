"""How evenly a run treats people."""

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.fields import Alias, Column, Element, Elements, Entity, Group, integer, member
from studio.reading.own import tables


def _figures(column: str, typename: str, *names: str) -> Group:
    """Return the named numbers of a JSON column as an object, null where the column is."""

    def figure(name: str) -> Column:
        return Column(lambda row: row.c[column].op("->")(sa.literal_column(f"'{name}'")), Kind.JSON)

    return Group(typename, {name: figure(name) for name in names}, lambda row: row.c[column].is_not(None))


def _groups(column: str, typename: str, attribute: str) -> Elements:
    def document(row: Alias) -> sa.ColumnElement[object]:
        return row.c[column]

    names = (attribute, "trainees", "unmatched", "meanScore")
    return Elements(typename, document, {name: Element(member(name), Kind.JSON) for name in names})


_SPREAD = ("least", "most", "mean", "deviation")

FAIRNESS = (
    Entity(
        "RunFairness",
        tables["run_fairness"],
        {
            "loads": _figures("loads", "Spread", *_SPREAD),
            "uses": _figures("uses", "Spread", *_SPREAD),
            "scores": _figures(
                "scores", "ScoreSpread", "lowest", "lowerQuartile", "median", "upperQuartile", "highest"
            ),
            "blockingPairs": integer("blocking_pairs"),
            "envious": integer("envious"),
            "counties": _groups("counties", "CountyFairness", "county"),
            "roles": _groups("roles", "RoleFairness", "role"),
        },
    ),
)
