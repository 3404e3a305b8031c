"""Files as platforms have them: formats, encodings, and types from the feed's schema."""

import json
from pathlib import Path

import pytest

from app.cli.csv_records import HeaderUnusable
from app.cli.record_files import Format, UnreadableFile, encoding_of, format_of, records
from app.core.vocabulary import Feed
from app.ingest.json_schema import json_schema

SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "planned_minutes": {"type": "integer"},
        "score": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "required": {"$ref": "#/$defs/Flag"},
        "exam_ids": {"type": ["array", "null"], "items": {"type": "string"}},
    },
    "$defs": {"Flag": {"type": "boolean"}},
}


def read(path: Path, form: Format = Format.csv) -> list[tuple[int, bytes]]:
    return [(record.line, record.content) for record in records(path, form, SCHEMA)]


class TestCsv:
    def test_cells_become_the_types_of_the_feed(self, tmp_path: Path) -> None:
        path = tmp_path / "lessons.csv"
        path.write_text("name,planned_minutes,score,required,exam_ids\n㛃·买买提,90,59.50,是,E1; E2\n")
        (record,) = read(path)
        expected = (
            '{"name":"㛃·买买提","planned_minutes":90,"score":59.50,"required":true,"exam_ids":["E1","E2"]}'
        )
        assert record == (2, expected.encode())

    def test_an_empty_cell_is_absent_and_an_empty_row_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "lessons.csv"
        path.write_text("name,score\n张三,\n,\n李四, 60 \n")
        assert read(path) == [
            (2, '{"name":"张三"}'.encode()),
            (4, '{"name":"李四","score":60}'.encode()),
        ]

    def test_what_does_not_fit_its_type_is_sent_as_it_stands(self, tmp_path: Path) -> None:
        path = tmp_path / "lessons.csv"
        path.write_text("planned_minutes,required,score\n007,maybe,1.1e\n")
        assert read(path) == [(2, b'{"planned_minutes":"007","required":"maybe","score":"1.1e"}')]

    def test_surplus_cells_get_a_name_that_no_feed_has(self, tmp_path: Path) -> None:
        path = tmp_path / "lessons.csv"
        path.write_text("name\n张三,李四\n")
        assert json.loads(read(path)[0][1]) == {"name": "张三", "column_2": "李四"}

    def test_a_column_that_the_feed_does_not_know_is_named_before_anything_is_sent(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "lessons.csv"
        path.write_text("name,nickname,name\n")
        with pytest.raises(HeaderUnusable, match="does not have: name, nickname"):
            read(path)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_every_encoding_of_a_spreadsheet_is_read(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "enrollments.csv"
        path.write_bytes("name\t\n𬱖䶮\t\n".encode(encoding))
        assert read(path) == [(2, '{"name":"𬱖䶮"}'.encode())]

    def test_a_quoted_cell_may_span_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "logs.csv"
        path.write_text('name\n"a\nb"\nc\n')
        assert [line for line, _ in read(path)] == [3, 4]


class TestNdjson:
    def test_records_keep_their_bytes_and_blank_lines_are_counted(self, tmp_path: Path) -> None:
        path = tmp_path / "a.ndjson"
        path.write_bytes('{ "a" : 1.0 }\r\n\n{"名":"称"}'.encode())
        assert read(path, Format.ndjson) == [(1, b'{ "a" : 1.0 }'), (3, '{"名":"称"}'.encode())]

    def test_rejected_records_are_taken_out_of_their_wrapping(self, tmp_path: Path) -> None:
        path = tmp_path / "a.ndjson.rejected.ndjson"
        lines = [
            '{"line": 7, "errors": [{"pointer": "/a", "code": "c", "message": "m"}], "record": {"a": 1.0}}',
            '{"line": 8, "errors": [], "record": "{broken"}',
            '{"a": 2}',
            '{"line": 9, "record_key": {"a": "1"}, "errors": [], "record": {"a": 3}}',
        ]
        path.write_text("\n".join(lines))
        found = [(1, b'{"a": 1.0}'), (2, b"{broken"), (3, b'{"a": 2}'), (4, b'{"a": 3}')]
        assert read(path, Format.ndjson) == found


class TestJson:
    def test_elements_keep_their_numbers_and_become_one_line_each(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        path.write_text('[\n {\n  "a": 1.50\n },\n {"b": "x"}\n]')
        assert read(path, Format.json) == [(1, b'{   "a": 1.50  }'), (2, b'{"b": "x"}')]

    def test_anything_but_an_array_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        path.write_text('{"a": 1}')
        with pytest.raises(UnreadableFile):
            read(path, Format.json)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xff\xff\x00")
    with pytest.raises(UnreadableFile):
        encoding_of(path)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", Format.csv), ("a.JSON", Format.json), ("a.ndjson", Format.ndjson), ("a.jsonl", Format.ndjson)],
)
def test_the_name_tells_the_format(name: str, form: Format) -> None:
    assert format_of(Path(name)) is form


def test_the_schemas_of_the_real_feeds_give_their_types(tmp_path: Path) -> None:
    path = tmp_path / "class-groups.csv"
    path.write_text("class_group_id,planned_headcount,exam_ids,revision,deleted\n7,20,E1;E2,1,false\n")
    found = [record.content for record in records(path, Format.csv, json_schema(Feed.class_groups, "en"))]
    expected = (
        b'{"class_group_id":"7","planned_headcount":20,"exam_ids":["E1","E2"],"revision":1,"deleted":false}'
    )
    assert found == [expected]
