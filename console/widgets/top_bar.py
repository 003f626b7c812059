"""The first line: the workspace and its view, what is true of the line to the server, who we are.

What it says of the line changes with the line's state, and once a minute at most while that stays.
"""

from __future__ import annotations

from datetime import UTC, datetime

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from console import themes
from console.state.rows import Identity, LineStatus
from console.text.age import age
from console.text.safe import SafeLine
from console.widgets.spans import Role, Span, shown, spread, strip_of, width_of

_STATES: dict[str, tuple[str, str, Role]] = {
    "connecting": ("○", "connecting", "muted"),
    "live": ("●", "live", "success"),
    "polling": ("◐", "polling", "muted"),
    "reconnecting": ("◌", "reconnecting", "waiting"),
    "offline": ("○", "offline", "danger"),
    "refused": ("✕", "refused", "danger"),
}


UNSENT_MARK = "▲"


class TopBar(Widget):
    """One line, made of what it is given."""

    DEFAULT_CSS = """
    TopBar { height: 1; width: 1fr; }
    """

    identity: reactive[Identity | None] = reactive(None)
    status: reactive[LineStatus | None] = reactive(None)
    place: reactive[SafeLine] = reactive(SafeLine(""))
    profile: reactive[SafeLine] = reactive(SafeLine(""))
    now: reactive[datetime] = reactive(lambda: datetime.now(UTC))
    unsent: reactive[int] = reactive(0)
    measured: reactive[SafeLine] = reactive(SafeLine(""))

    def render_line(self, y: int) -> Strip:
        spans = top_line(
            self.identity,
            self.status,
            self.place,
            self.profile,
            self.now,
            self.size.width,
            unsent=self.unsent,
            measured=self.measured,
        )
        return strip_of(spans, themes.styles(self.app.current_theme), self.size.width, self.rich_style)


def top_line(
    identity: Identity | None,
    status: LineStatus | None,
    place: SafeLine,
    profile: SafeLine,
    now: datetime,
    width: int,
    *,
    unsent: int = 0,
    measured: SafeLine = SafeLine(""),  # noqa: B008 (a NewType is a str)
) -> list[Span]:
    """The line in `width` cells. Where there is little room the line's state stays, who we are goes first."""
    who: list[Span] = []
    # A server without a session says neither who we are nor where, and of our role never anything.
    if identity and identity.member:
        who = [("   ", "text"), (shown(identity.member, 24), "text")]
        who += [(f" · {identity.role}", "muted")] if identity.role else []
    if measured:  # asked for, so it comes before who we are
        who = [("   ", "text"), (measured, "muted")]
    if profile:
        who += [("   ", "text"), (profile, "muted")]
    where: list[Span] = [(" ", "text")]
    if identity and identity.workspace:
        where += [(shown(identity.workspace, max(8, width // 3)), "name"), (" ▸ ", "faint")]
    where.append((place, "muted"))
    if unsent:
        where.append((f"   {UNSENT_MARK} {unsent} not sent", "waiting"))
    states = _states(status, now)
    state = next((one for one in states if width_of(where) + width_of(one) + 2 <= width), states[-1])
    if width_of(where) + width_of(state) + width_of(who) + 3 > width:
        who = []
    return spread(where, [*state, *who, (" ", "text")], width)


def _states(status: LineStatus | None, now: datetime) -> list[list[Span]]:
    """What is true of the line, as long as it is good to have, then shorter; the last one is the least."""
    if status is None:
        return [[]]
    mark, words, role = _STATES[status.state]
    quiet: Role = "muted" if role == "success" else role
    least: list[Span] = [(f"{mark} ", role), (words, quiet)]
    more = [*least, *((f" {word}", quiet) for word in _particulars(status, now))]
    if status.as_of is None or (how_old := age(status.as_of, now)) == "now":
        return [more, least]
    seen: Span = (f" · seen {how_old} ago", quiet)
    return [[*more, seen], [*least, seen], more, least]


def _particulars(status: LineStatus, now: datetime) -> list[str]:
    if status.state == "live" and status.latency_ms is not None:
        return [f"{status.latency_ms} ms"]
    if status.state == "polling" and status.every is not None:
        return [f"every {status.every:g} s" if status.every < 60 else f"every {status.every / 60:g} min"]
    if status.state == "offline":
        return [f"since {_moment(status.since, now)}"]
    return []


def _moment(at: datetime, now: datetime) -> str:
    """The time of day, on another day that one before it."""
    here, today = at.astimezone(), now.astimezone().date()
    if here.date() == today:
        return f"{here:%H:%M}"
    return f"{here:%a %H:%M}" if (today - here.date()).days < 7 else f"{here.day} {here:%b}"
