"""The vendors whose APIs the sandbox serves. A module or package here that has a `NAME` is one; no list names them.

Each offers `NAME` (its source's name), `CREDENTIALS` (the connector settings it accepts, besides `base_url`) and
`app(facts, window_scale, page_cap=None)`, the Starlette application that is mounted at `/<NAME>`. `ga4` has none: it
writes files, as does the ledger beside this package.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType


def discover() -> dict[str, ModuleType]:
    """Every vendor by source name, in alphabetical order of its module."""
    found: dict[str, ModuleType] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = import_module(f"{__name__}.{info.name}")
        if hasattr(module, "NAME"):
            found[module.NAME] = module
    return found


VENDORS: dict[str, ModuleType] = discover()
