"""The starter presets of rules: what other counties do."""

import tomllib
from pathlib import Path

from studio.operations.rules.presets import PresetEntry
from studio.store.preset_enums import PresetKind

FILE = Path(__file__).parent / "presets.toml"


def load_presets() -> list[PresetEntry]:
    """Return the presets in their order."""
    return [
        PresetEntry(
            code=preset["code"],
            name=preset["name"],
            kind=PresetKind(preset["kind"]),
            parameters={name: float(value) for name, value in preset["parameters"].items()},
            reason=preset["reason"],
        )
        for preset in tomllib.loads(FILE.read_text(encoding="utf-8"))["presets"]
    ]
