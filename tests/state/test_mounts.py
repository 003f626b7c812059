"""Where a server answered is known at the next start, and forgotten for none other."""

from __future__ import annotations

from pathlib import Path

from console.client.trpc import Mount
from console.state.database import Database
from console.state.mounts import Mounts

HERE, THERE = "https://here.example", "https://there.example"


def test_the_last_mount_of_a_server_is_known_whatever_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    database = Database(path, "default", HERE)
    assert Mounts(database).known() is None
    Mounts(database).keep(Mount("/trpc", "none"))
    Mounts(database).keep(Mount("/api/trpc", "superjson"))
    database.close()

    again, other = Database(path, "work", HERE), Database(path, "default", THERE)
    assert Mounts(again).known() == Mount("/api/trpc", "superjson")
    assert Mounts(other).known() is None
    again.close()
    other.close()


def test_what_another_hand_wrote_is_not_known(tmp_path: Path) -> None:
    database = Database(tmp_path / "console.sqlite", "default", HERE)
    with database.writing() as connection:
        connection.execute("insert into mounts values (?, '/trpc', 'xml')", (HERE,))
    assert Mounts(database).known() is None
    database.close()


def test_what_cannot_be_kept_is_left(tmp_path: Path) -> None:
    database = Database(tmp_path / "console.sqlite", "default", HERE)
    database.close()
    Mounts(database).keep(Mount("/trpc", "none"))
