"""Run the benchmarks (all, or those named), print the figures, exit 1 where one is beyond its bound.

    python -m bench            all, each in a process of its own; about a quarter of an hour on two quiet cores
    python -m bench web nlp    these
    python -m bench.alerts_replay, python -m bench.index 1000000    too long for every day: by name only, as are modules
                               that say `LONG = True`

bounds.json: {"<module>.<figure>": {"max": x} or {"min": x}}. A bound whose figure is not measured fails too, unless its
module raises SkipBenchError with the reason why it can't run here; so does a bound that names no module.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
Bounds = dict[str, dict[str, float]]


class SkipBenchError(Exception):
    """Raised by a module that can't run here (no labelled data, say); the reason is printed."""


def main(arguments: Sequence[str]) -> int:
    """Returns the number of figures (of several modules: of modules) that are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_modules()))
    names: list[str] = parser.parse_args(arguments).names
    if unknown := sorted(set(names) - set(_modules())):
        parser.error(f"no such benchmark: {', '.join(unknown)} (there are {', '.join(_modules())})")
    bounds: Bounds = json.loads((FOLDER / "bounds.json").read_text(encoding="utf-8"))
    if len(names) == 1:
        return _measured(names[0], bounds)
    return _no_module(bounds) + sum(_in_own_process(name) for name in names or _modules(daily=True))


def _modules(*, daily: bool = False) -> list[str]:
    """Modules with a function `measure`, or of them those without `LONG`; read from the text: imports are slow."""
    found = [FOLDER / f"{m.name}.py" for m in pkgutil.iter_modules([str(FOLDER)]) if not m.name.startswith("_")]
    told = {path.stem: path.read_text(encoding="utf-8") for path in found}
    return sorted(name for name, text in told.items() if "\ndef measure(" in text and not (daily and "\nLONG" in text))


def _no_module(bounds: Bounds) -> int:
    lost = sorted(key for key in bounds if key.split(".")[0] not in _modules())
    for key in lost:
        print(f"{key}: bounded, but there is no such module")
    return len(lost)


def _in_own_process(name: str) -> int:
    """So that one's memory is not another's, and a failure of one does not keep the others from running."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "bench", name], check=False, cwd=FOLDER.parent)
    print(f"  {'held' if not done.returncode else 'NOT HELD'}, {time.monotonic() - began:.0f} s", flush=True)
    return int(done.returncode != 0)


def _measured(name: str, bounds: Bounds) -> int:
    module = importlib.import_module(f"bench.{name}")
    print(f"{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
    try:
        figures: dict[str, float] = module.measure()
    except SkipBenchError as reason:
        print(f"  skipped: {reason}")
        return 0
    wrong = 0
    for figure, value in figures.items():
        bound = bounds.get(f"{name}.{figure}", {})
        held = bound.get("min", value) <= value <= bound.get("max", value)
        wrong += not held
        print(f"  {figure:44} {value:12,.3f}  {_says(bound)}{'' if held else '  BEYOND ITS BOUND'}", flush=True)
    missing = [key for key in bounds if key.startswith(f"{name}.") and key.split(".", 1)[1] not in figures]
    for key in missing:
        print(f"  {key}: bounded but not measured")
    return wrong + len(missing)


def _says(bound: dict[str, float]) -> str:
    return ", ".join(f"{'at least' if side == 'min' else 'at most'} {value:g}" for side, value in bound.items())


if __name__ == "__main__":
    sys.modules["bench.__main__"] = sys.modules["__main__"]
    sys.exit(1 if main(sys.argv[1:]) else 0)
