"""The filters, the gazetteer's build, training and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from app import labels, wiring
from app.filters import Row
from app.progress import progress
from core.errors import ConfigError
from core.settings import Settings
from crawlers.extract import filter as extraction
from crawlers.publishers import load_all
from nlp import evaluate as evaluation
from nlp import train as training
from nlp.gazetteer.build import build
from nlp.locate.rows import filter_rows as locate_rows
from nlp.stories.rows import filter_rows as stories_rows
from nlp.tagger import load as load_tagger

Filter = Callable[[Iterable[Row]], Iterator[Row]]


def extract(settings: Settings) -> Filter:
    """The filter `extract`, with the publishers' selectors."""
    return partial(extraction.rows, publishers=load_all(settings.data_dir / "publishers"))


def locate(settings: Settings) -> Filter:
    """The filter `locate`, for the desks that come with the program; a known paper's province is evidence."""
    publishers = {publisher.id: publisher for publisher in load_all(settings.data_dir / "publishers")}
    return partial(locate_rows, locator=wiring.example_locator(), publishers=publishers)


def tag() -> Filter:
    """The filter `tag`."""
    return load_tagger().filter_rows


def stories() -> Filter:
    """The filter `stories`."""
    return stories_rows


def corrections(settings: Settings) -> Iterator[Row]:
    """The corrections of labels that are in force, with the text that each is about; nothing of who made them."""
    with wiring.record(settings) as kept:
        for made in kept.corrections.texts():
            said = made.correction
            yield {
                "article": said.article,
                "url": made.url,
                "desk": said.desk,
                "label": said.tone or said.topic,
                "holds": said.tone is not None or said.present,
                "model": said.model,
                "at": said.at.isoformat(),
                "title": made.title,
                "lead": made.lead,
            }


def retag(settings: Settings) -> str:
    """Labels of the shipped model for every kept article that has those of another. Raises ModelError, StoreError."""
    shipped = load_tagger()
    with wiring.record(settings) as kept:
        waiting = kept.retagging.outdated(shipped.version)
        with progress(lambda: f"{waiting - kept.retagging.outdated(shipped.version)} of {waiting} articles labelled"):
            done, textless = labels.retag(kept, shipped, "operator")
    left = f"; {textless} keep their earlier labels, their text is no longer kept" if textless else ""
    return f"{done} articles labelled anew by {shipped.version}{left}"


def build_gazetteer() -> Iterator[str]:
    """Build the gazetteer and yield what was built, and where its sources disagree, a line each."""
    made = build()
    yield from made.disagreements
    yield f"{made.units} units, {made.names} names, {made.size / 1e6:.2f} MB; {len(made.disagreements)} disagreements"


def train(data: Path, out: Path, seed: int) -> None:
    """Train the models. Raises ConfigError where the labelled data is not there."""
    _needs(data)
    training.train(data, out, seed)


def evaluate(data: Path) -> bool:
    """Print all scores; False below a floor. Raises ConfigError where the labelled data is not there."""
    _needs(data)
    return evaluation.evaluate(data)


def _needs(data: Path) -> None:
    if not (data / "topics").is_dir():
        raise ConfigError(f"{data}: no labelled data there (its folder topics is missing); name it with --data")
