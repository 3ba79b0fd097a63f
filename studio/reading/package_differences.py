"""How two versions of a package differ: one row for every item that is not the same in both."""

import sqlalchemy as sa

from studio.reading.dialect import word
from studio.reading.own import tables
from studio.store.package_enums import DifferenceKind

PACKAGE, ITEM = tables["mentoring_package"], tables["package_item"]
_PLACE = ("day", "slot", "step")
_SAME = (*_PLACE, "topic_id", "content_id", "pain_point_id", "minutes", "note")


def _constant(kind: DifferenceKind) -> sa.ColumnElement[str]:
    return word(kind.value)


def package_differences() -> sa.Subquery:
    """Return the differences of all pairs of versions of one package: from `package_id` to `other_id`, `to_number`.

    Items are the same where their lines are; one that moved and changed counts as moved. Filters on
    `package_id` and `to_number` reach the tables: a statement reads the items of two versions only.
    """
    return sa.union_all(_kept_or_removed(), _added()).subquery("package_difference")


def _of_same_people(package: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(other.c.trainee_id == package.c.trainee_id, other.c.mentor_id == package.c.mentor_id)


def _kept_or_removed() -> sa.Select[tuple[object, ...]]:
    package, other, before, after = PACKAGE.alias(), PACKAGE.alias(), ITEM.alias(), ITEM.alias()
    moved = sa.or_(*(after.c[name].is_distinct_from(before.c[name]) for name in _PLACE))
    kind = sa.case(
        (after.c.id.is_(None), _constant(DifferenceKind.REMOVED)),
        (moved, _constant(DifferenceKind.MOVED)),
        else_=_constant(DifferenceKind.CHANGED),
    )
    differs = sa.or_(*(after.c[name].is_distinct_from(before.c[name]) for name in _SAME))
    continued = sa.and_(after.c.package_id == other.c.id, after.c.line_id == before.c.line_id)
    return (
        sa.select(
            before.c.id,
            before.c.studio_id,
            package.c.id.label("package_id"),
            other.c.id.label("other_id"),
            other.c.number.label("to_number"),
            kind.label("kind"),
            before.c.position,
            before.c.id.label("before_id"),
            after.c.id.label("after_id"),
        )
        .select_from(
            package.join(other, _of_same_people(package, other))
            .join(before, before.c.package_id == package.c.id)
            .outerjoin(after, continued)
        )
        .where(sa.or_(after.c.id.is_(None), differs))
    )


def _added() -> sa.Select[tuple[object, ...]]:
    package, other, before, after = PACKAGE.alias(), PACKAGE.alias(), ITEM.alias(), ITEM.alias()
    continues = sa.select(before.c.id).where(
        before.c.package_id == package.c.id, before.c.line_id == after.c.line_id
    )
    return (
        sa.select(
            after.c.id,
            after.c.studio_id,
            package.c.id.label("package_id"),
            other.c.id.label("other_id"),
            other.c.number.label("to_number"),
            _constant(DifferenceKind.ADDED).label("kind"),
            after.c.position,
            sa.cast(sa.null(), sa.Uuid()).label("before_id"),
            after.c.id.label("after_id"),
        )
        .select_from(
            package.join(other, _of_same_people(package, other)).join(after, after.c.package_id == other.c.id)
        )
        .where(~continues.exists())
    )
