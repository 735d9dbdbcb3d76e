"""Templates of messages: those that come with the program, and an office's own in their place.

An office's own file counts only while it is sound; a broken one is passed over and told of. What a template may do is a
closed list, so that none can hang the program or reach anything but its values: it fills in values, asks whether they
are there or equal, and runs through lists that are given to it, two deep at most. What the press wrote is shown and
never looked through: a template that marks a name would be a watch for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core import files

log = logging.getLogger(__name__)

SHIPPED: Final = Path(__file__).parent / "templates"
PARTS: Final = ("subject.txt", "body.txt", "body.html", "brief.txt")
NAMES: Final = ("alert", "digest")
MOST_CHARACTERS: Final = 20_000
_MOST_LOOPS: Final = 2
_MOST_COMPILED: Final = 64
_FILTERS: Final = frozenset({"length", "upper", "lower", "capitalize", "trim", "escape", "e", "first", "last"})
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.If,
    nodes.For, nodes.Filter, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Slice, nodes.CondExpr,
    nodes.Sub, nodes.Add, nodes.Concat,
)  # fmt: skip
_OF_CLOSED_SETS: Final = frozenset({"cause", "part", "topics"})
"""Values that may be compared with words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a part of an office's own template is not used."""

    name: str
    part: str
    says: str  # with the line, for whoever wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message's parts as the templates give them, and what was passed over."""

    subject: str
    text: str
    html: str
    brief: str
    faults: tuple[Fault, ...] = ()


class Templates:
    """The templates of an installation; `folder`: where an office's own lie, `<name>/<part>`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._plain, self._rich = _environment(html=False), _environment(html=True)
        self._compiled: dict[tuple[bool, str], Template] = {}

    def render(self, name: str, values: Mapping[str, object]) -> Rendered:
        """All parts of a message. A broken part of the office's own is replaced by the shipped one, and told."""
        faults: list[Fault] = []
        done = {part: self._part(name, part, values, faults) for part in PARTS}
        return Rendered(
            subject=done["subject.txt"], text=done["body.txt"], html=done["body.html"], brief=done["brief.txt"],
            faults=tuple(faults),
        )  # fmt: skip

    def source(self, name: str, part: str) -> str:
        """The text in force: the office's own, else the shipped one. KeyError for no template of ours."""
        return self.own(name, part) or shipped(name, part)

    def own(self, name: str, part: str) -> str:
        """The office's own text; "" where there is none or it can't be read."""
        check_name(name, part)
        if self._folder is None:
            return ""
        try:
            return (self._folder / name / part).read_text(encoding="utf-8")[: MOST_CHARACTERS + 1]
        except (OSError, UnicodeDecodeError):
            return ""

    def keep(self, name: str, part: str, text: str) -> None:
        """Take a text as the office's own ("": the shipped one again). The caller has asked `fault` before."""
        check_name(name, part)
        if self._folder is None:
            raise ValueError("no folder for templates")
        file = self._folder / name / part
        if not text:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        files.write(file, text.encode())

    def fault(self, part: str, text: str, values: Mapping[str, object]) -> str:
        """What is wrong with a text, tried with these values; "" where nothing is."""
        try:
            self.try_out(part, text, values)
        except (TemplateError, ValueError, TypeError, KeyError, AttributeError) as error:
            line = getattr(error, "lineno", None)
            return f"{line}: {error}" if line else str(error)
        return ""

    def try_out(self, part: str, text: str, values: Mapping[str, object]) -> str:
        """A text filled with values. Raises TemplateError or ValueError for what is not allowed."""
        return self._template(part, text).render(values)

    def faults(self, examples: Mapping[str, Mapping[str, object]]) -> tuple[Fault, ...]:
        """All of the office's own that are broken; `examples`: values for each name."""
        found = []
        for name in NAMES:
            for part in PARTS:
                text = self.own(name, part)
                if text and (says := self.fault(part, text, examples[name])):
                    found.append(Fault(name=name, part=part, says=says))
        return tuple(found)

    def _part(self, name: str, part: str, values: Mapping[str, object], faults: list[Fault]) -> str:
        own = self.own(name, part)
        if own:
            try:
                return self.try_out(part, own, values)
            except (TemplateError, ValueError, TypeError, KeyError, AttributeError) as error:
                faults.append(Fault(name=name, part=part, says=str(error)))
                log.error("template %s/%s is broken, the shipped one is used: %s", name, part, error)
        return self._template(part, shipped(name, part)).render(values)

    def _template(self, part: str, text: str) -> Template:
        rich = part.endswith(".html")
        if (rich, text) not in self._compiled:
            env = self._rich if rich else self._plain
            check(env, text)
            if len(self._compiled) >= _MOST_COMPILED:
                self._compiled.clear()
            self._compiled[rich, text] = env.from_string(text)
        return self._compiled[rich, text]


@cache
def shipped(name: str, part: str) -> str:
    """The text that comes with the program."""
    check_name(name, part)
    return (SHIPPED / name / part).read_text(encoding="utf-8")


def check_name(name: str, part: str) -> None:
    """Raises KeyError for what is none of our templates."""
    if name not in NAMES or part not in PARTS:
        raise KeyError(f"{name}/{part}")


def check(env: Environment, text: str) -> None:
    """Raises ValueError or TemplateSyntaxError for a template that may do more than fill in values."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"longer than {MOST_CHARACTERS} characters")
    tree = env.parse(text)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, (*_ALLOWED, nodes.Keyword, nodes.Pair)):
            raise ValueError(f"{getattr(node, 'lineno', '')}: {type(node).__name__} is not allowed in a template")
        if isinstance(node, nodes.Compare) and _looks_through(node):
            known = ", ".join(sorted(_OF_CLOSED_SETS))
            raise ValueError(f"{node.lineno}: only {known} may be compared with words or looked through")
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise ValueError(f"{node.lineno}: the filter {node.name} is not allowed in a template")
        if isinstance(node, nodes.For) and (node.recursive or not isinstance(node.iter, (nodes.Name, nodes.Getattr,
                                                                                         nodes.Getitem))):  # fmt: skip
            raise ValueError(f"{node.lineno}: a loop runs through a given list only")
        if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name) and node.target.name in _OF_CLOSED_SETS:
            raise ValueError(f"{node.lineno}: a loop can't name its values {node.target.name}")
    if _depth(tree) > _MOST_LOOPS:
        raise ValueError(f"loops are nested more than {_MOST_LOOPS} deep")


def _looks_through(node: nodes.Compare) -> bool:
    """Whether words are looked for in a value, or a value is held against words, that is of no closed set."""
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    values = [side for side in sides if isinstance(side, (nodes.Name, nodes.Getattr, nodes.Getitem))]
    others = [side for side in sides if side not in values]
    worded = any(isinstance(one.value, str) for side in others for one in (side, *side.find_all(nodes.Const))
                 if isinstance(one, nodes.Const))  # fmt: skip
    within = any(operand.op in ("in", "notin") for operand in node.ops)
    open_ = not values or any(_last_name(value) not in _OF_CLOSED_SETS for value in values) or _reads(others)
    return (worded or within) and open_


def _reads(sides: Sequence[nodes.Node]) -> bool:
    """Whether something that is made of several pieces holds a value."""
    return any(next(side.find_all(nodes.Name), None) is not None for side in sides)


def _last_name(value: nodes.Node) -> str:
    if isinstance(value, nodes.Name):
        return value.name
    return value.attr if isinstance(value, nodes.Getattr) else ""


def _depth(node: nodes.Node) -> int:
    below = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    """Nothing in a value is ever markup; nothing but the values is there to be named."""
    env = ImmutableSandboxedEnvironment(
        autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.globals.clear()
    return env
