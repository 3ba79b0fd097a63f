"""Versions of a package: which one goes on, under which number, and what another mentor's takes the place of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.store.enums import PublishState
from studio.store.package_enums import PackageOrigin
from studio.store.packages import MentoringPackage, Version
from studio.store.pairings import Pairing


@dataclass(frozen=True)
class Chain:
    """All versions of one trainee's package with one mentor, of any run, seen from one pairing of the two."""

    pairing_id: UUID
    versions: Sequence[Version]
    # Of the same trainee with other mentors.
    others: Sequence[Version]

    @classmethod
    def of(cls, of: Pairing | MentoringPackage, versions: Sequence[Version]) -> "Chain":
        """Return the chain of a pairing, or of the one that a version belongs to, from all of its trainee."""
        pairing_id = of.id if isinstance(of, Pairing) else of.pairing_id
        mine = [one for one in versions if one.package.mentor_id == of.mentor_id]
        return cls(pairing_id, mine, [one for one in versions if one.package.mentor_id != of.mentor_id])

    @property
    def next_number(self) -> int:
        """The number of the next version, whichever run it is made in."""
        return max((one.package.number for one in self.versions), default=0) + 1

    @property
    def in_use(self) -> MentoringPackage | None:
        """The newest version that was made for the pairing."""
        return _newest([one for one in self.versions if one.package.pairing_id == self.pairing_id])

    @property
    def before(self) -> MentoringPackage | None:
        """The version that the pairing's next one goes on from; None where there is none.

        That is its own, but what people have edited since in another published run counts more; and of a run that
        has none the newest of all. What is edited in a draft stays there until a later run begins.
        """
        own = self.in_use
        if own is None:
            return _newest(self.versions)
        edited = [
            one
            for one in self.versions
            if one.was_published
            and one.package.origin is PackageOrigin.EDITED
            and one.package.number > own.number
        ]
        return _newest(edited) or own

    @property
    def shown(self) -> MentoringPackage | None:
        """The newest version beside the drafts of other runs: what whoever edits must have read."""
        return _newest(
            [one for one in self.versions if one.was_published or one.package.pairing_id == self.pairing_id]
        )

    @property
    def replaced(self) -> MentoringPackage | None:
        """Another mentor's package that the pairing's first version takes the place of.

        The published one counts, or else the newest that was published once.
        """
        once = [one for one in self.others if one.was_published]
        if not once or self.in_use is not None:
            return None
        return max(once, key=_in_force).package


def _newest(versions: Sequence[Version]) -> MentoringPackage | None:
    return max(versions, key=lambda one: one.package.number).package if versions else None


def _in_force(one: Version) -> tuple[bool, datetime, int]:
    return one.publish_state is PublishState.PUBLISHED, one.package.created_at, one.package.number
