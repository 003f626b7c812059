"""Modules that are executed at their first use: what the first frame does not need is named at the top all the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType

_unused: list[ModuleType] = []


def lazily(package: str, names: str) -> Iterator[ModuleType]:
    """The modules of a package; what one imports and defines is paid for when the first attribute is asked of it."""
    return (_lazy(f"{package}.{name}") for name in names.split())


def use_one() -> None:
    """Execute one of those that nobody has used yet: to be called when there is time. In the thread that uses them."""
    while _unused:
        module = _unused.pop(0)
        if type(module) is not ModuleType:
            vars(module)  # any attribute would do
            return


def _lazy(name: str) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"There is no module {name}.", name=name)
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    _unused.append(module)
    return module
