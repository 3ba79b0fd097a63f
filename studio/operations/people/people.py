"""Finding people and places by what organizers write, and adding those that are new."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.imports.issues import ImportCode, RowIssue
from studio.imports.keys import community_key, name_key
from studio.imports.respondents import KnownPerson, told_apart
from studio.store.enums import RegionKind
from studio.store.people import Person, Region, persons_by_key
from studio.store.rows import changed


class Regions:
    """The region tree of a studio, looked up by what people write and grown where it is missing."""

    def __init__(self, studio_id: UUID, known: list[Region]) -> None:
        self.studio_id = studio_id
        self.new: list[Region] = []
        self._by_path = {
            (region.kind, region.county, region.town, region.name_key): region for region in known
        }
        self._communities: dict[str, list[Region]] = defaultdict(list)
        for region in known:
            if region.kind is RegionKind.COMMUNITY:
                self._communities[region.name_key].append(region)

    def community(self, name: str, county: str, town: str) -> Region | None:
        """Return the community; what is left out (county, town) may be anything when only one fits."""
        if not name:
            return None
        fitting = [
            region
            for region in self._communities[community_key(name)]
            if county in ("", region.county) and town in ("", region.town)
        ]
        if len(fitting) == 1:
            return fitting[0]
        community = self._add(RegionKind.COMMUNITY, name, county, town, self._town(town, county))
        self._communities[community.name_key].append(community)
        return community

    def _town(self, name: str, county: str) -> Region | None:
        above = self._add(RegionKind.COUNTY, county, county, "", None) if county else None
        return self._add(RegionKind.TOWN, name, county, name, above) if name else above

    def _add(self, kind: RegionKind, name: str, county: str, town: str, parent: Region | None) -> Region:
        key = community_key(name) if kind is RegionKind.COMMUNITY else name
        path = (kind, county, town, key)
        if path not in self._by_path:
            region = Region(
                studio_id=self.studio_id,
                parent_id=parent.id if parent else None,
                kind=kind,
                name=name,
                name_key=key,
                county=county,
                town=town,
            )
            self._by_path[path] = region
            self.new.append(region)
        return self._by_path[path]


class Persons:
    """The persons of a studio, found by name, community and, where two share both, by phone."""

    def __init__(self, studio_id: UUID, known: dict[tuple[str, UUID | None], list[Person]]) -> None:
        self.studio_id = studio_id
        self.new: list[Person] = []
        self._known = known

    def namesakes(self, name: str, community: Region | None) -> list[Person]:
        """Return the known persons of a name in a community."""
        return self._known.get((name_key(name), community.id if community else None), [])

    def find_or_add(
        self, name: str, community: Region | None, phone: str, namesakes_in_file: int
    ) -> tuple[Person | None, bool]:
        """Return the person and whether anything about the person is new; None when two could be meant."""
        key = (name_key(name), community.id if community else None)
        candidates = self._known.setdefault(key, [])
        same_phone = [person for person in candidates if phone and person.phone == phone]
        if same_phone:
            return same_phone[0], changed(same_phone[0], name=name)
        if len(candidates) == 1 and namesakes_in_file == 1:
            # One person and one row: another phone number is a correction.
            return candidates[0], changed(candidates[0], name=name, phone=phone or candidates[0].phone)
        if candidates and not phone:
            return None, False
        person = Person(
            studio_id=self.studio_id,
            name=name,
            name_key=key[0],
            community_id=key[1],
            phone=phone or None,
        )
        candidates.append(person)
        self.new.append(person)
        return person, True


async def load_regions(session: AsyncSession, studio_id: UUID) -> Regions:
    """Return the region tree of a studio."""
    found = await session.execute(
        select(Region).where(Region.studio_id == studio_id).order_by(col(Region.id))
    )
    return Regions(studio_id, list(found.scalars()))


async def load_persons(session: AsyncSession, studio_id: UUID) -> Persons:
    """Return the persons of a studio."""
    return Persons(studio_id, await persons_by_key(session, studio_id))


def namesakes(rows: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Count how often each (name, community) is written in a file."""
    return Counter((name_key(name), community_key(community)) for name, community in rows)


def ambiguous(row: int, column: str, name: str, persons: Iterable[Person], community: str) -> RowIssue:
    """Return the issue of a row whose person could be any of `persons`, who share a community."""
    known = [KnownPerson(person.id, person.name, community, phone=person.phone or "") for person in persons]
    values = {"name": name, "candidates": told_apart(known)}
    return RowIssue(row=row, column=column, code=ImportCode.AMBIGUOUS_PERSON, values=values)
