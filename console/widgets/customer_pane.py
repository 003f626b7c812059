"""The customer pane: who it is, how to reach them, what is known, and the state of the conversation."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from console.state.rows import ConversationRow
from console.text.safe import SafeLine
from console.text.width import cell_width, wrap
from console.widgets.spans import shown

_LABEL = 10


class CustomerPane(Static, can_focus=True):
    """Shows the customer of `row` and its conversation's triage."""

    row: reactive[ConversationRow | None] = reactive(None)
    assignee: reactive[SafeLine | None] = reactive(None)
    count: reactive[int] = reactive(0)  # conversations of this customer that are known

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)

    def watch_row(self) -> None:
        self._draw()

    def watch_assignee(self) -> None:
        self._draw()

    def watch_count(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = max(10, self.content_size.width)
        # Its size is the pane's, whatever it says: nothing is laid out anew.
        self.update(customer_text(self.row, assignee=self.assignee, count=self.count, width=width), layout=False)


def customer_text(row: ConversationRow | None, *, assignee: SafeLine | None, count: int, width: int) -> Content:
    """The pane's text in `width` cells."""
    if row is None:
        return Content("")
    parts: list[Content] = []
    customer = row.customer
    if customer:
        parts.append(Content.styled(_wrapped(customer.name, width), "$customer bold"))
        parts += [Content(_wrapped(way, width)) for way in (customer.email, customer.phone) if way]
        if customer.external_id:
            parts.append(Content.styled(_wrapped(customer.external_id, width), "$muted"))
        parts.append(Content(""))
    else:
        parts += [Content.styled("no customer", "$muted"), Content("")]
    facts: list[tuple[str, str, str]] = []
    if count > 1:
        facts.append(("known in", f"{count} conversations", "$text"))
    facts.append(("status", _status(row), "$text"))
    facts.append(("with", assignee or "nobody", "$text" if assignee else "$muted"))
    if row.priority != "normal":
        facts.append(("priority", row.priority, "$danger" if row.priority in ("urgent", "high") else "$text"))
    if row.labels:
        facts.append(("labels", ", ".join(row.labels), "$text"))
    if row.channel:
        facts.append(("via", row.channel, "$text"))
    if customer and customer.language:
        facts.append(("language", customer.language, "$text"))
    parts += [_fact(label, value, style, width) for label, value, style in facts]
    if customer and customer.facts:
        parts.append(Content(""))
        parts += [_fact(key, value, "$text", width) for key, value in customer.facts]
    return Content("\n").join(parts)


def _fact(label: str, value: str, style: str, width: int) -> Content:
    room = max(4, width - _LABEL)
    first, *rest = wrap(value, room) or [""]
    head = shown(SafeLine(label), _LABEL - 1)
    lines = [
        Content.assemble((head + " " * (_LABEL - cell_width(head)), "$muted"), (shown(SafeLine(first), room), style))
    ]
    lines += [Content.styled(" " * _LABEL + shown(SafeLine(one), room), style) for one in rest]
    return Content("\n").join(lines)


def _status(row: ConversationRow) -> str:
    if row.status == "snoozed" and isinstance(row.snoozed_until, datetime):
        return f"snoozed to {row.snoozed_until.astimezone():%d %b %H:%M}"
    return row.status


def _wrapped(text: SafeLine, width: int) -> str:
    return "\n".join(shown(SafeLine(part), width) for part in wrap(text, width))
