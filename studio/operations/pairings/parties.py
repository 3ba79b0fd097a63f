"""On which side of a pairing somebody speaks."""

from studio.errors import Forbidden, StudioError
from studio.store.enums import Role
from studio.store.pairing_enums import Party

PARTIES = {Role.MENTOR: Party.MENTOR, Role.TRAINEE: Party.TRAINEE}


def side_of(role: Role, party: Party | None, operation: str) -> Party:
    """Return who speaks: a mentor or a trainee for oneself, an organizer for the side named.

    Raises FORBIDDEN for the other side, and CONSENT_PARTY where an organizer names none.
    """
    own_side = PARTIES.get(role)
    if own_side is not None and party not in (None, own_side):
        raise Forbidden(operation, field="onBehalfOf")
    side = own_side or party
    if side is None:
        raise StudioError("CONSENT_PARTY", field="onBehalfOf")
    return side
