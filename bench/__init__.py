"""Speed and memory, measured: `make bench`. Each module has `measure() -> dict[str, float]`; bounds.json the bounds."""
