"""Statements that go around SQLAlchemy: the same rows, the same errors, and nothing of the values in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, func, literal, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from console.server.store.engine import open_engine
from console.server.store.migrate import migrate
from console.server.store.prepared import Prepared
from console.server.store.schema import workspaces

INSERT = Prepared(workspaces.insert())
BY_ID = select(workspaces, (func.length(workspaces.c.name) + literal(1)).label("longer")).where(
    workspaces.c.id.in_(bindparam("ids", expanding=True)), workspaces.c.created_at >= bindparam("since")
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A new database."""
    migrate(tmp_path)
    engine = open_engine(tmp_path, "write")
    with engine.begin() as opened:
        for name in ("a", "b", "c"):
            INSERT.run(opened, {"id": name, "name": name.upper(), "created_at": 1})
        yield opened
    engine.dispose()


@pytest.mark.parametrize("ids", [[], ["a"], ["a", "b", "missing"], ["a", "b", "c"]], ids=len)
def test_a_list_brings_the_rows_that_sqlalchemy_brings(connection: Connection, ids: list[str]) -> None:
    theirs = connection.execute(BY_ID, {"ids": ids, "since": 0}).all()
    ours = Prepared(BY_ID).all_for(connection, ids, {"since": 0})
    assert ours == theirs
    assert [(row.name, row.longer) for row in ours] == [(row.name, row.longer) for row in theirs]


def test_one_row_is_had_by_name_and_none_is_none(connection: Connection) -> None:
    one = Prepared(select(workspaces).where(workspaces.c.id == bindparam("id")))
    assert one.first(connection, {"id": "b"}).name == "B"
    assert one.first(connection, {"id": "z"}) is None
    assert (one.scalar(connection, {"id": "b"}), one.scalar(connection, {"id": "z"})) == ("b", None)


def test_an_error_is_sqlalchemys_and_tells_nothing_of_what_was_written(connection: Connection) -> None:
    with pytest.raises(IntegrityError, match="UNIQUE") as failed:
        INSERT.run(connection, {"id": "a", "name": "a secret name", "created_at": 1})
    assert "secret" not in str(failed.value)


def test_a_parameter_that_is_not_given_is_an_error(connection: Connection) -> None:
    with pytest.raises(DBAPIError, match="binding"):
        INSERT.run(connection, {"id": "d"})
