"""What a limit of a match can ask, and of whom."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from studio.store.enums import Level, TraineeRole
from studio.store.mentor_enums import PairingKind


class LimitKind(StrEnum):
    """What a limit asks of a match (人数限额)."""

    CAP = "CAP"
    MINIMUM = "MINIMUM"
    QUOTA = "QUOTA"


class LimitGroup(StrEnum):
    """What the people of a quota have in common (限额按什么分)."""

    TRAINEE_COUNTY = "TRAINEE_COUNTY"
    TRAINEE_ROLE = "TRAINEE_ROLE"
    TRAINEE_LEVEL = "TRAINEE_LEVEL"
    MENTOR_COUNTY = "MENTOR_COUNTY"
    PAIRING_KIND = "PAIRING_KIND"


# The closed lists that the values of some groups come from; counties are names.
LISTED: Final[Mapping[LimitGroup, type[StrEnum]]] = {
    LimitGroup.TRAINEE_ROLE: TraineeRole,
    LimitGroup.TRAINEE_LEVEL: Level,
    LimitGroup.PAIRING_KIND: PairingKind,
}
