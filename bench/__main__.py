"""Run the benchmarks (all, or those named), print the figures, exit 1 where one is beyond its bound.

bounds.json: {"<module>.<figure>": {"max": x} or {"min": x}}. A bound whose figure is not measured fails too, unless its
module says by `SKIPPED` why it could not run here.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


class SkipBenchError(Exception):
    """Raised by a module that can't run here (no labelled data, say); the reason is printed."""


def main(names: list[str]) -> int:
    """Returns the number of figures beyond their bounds."""
    bounds: dict[str, dict[str, float]] = json.loads((FOLDER / "bounds.json").read_text(encoding="utf-8"))
    modules = names or sorted(m.name for m in pkgutil.iter_modules([str(FOLDER)]) if not m.name.startswith("_"))
    wrong = 0
    for name in modules:
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "measure"):
            continue
        print(f"{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        try:
            figures: dict[str, float] = module.measure()
        except SkipBenchError as reason:
            print(f"  skipped: {reason}")
            continue
        for figure, value in figures.items():
            bound = bounds.get(f"{name}.{figure}", {})
            held = bound.get("min", value) <= value <= bound.get("max", value)
            wrong += not held
            print(f"  {figure:44} {value:12,.3f}  {_says(bound)}{'' if held else '  BEYOND ITS BOUND'}", flush=True)
        for missing in (k for k in bounds if k.startswith(f"{name}.") and k.split(".", 1)[1] not in figures):
            wrong += 1
            print(f"  {missing}: bounded but not measured")
    return wrong


def _says(bound: dict[str, float]) -> str:
    return ", ".join(f"{'at least' if side == 'min' else 'at most'} {value:g}" for side, value in bound.items())


if __name__ == "__main__":
    sys.modules["bench.__main__"] = sys.modules["__main__"]
    sys.exit(1 if main(sys.argv[1:]) else 0)
