"""Modules that are executed at their first use, or when there is time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.lazily import lazily, use_one

_NAMES = ("one", "two", "three")


@pytest.fixture
def executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The modules of a package `made_up`, as they are executed."""
    for place in ("made_up/__init__.py", *(f"made_up/{name}.py" for name in _NAMES)):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("import made_up\nmade_up.__dict__.setdefault('all', []).append(__name__)\n")
    monkeypatch.syspath_prepend(tmp_path)
    import made_up  # type: ignore[import-not-found]

    made_up.all.clear()
    yield made_up.all
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_up"]:
        del sys.modules[name]


def test_a_module_is_executed_when_something_of_it_is_used(executed: list[str]) -> None:
    one, two = lazily("made_up", "one two")
    assert executed == []
    assert two.__name__ == "made_up.two" and executed == ["made_up.two"]
    assert next(lazily("made_up", "two")) is two and one.made_up.all is executed
    assert executed == ["made_up.two", "made_up.one"]


def test_those_that_nobody_used_are_executed_one_by_one_when_there_is_time(executed: list[str]) -> None:
    for _ in range(len(sys.modules)):  # the console's own
        use_one()
    one, two, three = lazily("made_up", " ".join(_NAMES))
    assert one.__name__ == "made_up.one"
    use_one()
    assert executed == ["made_up.one", "made_up.two"]
    use_one()
    use_one()
    assert executed == ["made_up.one", "made_up.two", "made_up.three"] and three.made_up and two.made_up


def test_a_module_that_there_is_not_is_said_at_once(executed: list[str]) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"made_up\.four"):
        [*lazily("made_up", "four")]
