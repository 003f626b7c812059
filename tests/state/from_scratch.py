"""The lines of a view made from nothing but the rows and where each stands: what the outline must show at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from console.state.outline import Outline
from console.state.shown import OutlineLine
from console.state.views import BELONGS, Asked, View, facts_of, haystack_of, words_of


def lines_of(
    outline: Outline,
    view: View,
    *,
    now: datetime,
    folded: Collection[str] = (),
    query: str = "",
    me: str | None = None,
    drafts: Collection[str] = (),
) -> list[OutlineLine]:
    """The lines, by the plainest way to them."""
    rows = {row.id: row for row in outline.rows()}
    paths = {id: [one.id for one in outline.path(id)] for id in rows}
    asked, words = Asked(now, me, drafts), words_of(query)
    matching = {
        id
        for id, row in rows.items()
        if BELONGS[view](id, facts_of(row), asked) and all(word in haystack_of(row) for word in words)
    }
    newest: dict[str, float] = {}
    kept: dict[str, float] = {}
    for id, row in rows.items():
        for above in paths[id]:
            newest[above] = max(newest.get(above, row.at.timestamp()), row.at.timestamp())
    for id in matching:
        since = rows[id].waiting_since if view == "waiting" else None
        for above in paths[id]:
            seconds = since.timestamp() if since else -newest[above]
            kept[above] = min(kept.get(above, seconds), seconds)
    below: dict[str | None, list[tuple[float, str]]] = defaultdict(list)
    for id, seconds in kept.items():
        below[paths[id][-2] if len(paths[id]) > 1 else None].append((seconds, id))
    closed = () if query else folded
    lines: list[OutlineLine] = []
    stack: list[tuple[str, tuple[bool, ...]]] = []

    def descend(id: str | None, guides: tuple[bool, ...]) -> None:
        siblings = sorted(below.get(id, ()), reverse=True)  # the stack turns them round again
        stack.extend((child, (*guides, place == 0)) for place, (_, child) in enumerate(siblings))

    descend(None, ())
    while stack:
        id, guides = stack.pop()
        is_folded = id in below and id in closed
        hidden = [rows[one] for one in kept if id in paths[one][:-1]] if is_folded else []
        marks = (len(hidden), any(one.waiting_since for one in hidden), any(one.unread for one in hidden))
        lines.append(OutlineLine(rows[id], len(guides) - 1, guides, id in below, id in matching, *marks))
        if not is_folded:
            descend(id, guides)
    return lines


def shown(outline: Outline, view: View, **given: object) -> list[OutlineLine]:
    """The lines that the outline shows, which are those that are made from scratch."""
    outline.shown.ask(view, **given)  # type: ignore[arg-type]
    lines = list(outline.shown)
    assert lines == lines_of(outline, view, **given)  # type: ignore[arg-type]
    return lines
