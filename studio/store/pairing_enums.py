"""Closed lists of values about the life of a published pairing."""

from enum import StrEnum


class Party(StrEnum):
    """Whose consent a pairing needs."""

    MENTOR = "MENTOR"
    TRAINEE = "TRAINEE"


class ConsentAnswer(StrEnum):
    """What a mentor or a trainee says to a proposed pairing."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class DeclineReason(StrEnum):
    """Why somebody declines a pairing."""

    NO_TIME = "NO_TIME"
    OTHER_TOPIC = "OTHER_TOPIC"
    TOO_FAR = "TOO_FAR"
    RELATED = "RELATED"
    HEALTH = "HEALTH"
    CHANGE_OF_POST = "CHANGE_OF_POST"
    OTHER = "OTHER"


class EndReason(StrEnum):
    """Why people end a pairing before its time."""

    MENTOR_LEFT = "MENTOR_LEFT"
    TRAINEE_LEFT = "TRAINEE_LEFT"
    NEVER_MET = "NEVER_MET"
    BY_AGREEMENT = "BY_AGREEMENT"
    OTHER = "OTHER"


class MeetingKind(StrEnum):
    """What a mentor and a trainee met for, by the cadence (月交流·季复盘·年评估)."""

    TALK = "TALK"
    REVIEW = "REVIEW"
    ASSESSMENT = "ASSESSMENT"


class SystemReason(StrEnum):
    """Why a pairing changed its state without anybody's decision about this very pair."""

    SUPERSEDED = "SUPERSEDED"
    ROLLED_BACK = "ROLLED_BACK"
    RESTORED = "RESTORED"
    NO_ANSWER = "NO_ANSWER"
    WEEK_MOVED = "WEEK_MOVED"


class WeightsOutcome(StrEnum):
    """What came of learning the affinity's weights from ratings."""

    ADOPTED = "ADOPTED"
    NOT_BETTER = "NOT_BETTER"
    SAME_WEIGHTS = "SAME_WEIGHTS"
    TOO_FEW_RATINGS = "TOO_FEW_RATINGS"
    TOO_FEW_COHORTS = "TOO_FEW_COHORTS"


class WeightsWay(StrEnum):
    """Ways of foretelling a rating that are measured side by side."""

    LEARNED = "LEARNED"
    IN_FORCE = "IN_FORCE"
    MEAN_RATING = "MEAN_RATING"


class WeightsMetric(StrEnum):
    """How well ratings are foretold."""

    LOG_LOSS = "LOG_LOSS"
    CONCORDANCE = "CONCORDANCE"
