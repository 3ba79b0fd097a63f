"""GraphQL enums: the studio's closed lists, each value described by its Chinese label."""

from collections.abc import Mapping
from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from graph.reading.stored import stored
from studio.store.enums import (
    CohortState,
    ContentEventKind,
    ContentKind,
    CourseEvent,
    DaySlot,
    DismissalReason,
    EmergingState,
    JobKind,
    JobState,
    Level,
    MatchObjective,
    MatchRunState,
    Measure,
    ModelMetric,
    ModelWay,
    Origin,
    PairingOrigin,
    PairingState,
    PublishState,
    QuestionKind,
    RegionKind,
    RetrainOutcome,
    ReviewReason,
    Role,
    RuleKind,
    ShadowStep,
    TagStatus,
    ThreePoint,
    TraineeRole,
)
from studio.store.labels import LABELS
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.mentor_enums import MentorKind, PairingKind
from studio.store.package_enums import Ability, DeliveryMode, DifferenceKind, PackageAction, PackageOrigin
from studio.store.pairing_enums import (
    ConsentAnswer,
    DeclineReason,
    EndReason,
    MeetingKind,
    Party,
    WeightsMetric,
    WeightsOutcome,
    WeightsWay,
)
from studio.store.preset_enums import PresetKind

# Other features import the studio's enums from here, where they are declared.
__all__ = [
    "Ability",
    "CohortState",
    "ConsentAnswer",
    "ContentEventKind",
    "ContentKind",
    "CourseEvent",
    "DaySlot",
    "DeclineReason",
    "DeliveryMode",
    "DifferenceKind",
    "DismissalReason",
    "EmergingState",
    "EndReason",
    "EnumLabel",
    "EnumValueLabel",
    "JobKind",
    "JobState",
    "Level",
    "LimitGroup",
    "LimitKind",
    "MatchObjective",
    "MatchRunState",
    "Measure",
    "MeetingKind",
    "MentorKind",
    "ModelMetric",
    "ModelWay",
    "OrderDirection",
    "Origin",
    "PackageAction",
    "PackageOrigin",
    "PairingKind",
    "PairingOrigin",
    "PairingState",
    "Party",
    "PresetKind",
    "PublishState",
    "QuestionKind",
    "RegionKind",
    "RetrainOutcome",
    "ReviewReason",
    "Role",
    "RuleKind",
    "ShadowStep",
    "TagStatus",
    "ThreePoint",
    "TraineeRole",
    "WeightsMetric",
    "WeightsOutcome",
    "WeightsWay",
    "declare",
    "enum_labels",
]


# Every enum of the schema with the labels of its values, in the order of declaration.
_declared: dict[type[StrEnum], Mapping[str, str]] = {}


def declare(kind: type[StrEnum], labels: Mapping[str, str]) -> None:
    """Make `kind` a GraphQL enum, in place: resolvers and operations then share one Python class."""
    _declared[kind] = labels
    strawberry.enum(kind, description=(kind.__doc__ or "").strip())
    definition: StrawberryEnumDefinition = kind.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = labels[value.name]


PUBLISHED_ENUMS: tuple[type[StrEnum], ...] = (
    TraineeRole,
    Level,
    ThreePoint,
    RegionKind,
    CohortState,
    QuestionKind,
    Measure,
    TagStatus,
    ReviewReason,
    EmergingState,
    ContentKind,
    Origin,
    ContentEventKind,
    DismissalReason,
    RuleKind,
    PresetKind,
    LimitKind,
    LimitGroup,
    MatchObjective,
    MatchRunState,
    PublishState,
    PairingState,
    Party,
    ConsentAnswer,
    DeclineReason,
    EndReason,
    MeetingKind,
    PairingOrigin,
    PairingKind,
    MentorKind,
    ShadowStep,
    DaySlot,
    Ability,
    DeliveryMode,
    PackageOrigin,
    PackageAction,
    DifferenceKind,
    CourseEvent,
    JobState,
    JobKind,
    RetrainOutcome,
    ModelWay,
    ModelMetric,
    WeightsOutcome,
    WeightsWay,
    WeightsMetric,
    Role,
)
for _kind in PUBLISHED_ENUMS:
    declare(_kind, LABELS[_kind])


class OrderDirection(StrEnum):
    """Which way a list is ordered."""

    ASC = "ASC"
    DESC = "DESC"


declare(OrderDirection, {"ASC": "升序", "DESC": "降序"})


@strawberry.type(description="The Chinese label of one value of an enum.")
class EnumValueLabel:
    """The Chinese label of one value of an enum."""

    value: str = stored("The value as it stands in the schema, such as HOT.")
    label: str = stored("The Chinese label to show, such as 党建热点.")


@strawberry.type(description="The labels of one enum, for menus and headings.")
class EnumLabel:
    """The labels of one enum."""

    name: str = stored("The enum's name in the schema.")
    values: list[EnumValueLabel] = stored("Its values in the order in which they are shown.")


def enum_labels(names: list[str] | None) -> list[EnumLabel]:
    """Return the labels of the named enums, or of all; names that are no enum are left out."""
    return [
        EnumLabel(
            name=kind.__name__,
            values=[EnumValueLabel(value=value.value, label=labels[value.name]) for value in kind],
        )
        for kind, labels in _declared.items()
        if names is None or kind.__name__ in names
    ]
