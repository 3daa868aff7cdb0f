"""Reading rows: each is bounded, and a broken one never hides another."""

import csv

import pytest

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.rows import MOST_LINE_BYTES, NumberLiteral, read_rows


def reasons(content, suffix):
    return {row.line: row.reason for row in read_rows(content, suffix)[0] if row.reason}


def test_json_numbers_keep_all_their_digits():
    rows, columns = read_rows(b'{"a": 0.10000000000000000001, "b": 12345678901234567890}', ".jsonl")
    assert rows[0].values == {"a": "0.10000000000000000001", "b": "12345678901234567890"}
    assert all(isinstance(value, NumberLiteral) for value in rows[0].values.values())
    assert columns == ("a", "b")


def test_blank_lines_count_as_lines_but_are_no_rows():
    rows, _ = read_rows(b'\n{"a": 1}\r\n  \n{"a": 2}', ".jsonl")
    assert [row.line for row in rows] == [2, 4]
    rows, _ = read_rows(b"a,b\n1,2\n\n3,4\n", ".csv")
    assert [row.line for row in rows] == [2, 4]


def test_line_separators_inside_json_text_do_not_end_a_line():
    rows, _ = read_rows('{"a": "one\u2028two"}\n{"a": "three"}'.encode(), ".jsonl")
    assert [row.values["a"] for row in rows] == ["one\u2028two", "three"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "invalid JSON: "),
        (b"[1]", "not a JSON object"),
        (b"3", "not a JSON object"),
        (b'{"a": NaN}', "invalid JSON: NaN is no number"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": "\xff"}', "invalid UTF-8 at byte 7 of the line"),
        (b'{"a": "' + b"x" * MOST_LINE_BYTES + b'"}', "longer than 1048576 bytes"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else "",
)
def test_a_bad_json_line_is_named_and_the_others_are_read(line, reason):
    content = b'{"a": 1}\n' + line + b'\n{"a": 2}\n'
    found = reasons(content, ".jsonl")
    assert list(found) == [2]
    assert reason in found[2]
    assert len(read_rows(content, ".jsonl")[0]) == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1,2,3", "3 fields, but the header has 2"),
        (b"1", "1 fields, but the header has 2"),
        (b'1,"2"x', "invalid CSV"),
        (b"1,\xff", "invalid UTF-8"),
        (b"1," + b"x" * (MOST_LINE_BYTES + 1), "field limit"),
        (b"x" * (1 << 19) + b"," + b"x" * (1 << 20), "longer than 1048576 bytes"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else "",
)
def test_a_bad_csv_line_is_named_and_the_others_are_read(line, reason):
    content = b"a,b\n1,2\n" + line + b"\n3,4\n"
    found = reasons(content, ".csv")
    assert list(found) == [3]
    assert reason in found[3]
    assert len(read_rows(content, ".csv")[0]) == 3


def test_a_quote_that_is_never_closed_names_the_lines_it_swallows():
    found = reasons(b'a,b\n1,2\n3,"4\n5,6\n7,8\n', ".csv")
    assert "lines 3 to 5" in found[3]


def test_quoted_fields_hold_delimiters_and_line_ends():
    rows, _ = read_rows(b'a,b\r\n"x, y","two\nlines"\r\nz,w', ".csv")
    assert [row.values for row in rows] == [{"a": "x, y", "b": "two\nlines"}, {"a": "z", "b": "w"}]
    assert [row.line for row in rows] == [2, 4]


def test_tabs_separate_the_fields_of_a_tsv_file():
    rows, columns = read_rows(b"a\tb\n1,5\t2\n", ".tsv")
    assert columns == ("a", "b")
    assert rows[0].values == {"a": "1,5", "b": "2"}


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_byte_order_mark_is_left_out(suffix):
    content = b'\xef\xbb\xbf{"a": 1}' if suffix == ".jsonl" else b"\xef\xbb\xbfa\n1\n"
    assert read_rows(content, suffix)[1] == ("a",)


@pytest.mark.parametrize(
    ("content", "suffix", "complaint"),
    [
        (b"", ".jsonl", "empty"),
        (b" \n\n", ".csv", "empty"),
        (b"PK\x03\x04\x00\x00", ".csv", "binary"),
        ("{}".encode("utf-16"), ".jsonl", "UTF-16"),
        (b'[{"a": 1}]', ".json", "one JSON array"),
        (b"a,b\n", ".csv", "no row"),
        (b"a,a\n1,2\n", ".csv", "stands twice in the header"),
        (b'"a\n1\n', ".csv", "header cannot be read"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(content, suffix, complaint):
    with pytest.raises(BadTask, match=complaint):
        read_rows(content, suffix)


def test_the_csv_limit_of_others_is_left_alone():
    before = csv.field_size_limit()
    read_rows(b"a,b\n1,2\n", ".csv")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "suffix", "found"),
    [
        (b"question;answer\nfoo, bar;1,5\n", ".csv", "looks separated by ';', not by ','"),
        (b"question\tanswer\nfoo\t1\n", ".csv", "looks separated by tabs, not by ','"),
        (b"question,answer\nfoo,1\n", ".tsv", "looks separated by ',', not by tabs"),
    ],
)
def test_another_separator_is_named(content, suffix, found):
    with pytest.raises(BadTask, match=found):
        read_rows(content, suffix)


def test_a_separator_within_one_of_several_columns_is_a_name():
    assert read_rows(b"a;b,c\n1,2\n", ".csv")[1] == ("a;b", "c")
