"""Exported tasks: what stands in the files, and that answers come back as they were given."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.commands.export import export_lm_eval, export_name
from spoonbench.harness.registry import make_task
from spoonbench.harness.scoring import score
from spoonbench.harness.tasks.api import BadTask, Item, Split, Task
from spoonbench.solvers.api import Answer, Example, Problem, Settings
from spoonbench.solvers.llm.asking import make_asking, read_reply
from spoonbench.solvers.llm.prompt import completion_of, prompt_of
from spoonbench.solvers.recorded.solver import RecordedSolver


def items(prefix, pairs, kind):
    return tuple(
        Item(problem=Problem(problem_id=f"{prefix}{i}", text=text, kind=kind), target=target)
        for i, (text, target) in enumerate(pairs)
    )


def make(pairs, kind="number", training=()):
    return Task(
        name="made up",
        version="3",
        kind=kind,
        training=Split(name="train", items=items("t", training, kind)),
        validation=Split(name="validation", items=()),
        splits=(
            Split(name="test", items=items("q", pairs, kind)),
            Split(name="other", items=items("o", pairs[:1], kind)),
            Split(name="empty", items=()),
        ),
        tolerance=1e-3 if kind == "number" else 0.0,
        source="made up",
    )


NUMBERS = [("2 + 3?", "5"), ("half of 3?", "1.5"), ("1/3 of 1?", "1/3"), ("how?", None)]
TRAINING = [("1 + 1?", "2"), ("2 + 2?", "4"), ("who?", None)]


@pytest.fixture
def export(tmp_path):
    """Exports a task; gives the description and the documents."""

    def export(task, **options):
        config, data = export_lm_eval(task, tmp_path / "out", **options)
        documents = [json.loads(line) for line in data.read_text().splitlines()]
        return yaml.safe_load(config.read_text()), documents

    return export


def test_the_prompt_is_the_text_with_which_a_model_is_asked_here(export):
    task = make(NUMBERS, training=TRAINING)
    examples = [Example(problem=i.problem, target=i.target) for i in task.training.items]
    asking = make_asking(examples, "number", 2, 7)
    _, documents = export(task, n_shots=2, seed=7)
    assert [d["prompt"] for d in documents] == [asking.text(text) for text, _ in NUMBERS]
    assert [d["id"] for d in documents] == ["q0", "q1", "q2", "q3"]
    assert [d["question"] for d in documents] == [text for text, _ in NUMBERS]


def test_plain_prompts_are_those_of_models_trained_here(export):
    config, documents = export(make(NUMBERS, training=TRAINING), prompt="plain")
    assert [d["prompt"] for d in documents] == [prompt_of(text) for text, _ in NUMBERS]
    assert config["generation_kwargs"]["until"] == []


def test_the_target_is_the_sentence_that_is_asked_for(export):
    _, documents = export(make(NUMBERS))
    assert [d["target"] for d in documents] == [completion_of(t).strip() for _, t in NUMBERS]


def test_the_description_names_the_data_and_decodes_greedily(export, tmp_path):
    config, _ = export(make(NUMBERS), max_new_tokens=9)
    data = tmp_path / "out" / "spoonbench_made-up_test.jsonl"
    assert config["task"] == "spoonbench_made-up_test"
    assert config["dataset_kwargs"] == {"data_files": {"test": str(data)}}
    assert (config["output_type"], config["num_fewshot"]) == ("generate_until", 0)
    assert (config["doc_to_text"], config["doc_to_target"]) == ("prompt", "target")
    assert config["generation_kwargs"] == {
        "until": ["\nQuestion:"],
        "max_gen_toks": 9,
        "do_sample": False,
    }
    assert config["metadata"] == {"version": "3", "source": "made up"}


def test_another_split_is_another_task_in_the_same_folder(export):
    export(make(NUMBERS))
    config, documents = export(make(NUMBERS), split="other")
    assert config["task"] == export_name("made up", "other")
    assert [d["id"] for d in documents] == ["o0"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"split": "tset"}, "has no split 'tset'. Its splits: test, other, empty"),
        ({"split": "empty"}, "'empty' is empty"),
        ({"n_shots": 4}, "4 examples are to stand in the prompt, and the training part has 3"),
        ({"prompt": "plain", "n_shots": 1}, "plain prompts have no examples"),
        ({"prompt": "chat"}, "no prompt 'chat'; prompts are asked, plain"),
    ],
)
def test_what_cannot_be_exported_is_refused(export, options, sentence):
    with pytest.raises(BadTask, match=sentence):
        export(make(NUMBERS, training=TRAINING), **options)


def test_images_are_refused(tmp_path):
    with pytest.raises(BadTask, match="images"):
        export_lm_eval(make_task("digits", {}), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_texts_that_would_be_read_as_dates_are_kept_from_it(export):
    """The reader of lm-eval makes dates of a column in which every text looks like one."""
    pairs = [("2024-02-29", "valid"), ("2023-02-29", "invalid")]
    _, documents = export(make(pairs, kind="label"))
    assert ["question" in d for d in documents] == [False, False]
    task = make(pairs, kind="label")
    named = Problem(problem_id="2024-02-29", text="leap day", kind="label")
    split = Split(name="test", items=(Item(problem=named, target="valid"),))
    with pytest.raises(BadTask, match="every id"):
        export(Task(**{f: getattr(task, f) for f in Task.__slots__} | {"splits": (split,)}))


# Answers come back


def sampled(config, document, response):
    """A line as lm-eval 0.4.13 writes it: its regex filter, then its take_first."""
    pattern = config["filter_list"][0]["filter"][0]["regex_pattern"]
    found = re.compile(pattern).findall(response)
    groups = [group for group in found[0] if group] if found else []
    return {
        "doc_id": 0,
        "doc": document,
        "target": document["target"],
        "resps": [[response]],
        "filtered_resps": [groups[0].strip() if groups else "[invalid]"],
        "filter": "answer",
    }


def exact_match(config, line):
    """lm-eval's own metric on that line."""
    metric = config["metric_list"][0]
    sides = [line["filtered_resps"][0], line["target"]]
    for pattern in metric["regexes_to_ignore"]:
        sides = [re.sub(pattern, "", side) for side in sides]
    if metric["ignore_case"]:
        sides = [side.lower() for side in sides]
    return sides[0] == sides[1]


def replay(tmp_path, lines, problems):
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    solver = RecordedSolver()
    solver.prepare(Settings(params={"path": str(path)}))
    return solver.solve(problems)


REPLIES = {
    "number": [
        " The answer is 5.",
        " The answer is 1.500.\nQuestion",
        " It is hard. There is no answer. The answer is 4.",
        " There is no answer.",
    ],
    "label": [" The answer is pay bill.", " The answer is pay", " pay bill", " The answer is ."],
    "text": [
        " The answer is Blue sky.",
        " The answer is blue  sky. And",
        "",
        " The answer is 1.2.",
    ],
}
TARGETS = {
    "number": NUMBERS,
    "label": [("a?", "pay bill"), ("b?", "pay bill"), ("c?", "pay bill"), ("d?", None)],
    "text": [("a?", "blue sky"), ("b?", "blue sky"), ("c?", "blue sky"), ("d?", "1.2")],
}


@pytest.mark.parametrize("kind", ["number", "label", "text"])
def test_answers_from_there_score_as_the_same_texts_do_here(export, tmp_path, kind):
    task = make(TARGETS[kind], kind=kind)
    config, documents = export(task)
    lines = [sampled(config, d, r) for d, r in zip(documents, REPLIES[kind], strict=True)]
    found = replay(tmp_path, lines, [item.problem for item in task.splits[0].items])
    asking = make_asking([], kind, 0, 0)
    for item, response, answer in zip(task.splits[0].items, REPLIES[kind], found, strict=True):
        reading = read_reply(asking, response, cut_off=False)
        assert answer.raw_text == response
        if "answer" not in response:  # a bare reply is read here, and by no filter there
            assert answer.status == "failed"
            continue
        assert (answer.status, answer.value) == (reading.status, reading.value)
        here = Answer(
            status=reading.status, value=reading.value, reason=reading.reason, raw_text=response
        )
        assert score(kind, answer, item.target, 1e-3) == score(kind, here, item.target, 1e-3)


@pytest.mark.parametrize("kind", ["number", "label", "text"])
def test_exact_match_there_holds_for_the_target_itself(export, kind):
    config, documents = export(make(TARGETS[kind][:3], kind=kind))
    for document in documents:
        line = sampled(config, document, f" {document['target']}\n\n")
        assert exact_match(config, line)
        assert not exact_match(config, sampled(config, document, " The answer is wrong."))


def test_exact_match_there_takes_the_refusal(export):
    config, documents = export(make(NUMBERS))
    assert exact_match(config, sampled(config, documents[3], " There is no answer."))
    assert not exact_match(config, sampled(config, documents[3], " The answer is 4."))


PIECES = [
    "The answer is",
    "the answer is",
    "There is no answer",
    " 5",
    " -1,000.50",
    " 1 1/2",
    "7a",
    "1,",
    "2.5.6",
    ".",
    " ",
    "\n",
    "/3",
    "pens",
]


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """Kind to folder, description and a document."""
    found = {}
    for kind in ("number", "label"):
        folder = tmp_path_factory.mktemp(kind)
        config, data = export_lm_eval(make([("a?", "5"), ("b?", "6")], kind=kind), folder)
        document = json.loads(data.read_text().splitlines()[0])
        found[kind] = folder, yaml.safe_load(config.read_text()), document
    return found


@pytest.mark.parametrize("kind", ["number", "label"])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8))
def test_the_filter_there_takes_what_is_read_here(described, kind, pieces):
    response = "".join(pieces)
    reading = read_reply(make_asking([], kind, 0, 0), response, cut_off=False)
    if "The answer is" not in response and reading.status == "answered":
        return  # a bare number is read here only
    if reading.value == "There is no answer":
        return  # as a value it cannot be told from the refusal in a log
    folder, config, document = described[kind]
    line = sampled(config, document, response)
    (answer,) = replay(folder, [line], [Problem(problem_id="q0", text="a?", kind=kind)])
    assert (answer.status, answer.value) == (reading.status, reading.value), line


def test_dotted_values_come_back_whole(export, tmp_path):
    task = make([("a?", "1.2.3")], kind="label", training=[("b?", "2.0.1"), ("c?", "1.2.3")])
    config, documents = export(task)
    line = sampled(config, documents[0], " The answer is 1.2.3.")
    (answer,) = replay(tmp_path, [line], [task.splits[0].items[0].problem])
    assert answer.value == "1.2.3"


# The command


@pytest.fixture
def spoonbench(tmp_path):
    def run(*words, code=0):
        program = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def test_the_command_exports_a_registered_task(spoonbench, tmp_path):
    options = ("--option", "n_items=5", "--option", "n_training=20", "--split", "unanswerable")
    done = spoonbench("tasks", "export", "word-problems", "--out", "exported", *options)
    assert [line.rpartition(".")[2] for line in done.stdout.split()] == ["yaml", "jsonl"]
    assert "lm_eval run" in done.stderr
    config = yaml.safe_load((tmp_path / done.stdout.split()[0]).read_text())
    documents = (tmp_path / done.stdout.split()[1]).read_text().splitlines()
    assert config["task"] == "spoonbench_word-problems_unanswerable"
    assert len(documents) == 5
    assert json.loads(documents[0])["prompt"].count("Question: ") == 5


def test_the_command_exports_a_file_of_ones_own(spoonbench, tmp_path):
    rows = [{"id": str(i), "ask": f"{i} + 1?", "answer": i + 1} for i in range(30)]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("--question-column", "ask", "--shots", "0")
    done = spoonbench("tasks", "export", "mine.jsonl", "--out", "exported", *words)
    assert "exported/spoonbench_mine_test.yaml" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("word-problem",), 3, "Did you mean 'word-problems'"),
        (("word-problems", "--split", "tset"), 3, "has no split 'tset'"),
        (("word-problems", "--prompt", "plain", "--shots", "2"), 2, "--shots belongs to"),
        (("svamp",), 3, "github.com/arkilpatel/SVAMP"),
        (("svamp", "--data", "no_such.json"), 3, "no_such.json: there is no such file"),
        (("digits",), 3, "images"),
    ],
)
def test_wrong_words_are_one_sentence(call_main, words, code, sentence):
    found, output, errors = call_main("tasks", "export", *words, "--out", "x")
    assert (found, output) == (code, "")
    assert sentence in errors


def test_a_list_of_tasks_is_still_there(spoonbench):
    assert "gsm8k" in spoonbench("tasks").stdout
    names = [row["name"] for row in json.loads(spoonbench("tasks", "--json").stdout)]
    assert {"mawps", "asdiv", "svamp", "gsm8k"} <= set(names)
