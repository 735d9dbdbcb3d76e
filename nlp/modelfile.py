"""The file of a trained pipeline: an .npz of what its two steps learned, and nothing that can run.

Plain arrays in place of skops or pickle: no code comes with them, and loading needs no list of all of scikit-learn's
classes, which took a program's start two seconds.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.pipeline import Pipeline

from nlp.labelkernel import LabelKernel
from nlp.reader import Reader

STEPS: Final[dict[str, Any]] = {"read": Reader, "label": LabelKernel}


def save(path: Path, pipeline: Pipeline) -> None:
    """Each parameter of each step under `step.parameter`."""
    steps = pipeline.named_steps
    arrays = {f"{step}.{name}": np.asarray(value) for step in STEPS for name, value in _learned(steps[step]).items()}
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load(content: bytes) -> Pipeline:
    """The pipeline again. Raises ValueError or KeyError where the content is no such file."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        given = {step: {name: arrays[f"{step}.{name}"] for name in _learned(made())} for step, made in STEPS.items()}
    given["label"]["topics"] = tuple(given["label"]["topics"].tolist())
    return Pipeline([(step, made(**given[step])) for step, made in STEPS.items()])


def _learned(step: Any) -> dict[str, Any]:
    learned: dict[str, Any] = step.get_params(deep=False)
    return learned
