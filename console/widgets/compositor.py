"""The framework's compositor, but that a change of few rows renders few rows, and nothing that is covered.

For any change it renders every widget that overlaps the rectangle around all that changed, from its first row to its
last: a letter in the composer and a word in the footer have each row of each pane between them put together anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import cast

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class SparingCompositor(Compositor):
    """Renders of a widget the rows that are to be drawn, where nothing covers them."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed, None where nothing did."""
        regions = self._dirty_regions.copy()
        self._dirty_regions.clear()
        if not regions:
            return None
        spans = list(self._regions_to_spans(regions))
        return ChopsUpdate(self._chops_of(spans), spans, [cuts[1:] for cuts in self.cuts])

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        """All of it: what is covered, as most of what panes stand in, is not rendered then either."""
        rows = filter(is_rendered_line, range(crop.y, min(crop.bottom, len(self.cuts))))
        return cast("Sequence[Mapping[int, Strip]]", self._chops_of([(y, *crop.column_span) for y in rows]))

    def _chops_of(self, spans: Sequence[tuple[int, int, int]]) -> list[dict[int, Strip | None]]:
        """By row, the pieces that stand between the edges of widgets; None for those that no span wants."""
        cuts = self.cuts
        chops: list[dict[int, Strip | None]] = [{} for _ in cuts]
        wanted: dict[int, set[int]] = {}
        for y, left, right in spans:
            chops[y] = dict.fromkeys(cuts[y][:-1])
            wanted.setdefault(y, set()).update(cut for cut, end in pairwise(cuts[y]) if cut < right and end > left)
        for widget, (region, clip) in self.visible_widgets.items():  # the front first
            if not any(wanted.values()):
                break
            shown = region.intersection(clip)
            left, right = shown.column_span
            rows = [y for y, missing in wanted.items() if shown.y <= y < shown.bottom and _any_in(missing, left, right)]
            for first, last in _runs(sorted(rows)):
                crop = Region(left - region.x, first - region.y, shown.width, last - first + 1)
                for y, strip in enumerate(widget.render_lines(crop), first):
                    edges = [cut for cut in cuts[y] if left <= cut <= right]
                    pieces = strip.divide([cut - left for cut in edges[1:]])
                    for cut, piece in zip(edges, pieces, strict=False):
                        if cut in wanted[y]:
                            chops[y][cut] = piece
                            wanted[y].discard(cut)
        return chops


def _any_in(cuts: Iterable[int], left: int, right: int) -> bool:
    return any(left <= cut < right for cut in cuts)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of rows that follow one another."""
    start = 0
    for place, row in enumerate(rows):
        if place + 1 == len(rows) or rows[place + 1] != row + 1:
            yield rows[start], row
            start = place + 1
