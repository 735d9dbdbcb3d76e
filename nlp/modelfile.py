"""The file of a trained pipeline: an .npz of what its two steps learned, and nothing that can run.

Plain arrays in place of skops or pickle: no code comes with them. The two steps are named here rather than put into
scikit-learn's Pipeline: importing that took a crawl's start two seconds and each of its processes 70 MB.
"""

from __future__ import annotations

import inspect
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from nlp.labelkernel import LabelKernel
from nlp.reader import Reader

STEPS: Final[dict[str, Any]] = {"read": Reader, "label": LabelKernel}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What training makes and serving runs: texts -> Batch -> probabilities."""

    read: Reader
    label: LabelKernel

    def learned(self) -> dict[str, dict[str, Any]]:
        """Parameters of each step, by the names under which it takes them."""
        return {
            step: {name: getattr(getattr(self, step), name) for name in _names(made)} for step, made in STEPS.items()
        }


def save(path: Path, pipeline: Pipeline) -> None:
    """Each parameter of each step under `step.parameter`."""
    learned = pipeline.learned().items()
    arrays = {f"{step}.{name}": np.asarray(value) for step, values in learned for name, value in values.items()}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load(content: bytes) -> Pipeline:
    """The pipeline again. Raises ValueError or KeyError where the content is no such file."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        given = {step: {name: arrays[f"{step}.{name}"] for name in _names(made)} for step, made in STEPS.items()}
    given["label"]["topics"] = tuple(given["label"]["topics"].tolist())
    return Pipeline(**{step: made(**given[step]) for step, made in STEPS.items()})


def _names(made: type[Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(made).parameters)
