"""What the log says of a console's work, and what can never get into it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest

import console
from console.client.wire import Exchange, Opened
from console.contract.events import MessageCreated
from console.state import changes, reduce
from console.state.log import Log
from console.state.log_file import NAME, LogFile, read
from console.state.rows import Delivery, LineStatus
from console.state.store import Store
from console.text.safe import SafeLine
from tests.state.values import START, Clock, conversation, message, words
from tests.text.hostile import CONTROLS
from tests.text.nasty import unsafe

HEAD = f"2026-11-17T14:00:00.000Z {os.getpid()}"
SERVER = "https://api.plato.ae"
FIRST = f"{HEAD} start connect360={console.__version__} server=api.plato.ae profile=default"
SENT = Exchange("v1.connect.send", "POST", 200, None, 41, 1, 97, 512)


def log_in(
    directory: Path, *, profile: str = "default", secrets: Collection[str] = (), file: LogFile | None = None
) -> Log:
    """A log, begun at the tests' start."""
    log = Log(directory, now=Clock().now, profile=profile, secrets=secrets, file=file)
    log.start(SERVER)
    return log


def written(local_id: str, state: Delivery = "sending") -> changes.LocalWritten:
    """What the outbox tells of a message."""
    entry = reduce.local_entry(local_id, "c", words("I am sorry"), me=None, at=START, delivery=state)
    return changes.LocalWritten(entry)


def lines_of(log: Log, directory: Path) -> list[str]:
    """What it says after its first line, without the time and the process."""
    log.close()
    first, *lines = read(directory)
    assert first == FIRST
    return [line.removeprefix(f"{HEAD} ") for line in lines]


def test_it_says_how_each_request_went(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.wire(Exchange("probe", "GET", 404, None, 12, 1, 0, 93))
    log.wire(Exchange("v1.connect.send", "POST", None, "TimedOut", 15_000, 2, 97, 0))
    log.wire(Exchange("v1.connect.session", "GET", 200, "NotUnderstood", 3, 1, 0, 4_096))
    log.wire(Opened("v1.connect.events", "GET", 200, 9, 1, None))
    log.wire(Exchange("v1.connect.events", "GET", 200, "Dropped", 61_234, 1, 0, 8_192, 17))
    log.wire(Opened("v1.connect.events", "GET", 200, 9, 1, "41"))
    assert lines_of(log, tmp_path) == [
        "call probe GET 404 ms=12 up=0 down=93 try=1",
        "call v1.connect.send POST TimedOut ms=15000 up=97 down=0 try=2",
        "call v1.connect.session GET 200 NotUnderstood ms=3 up=0 down=4096 try=1",
        "open v1.connect.events GET 200 ms=9 after=- try=1",
        "shut v1.connect.events GET 200 Dropped ms=61234 up=0 down=8192 events=17 try=1",
        "open v1.connect.events GET 200 ms=9 after=41 try=1",
        "end",
    ]


def test_it_says_when_another_server_is_worked_with_and_what_ended_it(tmp_path: Path) -> None:
    log = log_in(tmp_path, profile="default")
    log.start(SERVER)
    log.start("http://127.0.0.1:8360/connect")
    log.close(KeyError("nobody planned it"))
    log.close()
    log.wire(SENT)
    assert [line.removeprefix(f"{HEAD} ") for line in read(tmp_path)][1:] == [
        f"start connect360={console.__version__} server=127.0.0.1:8360 profile=default",
        "end KeyError",
    ]


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("http://127.0.0.1:8360/connect?key=plato_x", "127.0.0.1:8360"),
        ("https://maya:hunter2@shop.example.com", "shop.example.com"),
        ("http://[::1", "odd"),
        ("", "odd"),
    ],
)
def test_of_an_address_the_host_alone_is_told(tmp_path: Path, address: str, server: str) -> None:
    log = Log(tmp_path, now=Clock().now, profile="default")
    log.start(address)
    log.close()
    assert f" server={server} " in next(read(tmp_path))


def test_a_console_that_never_worked_with_a_server_leaves_no_log(tmp_path: Path) -> None:
    Log(tmp_path, now=Clock().now, profile="default").close()
    assert [*tmp_path.iterdir()] == []


def test_the_line_is_told_when_its_state_changes(tmp_path: Path) -> None:
    store, log = Store(START), log_in(tmp_path)
    store.overhear(log.change)
    for status in (
        LineStatus("live", START, 7),
        LineStatus("live", START, 8),
        LineStatus("reconnecting", START, problem=SafeLine("The server said: I am sorry")),
        LineStatus("offline", START),
        LineStatus("live", START),
    ):
        store.apply(changes.LineChanged(status))
    assert lines_of(log, tmp_path) == ["line live", "line reconnecting", "line offline", "line live", "end"]


def test_a_message_is_told_by_its_ids_from_the_outbox_to_its_end(tmp_path: Path) -> None:
    store, log = Store(START), log_in(tmp_path)
    store.overhear(log.change)

    def becomes(local_id: str, *states: Delivery) -> None:
        for state in states:
            store.apply(written(local_id, state))

    becomes("local_1", "held", "held", "sending")
    store.apply(changes.MessageAnswered(message("msg_1", by="me", text="I am sorry"), "local_1"))
    store.apply(changes.LocalGone("c", "local_1"))
    becomes("local_2", "sending", "unknown")
    store.apply(
        MessageCreated(
            id="7",
            at=START,
            type="message.created",
            message=message("msg_2", by="me", text="I am sorry"),
            conversation=conversation("c"),
            idempotency_key="local_2",
        )
    )
    becomes("local_3", "held")
    store.apply(changes.LocalGone("c", "local_3"))
    store.apply(changes.MessageAnswered(message("msg_4"), "local_of_another_console"))
    assert lines_of(log, tmp_path) == [
        "outbox local_1 held",
        "outbox local_1 sending",
        "outbox local_1 sent msg_1",
        "outbox local_2 sending",
        "outbox local_2 unknown",
        "outbox local_2 sent msg_2",
        "outbox local_3 held",
        "outbox local_3 withdrawn",
        "end",
    ]


@pytest.mark.parametrize("hostile", [*CONTROLS.values(), "words of a customer", "x" * 1_000, "", "يا"])
def test_an_id_that_is_none_is_not_repeated(tmp_path: Path, hostile: str) -> None:
    log = log_in(tmp_path)
    log.wire(Opened("v1.connect.events", "GET", 200, 9, 1, hostile))
    log.change(written("local_1"))
    log.change(changes.MessageAnswered(message(hostile), "local_1"))
    assert lines_of(log, tmp_path) == [
        "open v1.connect.events GET 200 ms=9 after=odd try=1",
        "outbox local_1 sending",
        "outbox local_1 sent odd",
        "end",
    ]


@pytest.mark.parametrize("hostile", CONTROLS.values(), ids=CONTROLS.keys())
def test_a_line_is_safe_and_one_whatever_is_in_it(tmp_path: Path, hostile: str) -> None:
    log = Log(tmp_path, now=Clock().now, profile=f"{hostile}\n{hostile}\ud800" + "x" * 1_000)
    log.start(SERVER)
    log.close()
    raw = (tmp_path / NAME).read_text(encoding="utf-8")
    assert unsafe(raw, newline="\n") == []
    assert len(raw.splitlines()) == 2 and len(raw) < 1_000


def test_a_secret_is_redacted_should_it_get_in_all_the_same(tmp_path: Path) -> None:
    secrets = {"hunter2"}
    log = log_in(tmp_path, profile="default", secrets=secrets)
    secrets.add("added later")
    log.wire(Exchange("plato_abc hunter2 added later", "GET", 200, None, 1, 1, 0, 0))
    assert lines_of(log, tmp_path)[0] == "call [redacted] [redacted] [redacted] GET 200 ms=1 up=0 down=0 try=1"


def test_what_cannot_be_written_is_said_once_and_counted(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to("/dev/full")
    said: list[str] = []
    log = log_in(tmp_path)
    assert said == []
    log.tell(said.append)
    for _ in range(3):
        log.wire(SENT)
    assert said == [
        f"The log {tmp_path / NAME} cannot be written: No space left on device. "
        "The console goes on without it. Free some space or mend its permissions."
    ]
    (tmp_path / NAME).unlink()
    log.wire(SENT)
    log.tell(said.append)
    log.close()
    assert [line.removeprefix(f"{HEAD} ") for line in read(tmp_path)] == [
        "lost 4",
        "call v1.connect.send POST 200 ms=41 up=97 down=512 try=1",
        "end",
    ]
    assert len(said) == 1


def test_a_line_half_written_on_a_full_disk_spoils_no_other(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    with (tmp_path / NAME).open("a") as file:
        file.write("half a li")
    (tmp_path / NAME).rename(tmp_path / "kept")
    (tmp_path / NAME).symlink_to("/dev/full")
    log.wire(SENT)
    (tmp_path / "kept").replace(tmp_path / NAME)
    log.close()
    assert [line.removeprefix(f"{HEAD} ") for line in read(tmp_path)][1:] == ["half a li", "lost 1", "end"]
