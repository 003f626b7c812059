"""How a cell is drawn: colours and attributes as SGR parameters, and the shortest way from one pen to another.

The parameters are those that the framework writes: each span begins with all of its own, and ends with a reset.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache

from console.values import dataclass

_PARAMETER = re.compile(r"[34]8;(?:5;\d+|2;\d+;\d+;\d+)|\d+")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "21": "24", "7": "27", "9": "29", "53": "55"}
"""What turns an attribute off. Bold and dim, and the two underlines, have one between them."""
_DRAWN = frozenset({"4", "21", "7", "9", "53"})
"""Attributes that show on a space: what is under, through or over it, and which colour is its ground."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Colours as SGR parameters, "" for the terminal's own, and the parameters of the attributes that are on."""

    color: str = ""
    ground: str = ""
    attributes: frozenset[str] = frozenset()
    blank: tuple[str, str, frozenset[str]] = field(init=False)
    """What of it shows on a space."""

    def __post_init__(self) -> None:
        drawn = self.attributes & _DRAWN
        object.__setattr__(self, "blank", (self.ground, self.color if drawn else "", drawn))


PLAIN = Pen()
RESET = "\x1b[m"


@lru_cache(maxsize=4096)
def pen_of(parameters: str) -> Pen:
    """The pen of a span that begins with these SGR parameters after a reset; the same object for the same pen."""
    color = ground = ""
    attributes: set[str] = set()
    for parameter in _PARAMETER.findall(parameters):
        if parameter in _OFF:
            attributes.add(parameter)
        elif parameter in ("39", "49"):
            color, ground = (color, "") if parameter == "49" else ("", ground)
        elif parameter.startswith("4") or parameter.startswith("10"):
            ground = parameter
        elif parameter.startswith("3") or parameter.startswith("9"):
            color = parameter
    return _same(color, ground, frozenset(attributes))


@lru_cache(maxsize=4096)
def for_space(pen: Pen, at_hand: Pen) -> Pen:
    """A pen that draws spaces as `pen` does and is the nearest to the one at hand."""
    if pen.blank == at_hand.blank:
        return at_hand
    if pen.blank[2] or at_hand.blank[2]:
        return pen
    return _same(at_hand.color, pen.ground, at_hand.attributes)


@lru_cache(maxsize=16384)
def change(before: Pen | None, after: Pen) -> str:
    """The shortest SGR that makes one pen of another; of an unknown one, from a reset."""
    if before is after:
        return ""
    if after is PLAIN:
        return RESET
    whole = [*sorted(after.attributes, key=int), *filter(None, (after.color, after.ground))]
    anew = f"\x1b[0;{';'.join(whole)}m"
    if before is None:
        return anew
    off = {_OFF[one] for one in before.attributes - after.attributes}
    on = {one for one in after.attributes if one not in before.attributes or _OFF[one] in off}
    steps = [*sorted(off, key=int), *sorted(on, key=int)]
    if before.color != after.color:
        steps.append(after.color or "39")
    if before.ground != after.ground:
        steps.append(after.ground or "49")
    step = f"\x1b[{';'.join(steps)}m" if steps else ""
    return min(step, anew, key=len)


@lru_cache(maxsize=4096)
def _same(color: str, ground: str, attributes: frozenset[str]) -> Pen:
    pen = Pen(color, ground, attributes)
    return PLAIN if pen == PLAIN else pen
