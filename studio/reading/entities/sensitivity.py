"""How much to trust a run and its pairs."""

from studio.reading.fields import Entity, flag, integer, number, one
from studio.reading.own import tables

SENSITIVITY = (
    Entity(
        "RunSensitivity",
        tables["run_sensitivity"],
        {
            "draws": integer("draws"),
            "firmFrom": number("firm_from"),
            "weightChange": number("weight_change"),
            "examined": integer("examined"),
            "firm": integer("firm"),
            "share": number("share"),
        },
    ),
    Entity(
        "PairSensitivity",
        tables["pair_sensitivity"],
        {
            "stays": number("stays"),
            "firm": flag("firm"),
            "runnerUp": one("Mentor", "runner_up_id"),
            "margin": number("margin"),
        },
    ),
)
