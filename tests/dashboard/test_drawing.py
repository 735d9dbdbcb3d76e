"""Charts as numbers: what is drawn can be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.records import Place
from dashboard import drawing


def near(names: list[tuple[str, float, float]]) -> tuple[Place, ...]:
    return tuple(Place(unit=name, name=name, latitude=north, longitude=east) for name, north, east in names)


def test_names_of_neighbours_do_not_cover_each_other() -> None:
    places = near([("xã Vạn Tường", 15.351, 108.70), ("xã Bình Sơn", 15.35, 108.66), ("xã Đông Sơn", 15.2, 108.8)])
    drawn = drawing.points(places, {"xã Vạn Tường": 15, "xã Bình Sơn": 11, "xã Đông Sơn": 9})
    boxes = [drawing._text_box(*p.label, f"{p.name} {p.articles}") for p in drawn if p.label]
    assert len(boxes) == 3
    assert not any(drawing._touch(one, other) for one in boxes for other in boxes if one is not other)


@given(st.lists(st.tuples(st.floats(8, 23), st.floats(102, 110)), min_size=1, max_size=40))
def test_whatever_lies_where_every_point_and_name_is_on_the_map(spots: list[tuple[float, float]]) -> None:
    places = near([(f"xã Số {number}", north, east) for number, (north, east) in enumerate(spots)])
    drawn = drawing.points(places, {place.unit: number for number, place in enumerate(places)})
    boxes = [drawing._text_box(*p.label, f"{p.name} {p.articles}") for p in drawn if p.label]
    assert len(drawn) == len(places)
    assert all(box[0] >= 0 and box[2] <= drawing.MAP for box in boxes)
    assert not any(drawing._touch(one, other) for one in boxes for other in boxes if one is not other)
