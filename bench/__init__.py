"""Speed and memory, measured: `make bench`. Each module has `measure() -> dict[str, float]`; bounds.json the bounds."""

from app.cli import one_thread

one_thread(["crawl"])  # as the program itself does, whichever way a module is started
