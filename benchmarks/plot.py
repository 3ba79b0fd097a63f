"""A plot with logarithmic axes as an SVG file, without a library."""

from math import ceil, floor, log10
from pathlib import Path

Points = list[tuple[float, float]]

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 460, 320, 60, 30, 45, 12
_COLOURS = ("#1b6ca8", "#c4572b", "#3a7d44", "#7a5195")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def write_plot(panels: list[tuple[str, dict[str, Points]]], x_title: str, file: Path) -> None:
    """Draw panels side by side, each a title and named lines of points, both axes logarithmic."""
    parts = [_panel(x_title, *panel, number * _WIDTH) for number, panel in enumerate(panels)]
    width = _WIDTH * len(panels)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="11">'
    )
    file.write_text("\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"]))


def _panel(x_title: str, title: str, lines: dict[str, Points], offset: int) -> str:
    """Return one panel, drawn from `offset` on."""
    points = [point for line in lines.values() for point in line]
    x_axis, y_axis = (_decades([point[axis] for point in points]) for axis in (0, 1))
    right, floor_y = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x, y = (
            (log10(value) - low) / (high - low)
            for value, (low, high) in zip(point, (x_axis, y_axis), strict=True)
        )
        return offset + _LEFT + x * (right - _LEFT), floor_y - y * (floor_y - _TOP)

    drawn = [f'<text x="{offset + _LEFT}" y="16" font-size="13">{title}</text>']
    for power in range(y_axis[0], y_axis[1] + 1):
        _, y = at((10.0 ** x_axis[0], 10.0**power))
        drawn.append(_line([(offset + _LEFT, y), (offset + right, y)], "#dddddd", 1))
        drawn.append(
            f'<text x="{offset + _LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_power(power)}</text>'
        )
    for power in range(x_axis[0], x_axis[1] + 1):
        x, _ = at((10.0**power, 10.0 ** y_axis[0]))
        drawn.append(_line([(x, _TOP), (x, floor_y)], "#dddddd", 1))
        drawn.append(f'<text x="{x:.1f}" y="{floor_y + 16}" text-anchor="middle">{_power(power)}</text>')
    middle = offset + (_LEFT + right) // 2
    drawn.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{x_title}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour, places = _COLOURS[number % len(_COLOURS)], [at(point) for point in line]
        drawn.append(_line(places, colour, 2))
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        y = _TOP + 14 + 15 * number
        drawn.append(_line([(offset + _LEFT + 8, y - 4), (offset + _LEFT + 26, y - 4)], colour, 2))
        drawn.append(f'<text x="{offset + _LEFT + 32}" y="{y}">{name}</text>')
    return "\n".join(drawn)


def _decades(values: list[float]) -> tuple[int, int]:
    """Return the powers of ten around all values."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _power(power: int) -> str:
    return f"10{str(power).translate(_SUPERSCRIPT)}"


def _line(places: list[tuple[float, float]], colour: str, width: int) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
