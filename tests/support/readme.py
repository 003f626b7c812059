"""The README's tables, made from the code. `python -m tests.support.readme` writes them into it."""

from __future__ import annotations

import re
from pathlib import Path

from console.actions import ACTIONS
from console.contract.permissions import ROLES
from console.contract.procedures import ENDPOINTS, PROCEDURES
from console.keymap import Keymap

README = Path(__file__).parent.parent.parent / "README.md"
SECTIONS = ("Everywhere", "Views", "Conversations", "Thread", "Composer")


def key_table() -> str:
    """Every action: its keys, what it does, the name that a setting calls it by."""
    keymap = Keymap()
    rows = ["| keys | what it does | name |", "|---|---|---|"]
    for section in SECTIONS:
        rows.append(f"| **{section}** | | |")
        for action in ACTIONS:
            if action.section == section:
                keys = " ".join(_code(key) for key in keymap.shown_all(action.id))
                rows.append(f"| {keys} | {action.meaning} | `{action.id}` |")
    return "\n".join(rows)


def procedure_table() -> str:
    """Every procedure and endpoint: how it is called, what it needs, whether it is documented."""
    rows = ["| call | kind | needs | documented | what it does |", "|---|---|---|---|---|"]
    for one in PROCEDURES.values():
        known = "yes" if one.documented else f"no, `{one.feature}`" if one.feature else "no"
        rows.append(f"| `{one.path}` | {one.kind} | {_needs(one.permission)} | {known} | {one.summary} |")
    for end in ENDPOINTS:
        known = "yes" if end.documented else "no"
        path = f"`{end.method} {end.path}`"
        rows.append(f"| {path} | REST | {_needs(end.permission)} | {known} | {end.summary} |")
    return "\n".join(rows)


def role_table() -> str:
    """The roles that the workspace server gives out."""
    rows = ["| role | permissions |", "|---|---|"]
    for role, permissions in ROLES.items():
        rows.append(f"| {role} | {', '.join(f'`{one}`' for one in sorted(permissions))} |")
    return "\n".join(rows)


TABLES = {"keys": key_table, "procedures": procedure_table, "roles": role_table}


def with_tables(text: str) -> str:
    """The README with each table made anew between its marks."""
    for name, table in TABLES.items():
        marks = re.compile(rf"(<!-- {name} -->)\n.*?(<!-- /{name} -->)", re.DOTALL)
        made = table()
        text, count = marks.subn(lambda found, made=made: f"{found[1]}\n{made}\n{found[2]}", text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"README.md needs one pair of marks for {name}")
    return text


def _code(key: str) -> str:
    return f"`{key}`".replace("|", "\\|")


def _needs(permission: object) -> str:
    if permission is None:
        return "a key"
    wanted = sorted(permission) if isinstance(permission, frozenset) else [permission]
    return " or ".join(f"`{one}`" for one in wanted)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
