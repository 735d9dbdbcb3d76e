"""What stands in the menu: doors that exist and that this visitor may pass."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from core.access import Right
from dashboard.asking import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the menu; its name is the catalogue's `nav.<name>`."""

    path: str
    name: str
    right: Right = Right.READ


FIRST: Final = (
    Item(path="/", name="today"),
    Item(path="/tim-kiem", name="search"),
    Item(path="/xu-huong", name="trends"),
    Item(path="/canh-bao", name="alerts"),
    Item(path="/vu-viec", name="cases", right=Right.CASES),
    Item(path="/bao-cao", name="reports"),
    Item(path="/nguon-tin", name="sources"),
)
MORE: Final = (
    Item(path="/them-bai", name="add", right=Right.WORK),
    Item(path="/so-lieu", name="facts", right=Right.CASES),
    Item(path="/sua-nhan", name="labels"),
    Item(path="/cai-dat", name="settings", right=Right.ADMINISTER),
    Item(path="/kenh-gui", name="channels", right=Right.ADMINISTER),
    Item(path="/nguoi-dung", name="users", right=Right.ADMINISTER),
    Item(path="/nhat-ky", name="audit", right=Right.ADMINISTER),
    Item(path="/cac-ban-tin", name="desks", right=Right.OPERATE),
    Item(path="/pham-vi", name="scope", right=Right.PUBLIC),
)


def items(ask: Asked, line: tuple[Item, ...], doors: Container[str]) -> list[Item]:
    """Of one line of the menu what is there and may be opened."""
    return [item for item in line if item.path in doors and ask.may(item.right)]
