"""What readers of the change log are promised, over a whole record."""

from __future__ import annotations

from store.sqlite.record import Record
from tests.fakes.records import make_article, make_tagged


class ChangeLogContract:
    """A subclass gives the fixture `record`, empty."""

    def test_lines_are_acknowledged_from_where_they_were_read(self, record: Record) -> None:
        write(record, 3)
        start = record.changes.cursor("elastic")
        assert start.seq == 0
        assert record.changes.acknowledge(start, 2)
        assert record.changes.position("elastic") == 2
        assert not record.changes.acknowledge(start, 3), "another has taken them meanwhile"
        assert record.changes.position("elastic") == 2
        assert record.changes.acknowledge(record.changes.cursor("elastic"), 3)
        assert record.changes.position("other") == 0

    def test_lines_in_hand_are_read_again_after_a_rewind(self, record: Record) -> None:
        write(record, 4)
        record.changes.acknowledge(record.changes.cursor("elastic"), 2)
        in_hand = record.changes.cursor("elastic")
        for back in (1, 2):  # the second: to the very line at which the reader stood
            record.changes.rewind("elastic", back)
            assert not record.changes.acknowledge(in_hand, 4)
            assert record.changes.position("elastic") == back
        assert [change.seq for change in record.changes.since(2)] == [3, 4]
        assert record.changes.acknowledge(record.changes.cursor("elastic"), 4)

    def test_a_reader_that_never_read_may_be_set_back_too(self, record: Record) -> None:
        write(record, 1)
        in_hand = record.changes.cursor("elastic")
        record.changes.rewind("elastic", 0)
        assert not record.changes.acknowledge(in_hand, 1)
        record.changes.rewind("elastic", -1)
        assert record.changes.position("elastic") == -1


def write(record: Record, lines: int) -> None:
    for number in range(lines):
        record.articles.save(make_tagged(make_article(f"{number}.html")))
    assert record.changes.last() == lines
