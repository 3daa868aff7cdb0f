"""Published sets: which formats are read, what becomes of each row, and what is refused how."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.registry import make_task, task_names
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.public.published import target_of
from spoonbench.harness.tasks.rows import BadRow

NAMES = ("mawps", "asdiv", "svamp", "gsm8k")


def svamp_row(i, **more):
    return {
        "ID": f"made-{i}",
        "Body": f" Zoe keeps {i} snails .",
        "Question": "How many are left if 1 crawls away?",
        "Equation": f"( {i}.0 - 1.0 )",
        "Answer": float(i - 1),
        "Type": "Subtraction",
        **more,
    }


def mawps_row(i, **more):
    return {
        "iIndex": i,
        "sQuestion": f"Yan has {i} kites and buys 2. How many kites?",
        "lEquations": [f"X={i}+2"],
        "lSolutions": [float(i + 2)],
        **more,
    }


def toolkit_row(i, **more):
    return {
        "id": str(i),
        "original_text": f"Ida bakes {i} buns and eats 1. How many buns?",
        "segmented_text": "ida bakes NUM buns and eats NUM . how many buns ?",
        "equation": f"x={i}-1",
        "ans": i - 1,
        **more,
    }


def gsm_row(i, **more):
    solution = f"Half of {2 * i} is {2 * i}/2=<<{2 * i}/2={i}>>{i}.\n#### {i}"
    return {"question": f"Half of {2 * i} birds fly. How many?", "answer": solution, **more}


def problem(i, answer, **more):
    fields = {
        "Body": f"Bo has {i} cups.",
        "Question": "How many cups?",
        "Solution-Type": "Sum",
        "Answer": answer,
        "Formula": "1",
        **more,
    }
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f'<Problem ID="made-{i}" Grade="1" Source="made up">{inner}</Problem>'


def corpus(*problems, head='<?xml version="1.0" encoding="UTF-8"?>'):
    body = f"<ProblemSet>{''.join(problems)}</ProblemSet>"
    return f"{head}<Machine-Reading-Corpus-File>{body}</Machine-Reading-Corpus-File>"


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


CONTENT = {
    "mawps": ("mawps.json", json.dumps([mawps_row(i) for i in range(40)])),
    "asdiv": ("ASDiv.xml", corpus(*(problem(i, f"{i} (cups)") for i in range(40)))),
    "svamp": ("SVAMP.json", json.dumps([svamp_row(i) for i in range(2, 42)])),
    "gsm8k": ("test.jsonl", lines([gsm_row(i) for i in range(40)])),
}


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def everything(name, path, **options):
    """All items by id, measured."""
    task = make_task(name, {"data": str(path), "measured": "all", **options})
    return {item.problem.problem_id: item for item in task.splits[0].items}


# What holds for every set


@pytest.mark.parametrize("name", NAMES)
def test_a_file_becomes_a_task_with_source_licence_and_checksum(write, name):
    path = write(*CONTENT[name])
    task = make_task(name, {"data": str(path)})
    assert (task.name, task.kind, task.tolerance) == (name, "number", 1e-3)
    assert sum(len(part.items) for part in (task.training, task.validation, *task.splits)) == 40
    assert task.training.items
    assert [split.name for split in task.splits] == ["test"]
    assert task.sha256 == {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    assert "licence: " in task.source
    assert "github.com/" in task.source
    assert "SHA-256" in task.source
    assert task.skipped_rows == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_of_the_file_will_do(write, name):
    path = write(*CONTENT[name])
    assert make_task(name, {"data": str(path.parent)}) == make_task(name, {"data": str(path)})


@pytest.mark.parametrize("name", NAMES)
def test_everything_measured_leaves_nothing_to_learn_from(write, name):
    task = make_task(name, {"data": str(write(*CONTENT[name])), "measured": "all"})
    assert (task.training.items, task.validation.items) == ((), ())
    assert [(split.name, len(split.items)) for split in task.splits] == [("all", 40)]
    assert "all measured" in task.source


@pytest.mark.parametrize("name", NAMES)
def test_without_data_it_says_which_file_from_where_under_which_licence(name):
    with pytest.raises(BadTask, match=f"Get .* from github.com/.*licence.*--task {name} --data"):
        make_task(name, {})


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there_is_named_with_what_to_do(name, tmp_path):
    with pytest.raises(BadTask, match=r"no_such.*there is no such file.*github.com/"):
        make_task(name, {"data": str(tmp_path / "no_such.json")})


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_without_the_file_is_named_with_what_to_do(name, tmp_path):
    with pytest.raises(BadTask, match=r"no file of that name.*github.com/"):
        make_task(name, {"data": str(tmp_path)})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[{", b"<a>", b"[]", b"hello", b"{}"])
def test_a_damaged_file_is_one_sentence(write, name, content):
    path = write("SVAMP.json", content)
    with pytest.raises(BadTask, match=r"^SVAMP.json: ") as caught:
        make_task(name, {"data": str(path)})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_a_file_of_another_set_is_refused(write, name, other):
    if name == other:
        pytest.skip("its own")
    path = write(*CONTENT[other])
    with pytest.raises(BadTask, match="read as"):
        make_task(name, {"data": str(path)})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"measured": "some"}, "measured must be test or all"),
        ({"test_shares": 0.5}, "did you mean 'test_share'"),
        ({"test_share": 1}, "test_share must be above 0 and below 1"),
        ({"measured": "all", "test_share": 0.5}, "there is no test_share"),
        ({"data": 7}, "data must be the path"),
        ({"data": "a\0b"}, "there can be no such file|there is no such file"),
    ],
)
def test_wrong_options_are_refused(write, name, options, sentence):
    path = write(*CONTENT[name])
    with pytest.raises(BadTask, match=sentence):
        make_task(name, {"data": str(path), **options})


def test_they_are_registered():
    assert set(NAMES) <= set(task_names())


def test_a_cut_file_is_refused_with_the_place(write):
    name, content = CONTENT["svamp"]
    with pytest.raises(BadTask, match=r"SVAMP.json: .*invalid JSON: .* at line 1 column"):
        make_task("svamp", {"data": str(write(name, content[:-200]))})


# Answers


@pytest.mark.parametrize(
    ("answer", "target"),
    [
        ("9 (apples)", "9"),
        ("1,504", "1504"),
        ("0.50 (kg)", "0.5"),
        ("1/3 (cake)", "1/3"),
        ("-4", "-4"),
        (" 7 (square feet) ", "7"),
        ("12;", "12"),
    ],
)
def test_an_answer_is_one_number_without_its_unit(answer, target):
    assert target_of(answer) == target


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("3 (red); 4 (blue)", "2 answers"),
        ("3:4", "is no number"),
        ("Ann (girl)", "is no number"),
        ("50%", "is no number"),
        ("(apples)", "is no number"),
        ("", "is empty"),
        (";", "is empty"),
        (None, "null"),
        ([3], "a list"),
        (True, "a truth value"),
    ],
)
def test_what_is_not_one_number_is_refused_with_the_reason(answer, reason):
    with pytest.raises(BadRow, match=reason):
        target_of(answer)


@given(st.text(max_size=60))
def test_reading_a_target_again_changes_nothing(text):
    try:
        target = target_of(text)
    except BadRow:
        return
    assert target_of(target) == target


# Formats


def test_svamp_joins_body_and_question_with_one_space(write):
    items = everything("svamp", write("SVAMP.json", json.dumps([svamp_row(5)])))
    assert list(items) == ["made-5"]
    assert items["made-5"].problem.text == (
        "Zoe keeps 5 snails . How many are left if 1 crawls away?"
    )
    assert items["made-5"].target == "4"


def test_svamp_in_json_lines_is_the_same(write):
    rows = [svamp_row(i) for i in range(2, 22)]
    from_array = everything("svamp", write("SVAMP.json", json.dumps(rows)))
    assert everything("svamp", write("SVAMP.jsonl", lines(rows))) == from_array


def test_svamp_in_two_published_parts(write, tmp_path):
    write("train.json", json.dumps([svamp_row(i) for i in range(2, 32)]))
    write("test.json", json.dumps([svamp_row(i) for i in range(40, 50)]))
    task = make_task("svamp", {"data": str(tmp_path)})
    assert {item.target for item in task.splits[0].items} == {str(i - 1) for i in range(40, 50)}
    assert "split as published" in task.source
    assert len(task.sha256) == 2


def test_mawps_in_its_original_form(write):
    rows = [mawps_row(1), mawps_row(2, lSolutions=[0.16666666666666666])]
    items = everything("mawps", write("mawps.json", json.dumps(rows)))
    assert items["1"].problem.text == "Yan has 1 kites and buys 2. How many kites?"
    assert (items["1"].target, items["2"].target) == ("3", "0.16666666666666666")


def test_mawps_as_mwptoolkit_keeps_it(write, tmp_path):
    for name, start in (("trainset", 10), ("validset", 50), ("testset", 60)):
        write(f"{name}.json", json.dumps([toolkit_row(i) for i in range(start, start + 10)]))
    task = make_task("mawps", {"data": str(tmp_path)})
    parts = (task.training, task.validation, *task.splits)
    assert [split.name for split in parts] == ["train", "validation", "test"]
    assert [split.items[0].target for split in parts] == ["9", "49", "59"]
    assert parts[0].items[0].problem.text == "Ida bakes 10 buns and eats 1. How many buns?"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"segmented_text": "ida has NUM and NUM buns", "number list": ["3", "4"]}, "3 and 4"),
        ({"segmented_text": "ida has NUMBER and NUMBER buns", "numbers": "3 4"}, "3 and 4"),
        ({"segmented_text": "ida has NUM_1 and NUM_0 buns", "number_list": [3, 4]}, "4 and 3"),
        ({"segmented_text": "ida has number0 and number1 buns", "Numbers": "3 4"}, "3 and 4"),
        ({"segmented_text": "ida has 3 and 4 buns"}, "3 and 4"),
    ],
)
def test_placeholders_are_filled_in(write, row, text):
    whole = {"id": "1", "ans": "7", "equation": "x=3+4", **row}
    items = everything("mawps", write("mawps.json", json.dumps([whole])))
    assert items["1"].problem.text == f"ida has {text} buns"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"segmented_text": "NUM and NUM", "numbers": "3"}, "2 placeholders for 1 numbers"),
        ({"segmented_text": "NUM_5 buns", "numbers": "3"}, "number 5 for 1 numbers"),
        ({"segmented_text": "NUM buns"}, "no list of numbers"),
        ({}, "no 'original_text'"),
        ({"iIndex": 1, "sQuestion": "?", "lSolutions": [1, 2]}, "2 solutions"),
        ({"iIndex": 1, "sQuestion": "?", "lSolutions": 1}, "no list"),
        ({"iIndex": 1, "lSolutions": [1]}, "no 'sQuestion'"),
    ],
)
def test_rows_that_do_not_fit_are_listed_with_the_reason(write, row, reason):
    rows = [toolkit_row(i) for i in range(10, 20)]
    path = write("mawps.json", json.dumps([*rows, {"id": "1", "ans": "7", **row}]))
    task = make_task("mawps", {"data": str(path)})
    assert len(task.skipped_rows) == 1
    assert "mawps.json row 11: " in task.skipped_rows[0]
    assert reason in task.skipped_rows[0]
    assert task.options["rows_skipped"] == 1


def test_gsm8k_takes_what_stands_behind_the_last_mark(write):
    row = gsm_row(1, answer="2*500=<<2*500=1000>>1000 ####\n#### 1,000")
    items = everything("gsm8k", write("test.jsonl", lines([row])))
    assert items["test-1"].target == "1000"


def test_gsm8k_in_its_published_parts(write, tmp_path):
    write("train.jsonl", lines([gsm_row(i) for i in range(30)]))
    write("test.jsonl", lines([gsm_row(i) for i in range(30, 40)]))
    write("train_socratic.jsonl", "not read")
    task = make_task("gsm8k", {"data": str(tmp_path)})
    assert [item.problem.problem_id for item in task.splits[0].items[:2]] == ["test-1", "test-2"]
    assert len(task.training.items) + len(task.validation.items) == 30
    with pytest.raises(BadTask, match="leave out test_share"):
        make_task("gsm8k", {"data": str(tmp_path), "test_share": 0.5})


def test_gsm8k_without_the_mark_is_a_listed_row(write):
    rows = [gsm_row(1), gsm_row(2, answer="so 2"), gsm_row(3)]
    task = make_task("gsm8k", {"data": str(write("a.jsonl", lines(rows))), "measured": "all"})
    assert task.skipped_rows == ("a.jsonl row 2: the answer has no ####",)


def test_asdiv_drops_units_and_lists_what_is_not_one_number(write):
    problems = [problem(i, f"{i} (cups)") for i in range(4)]
    problems += [problem(5, "3 (red); 4 (blue)"), problem(6, "Ann"), problem(7, "3:4")]
    path = write("ASDiv.xml", corpus(*problems))
    task = make_task("asdiv", {"data": str(path), "measured": "all"})
    assert [item.target for item in task.splits[0].items] == ["0", "1", "2", "3"]
    assert task.splits[0].items[1].problem.text == "Bo has 1 cups. How many cups?"
    assert task.splits[0].items[1].problem.problem_id == "made-1"
    reasons = ("2 answers, '3 (red); 4 (blue)'", "'Ann' is no number", "'3:4' is no number")
    assert len(task.skipped_rows) == len(reasons)
    for line, reason in zip(task.skipped_rows, reasons, strict=True):
        assert line.startswith("ASDiv.xml row ")
        assert reason in line


def test_asdiv_characters_written_as_references_are_read(write):
    path = write("ASDiv.xml", corpus(problem(1, "1", Body="Tom &amp; Bo&#39;s 5 &lt; 6.")))
    assert everything("asdiv", path)["made-1"].problem.text.startswith("Tom & Bo's 5 < 6.")


SECRET = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>'


@pytest.mark.parametrize("head", [SECRET, BOMB, SECRET.lower(), "<!doctype a>"])
def test_asdiv_with_a_document_type_is_refused(write, head):
    path = write("ASDiv.xml", corpus(problem(1, "1", Body="&x;"), head=head))
    with pytest.raises(BadTask, match="document type"):
        make_task("asdiv", {"data": str(path)})


@pytest.mark.parametrize("encoding", ["utf-16", "cp037"])
def test_a_document_type_cannot_hide_in_another_encoding(write, encoding):
    text = corpus(
        problem(1, "1", Body="&x;"), head=f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}'
    )
    with pytest.raises(BadTask, match=r"UTF-8|document type|invalid XML"):
        make_task("asdiv", {"data": str(write("ASDiv.xml", text.encode(encoding)))})


# Folders and ids


def test_two_candidates_in_one_folder_are_refused(write, tmp_path):
    write("train.json", json.dumps([toolkit_row(1)]))
    write("trainset.json", json.dumps([toolkit_row(1)]))
    with pytest.raises(BadTask, match=r"holds trainset.json and train.json; name one"):
        make_task("mawps", {"data": str(tmp_path)})


def test_a_whole_file_beside_its_parts_is_refused(write, tmp_path):
    write("SVAMP.json", json.dumps([svamp_row(1)]))
    write("test.json", json.dumps([svamp_row(1)]))
    with pytest.raises(BadTask, match=r"test.json and SVAMP.json; name one"):
        make_task("svamp", {"data": str(tmp_path)})


def test_a_missing_part_is_named(write, tmp_path):
    write("validset.json", json.dumps([toolkit_row(1)]))
    write("testset.json", json.dumps([toolkit_row(2)]))
    with pytest.raises(BadTask, match=r"trainset.json or train.json is missing"):
        make_task("mawps", {"data": str(tmp_path)})


def test_ids_that_come_again_in_another_part_are_told_apart(write, tmp_path):
    write("train.json", json.dumps([svamp_row(i) for i in range(2, 12)]))
    write("test.json", json.dumps([svamp_row(i, Body="Kim has 9 cats.") for i in range(2, 5)]))
    task = make_task("svamp", {"data": str(tmp_path)})
    ids = [item.problem.problem_id for item in task.splits[0].items]
    assert ids == ["test-made-2", "test-made-3", "test-made-4"]


def test_an_id_that_stands_twice_in_a_file_is_a_listed_row(write):
    rows = [svamp_row(2), svamp_row(3), svamp_row(3, Body="Other.")]
    path = write("SVAMP.json", json.dumps(rows))
    task = make_task("svamp", {"data": str(path), "measured": "all"})
    assert task.skipped_rows == ("SVAMP.json row 3: its id stands at row 2 too",)


def test_the_same_row_lands_on_the_same_side_whatever_the_order(write):
    rows = [svamp_row(i) for i in range(2, 60)]
    one = make_task("svamp", {"data": str(write("a.json", json.dumps(rows)))})
    other = make_task("svamp", {"data": str(write("b.json", json.dumps(rows[::-1])))})
    assert set(one.splits[0].items) == set(other.splits[0].items)
    assert set(one.training.items) == set(other.training.items)
