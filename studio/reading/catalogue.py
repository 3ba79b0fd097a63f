"""All entities by name."""

from collections.abc import Mapping

from studio.reading.entities.cohorts import COHORTS
from studio.reading.entities.collaborative import COLLABORATIVE
from studio.reading.entities.consents import CONSENTS
from studio.reading.entities.content_events import CONTENT_EVENTS
from studio.reading.entities.emerging import EMERGING
from studio.reading.entities.fairness import FAIRNESS
from studio.reading.entities.gaps import GAPS
from studio.reading.entities.heat import HEAT
from studio.reading.entities.limits import LIMITS
from studio.reading.entities.matches import MATCHES
from studio.reading.entities.meetings import MEETINGS
from studio.reading.entities.needs import NEEDS
from studio.reading.entities.packages import PACKAGES
from studio.reading.entities.pair_ratings import PAIR_RATINGS
from studio.reading.entities.people import PEOPLE
from studio.reading.entities.presets import PRESETS
from studio.reading.entities.recommendations import RECOMMENDATIONS
from studio.reading.entities.review import REVIEW
from studio.reading.entities.sensitivity import SENSITIVITY
from studio.reading.entities.surveys import SURVEYS
from studio.reading.entities.topics import TOPICS
from studio.reading.entities.trends import TRENDS
from studio.reading.entities.weeks import WEEKS
from studio.reading.fields import Entity

ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for feature in (
        PEOPLE,
        COHORTS,
        TOPICS,
        SURVEYS,
        NEEDS,
        REVIEW,
        HEAT,
        TRENDS,
        GAPS,
        EMERGING,
        RECOMMENDATIONS,
        CONTENT_EVENTS,
        COLLABORATIVE,
        MATCHES,
        LIMITS,
        PRESETS,
        CONSENTS,
        PAIR_RATINGS,
        MEETINGS,
        SENSITIVITY,
        FAIRNESS,
        PACKAGES,
        WEEKS,
    )
    for entity in feature
}
