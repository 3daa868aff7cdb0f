"""How answers came about, at the command line: as text, as JSON, in files, and where it is not."""

import json
import sys
import textwrap
import types
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from spoonbench.harness import registry
from spoonbench.harness.cli import main
from spoonbench.harness.commands.explaining import lines_of
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.solvers.api import Answer, Problem, Settings
from spoonbench.solvers.explanations import DerivationStep, Explanation, Fact

MODULE = "contestants_that_explain"
SOURCE = """
    from spoonbench.solvers.api import Answer, SolverInfo, Unsupported
    from spoonbench.solvers.explanations import DerivationStep, Explanation, Fact

    class Adds:
        '''Adds two numbers; of more it has one reading that it would rather not give.'''
        info = SolverInfo(name="adds", version="1", level=1, summary="", kinds=("number",))
        known = ("forced",)
        def prepare(self, settings):
            unknown = set(settings.params) - set(self.known)
            if unknown:
                raise Unsupported(f"{self.info.name}: unknown parameters {', '.join(unknown)}")
            self.forced = settings.params.get("forced", False)
            if not isinstance(self.forced, bool):
                raise Unsupported(f"{self.info.name}: forced must be true or false")
        def solve(self, problems):
            return [self.explain(problem).answer for problem in problems]
        def explain(self, problem):
            words = [word for word in problem.text.split() if word.isdigit()]
            facts = tuple(
                Fact(name=name, text=word, value=word, thing="pen", says="owner: Ann", use="used")
                for name, word in zip("abcdefgh", words)
            )
            value = str(sum(map(int, words)))
            if not words or (len(words) > 2 and not self.forced):
                answer = Answer(status="abstained", reason=f"{len(words)} numbers")
                return Explanation(answer=answer, facts=facts, others=(value,))
            step = DerivationStep(
                name="s1", rule="sum", formula=" + ".join(fact.name for fact in facts),
                numbers=" + ".join(words), value=value, thing="pen", why="All of them are asked.",
            )
            sure = 1.0 if len(words) == 2 else 0.4
            answer = Answer(status="answered", value=value, confidence=sure)
            asked = Fact(name="?", text="how many", value=None, thing="pen", says="", use="used")
            return Explanation(answer=answer, facts=facts, asked=asked, steps=(step,))
        def close(self):
            pass

    class Guesses:
        info = SolverInfo(name="guesses", version="1", level=3, summary="", kinds=("number",))
        def prepare(self, settings):
            if settings.params:
                names = ", ".join(settings.params)
                raise Unsupported(f"guesses\\x1b: unknown parameters {names}.")
        def solve(self, problems):
            return [Answer(status="answered", value="7", confidence=0.25) for _ in problems]
        def close(self):
            pass

    class Raises(Guesses):
        def prepare(self, settings):
            raise KeyError(settings.params["loud"])

    class Rambles(Guesses):
        def explain(self, problem):
            return "I just know"
"""
NAMES = ("Adds", "Guesses", "Raises", "Rambles")
PLAIN = ("status", "value", "confidence", "reason")


@pytest.fixture(autouse=True)
def _others(tmp_path, monkeypatch):
    """Contestants of another distribution, as if it were installed; an empty folder."""
    (tmp_path / f"{MODULE}.py").write_text(textwrap.dedent(SOURCE), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entries = [
        types.SimpleNamespace(
            name=name.lower(), value=f"{MODULE}:{name}", dist=types.SimpleNamespace(name="theirs")
        )
        for name in NAMES
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    registry._with_entry_points.cache_clear()
    yield
    registry._with_entry_points.cache_clear()
    sys.modules.pop(MODULE, None)


@pytest.fixture
def solve(monkeypatch, capsys):
    """Runs the command; returns its code, and what it printed."""

    def solve(*words, solver="adds"):
        argv = ["spoonbench", "solve", *map(str, words), "--solver", solver]
        monkeypatch.setattr(sys, "argv", argv)
        code = main()
        printed = capsys.readouterr()
        return types.SimpleNamespace(code=code, out=printed.out, err=printed.err)

    return solve


@pytest.fixture
def problems(tmp_path):
    path = tmp_path / "problems.jsonl"
    texts = {"two": "1 pen and 2 pens", "three": "1 pen, 2 pens and 4 pens 8 times", "none": "?"}
    rows = [{"id": name, "question": text} for name, text in texts.items()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_text_is_explained_to_a_person_with_the_answer_last(solve):
    done = solve("1 pen and 2 pens", "--explain")
    assert done.code == 0
    assert done.err == ""
    assert done.out == textwrap.dedent("""\
        The text tells:
          a  1 (pen)
             "1"
             owner: Ann
             used
          b  2 (pen)
             "2"
             owner: Ann
             used
        It asks for:
          ?  pen
             "how many"
        The answer follows:
          s1  sum: a + b = 1 + 2 = 3 (pen)
              All of them are asked.
        Answer: 3 (confidence 1)
    """)


def test_without_an_answer_the_reason_stands_last_and_other_readings_before(solve):
    done = solve("1 and 2 and 4", "--explain")
    assert done.code == 0
    tail = ["No answer follows.", "Other readings:", "  - 7", "No answer, abstained: 3 numbers"]
    assert done.out.splitlines()[-4:] == tail


def test_as_json_the_whole_explanation_is_printed(solve):
    found = json.loads(solve("1 pen and 2 pens", "--explain", "--json").out)
    assert found["answer"]["value"] == "3"
    assert [fact["name"] for fact in found["facts"]] == ["a", "b"]
    assert found["asked"]["name"] == "?"
    assert found["steps"][0]["formula"] == "a + b"
    assert set(found) == {"answer", "facts", "asked", "steps", "others", "notes"}


def test_lines_of_a_file_carry_their_explanations(solve, problems, tmp_path):
    plain, told = tmp_path / "plain.jsonl", tmp_path / "told.jsonl"
    assert solve(problems, "--out", plain).code == 0
    assert solve(problems, "--explain", "--out", told).code == 0
    rows = read(told)
    assert [row["id"] for row in rows] == ["two", "three", "none"]
    explanations = [row.pop("explanation") for row in rows]
    assert rows == read(plain)
    for row, explanation in zip(rows, explanations, strict=True):
        assert {name: explanation["answer"][name] for name in PLAIN} == {
            name: row[name] for name in PLAIN
        }
    assert explanations[0]["steps"][0]["value"] == "3"
    assert explanations[1]["steps"] == []
    printed = solve(problems, "--explain").out.splitlines()
    assert printed == told.read_text().splitlines()


def test_one_text_is_explained_in_a_file_too(solve, tmp_path):
    assert solve("1 and 2", "--explain", "--out", tmp_path / "one.jsonl").code == 0
    (row,) = read(tmp_path / "one.jsonl")
    assert row["explanation"]["answer"]["value"] == row["value"] == "3"


def test_answers_written_with_explanations_can_be_given_to_a_duel(solve, problems, tmp_path):
    told = tmp_path / "told.jsonl"
    solve(problems, "--explain", "--forced", "--out", told)
    recorded = make_solver(find_solver("recorded").target)
    recorded.prepare(Settings(params={"path": str(told)}))
    asked = [
        Problem(problem_id=row["id"], text=row["question"], kind="number") for row in read(problems)
    ]
    for answer, row in zip(recorded.solve(asked), read(told), strict=True):
        assert {name: getattr(answer, name) for name in PLAIN} == {n: row[n] for n in PLAIN}


def test_forced_answers_what_would_be_abstained_from(solve, problems, tmp_path):
    out = tmp_path / "answers.jsonl"
    solve(problems, "--out", out)
    assert [row["status"] for row in read(out)] == ["answered", "abstained", "abstained"]
    assert solve(problems, "--forced", "--out", out).code == 0
    rows = read(out)
    assert [(row["value"], row["confidence"]) for row in rows[:2]] == [("3", 1.0), ("15", 0.4)]
    assert rows[2]["reason"] == "0 numbers"
    assert solve("1 and 2 and 4", "--forced").out == "7\n"


@pytest.mark.parametrize("said", ["forced=true", "adds.forced=true"])
def test_forced_is_the_parameter_of_that_name(solve, said):
    assert solve("1 and 2 and 4", "--set", said).out == "7\n"
    assert solve("1 and 2 and 4", "--set", said, "--forced").out == "7\n"


@pytest.mark.parametrize("said", ["forced=false", "adds.forced=false", "forced=1"])
def test_forced_and_not_forced_is_refused(solve, said):
    done = solve("1 and 2", "--forced", "--set", said)
    assert done.code == 2
    value = said.partition("=")[2]
    assert f"--forced and --set forced={value} contradict each other." in done.err


def test_a_parameter_set_in_both_ways_is_refused(solve):
    done = solve("1 and 2", "--set", "forced=true", "--set", "adds.forced=false")
    assert done.code == 2
    assert "--set names 'forced' of adds twice." in done.err


@pytest.mark.parametrize("solver", ["guesses", "spoon", "mine.py:solve"])
def test_who_has_nothing_to_force_or_to_explain_is_refused(solve, problems, solver, tmp_path):
    (tmp_path / "mine.py").write_text("def solve(text):\n    return 1\n")
    for asked in ("1 and 2", problems):
        forced = solve(asked, "--forced", solver=solver)
        assert forced.code == 2
        assert f"Error: --forced is not for {solver}: " in forced.err
        assert forced.err.endswith("\n")
        assert not forced.err.rstrip().endswith("..")
        assert "\x1b" not in forced.err
        told = solve(asked, "--explain", solver=solver)
        assert told.code == 2
        assert f"{solver} cannot tell how its answers come about" in told.err
        assert forced.out == told.out == ""


def test_what_is_wrong_beside_forced_is_said_as_it_is(solve):
    loud = solve("1 and 2", "--forced", "--set", "loud=true")
    assert loud.code == 3
    assert loud.err == "Error: adds: unknown parameters loud\n"
    named = solve("1 and 2", "--forced", "--set", "loud=not forced", solver="raises")
    assert named.code == 3
    assert named.err == "Error: raises: KeyError: 'not forced'\n"
    maybe = solve("1 and 2", "--set", "forced=maybe")
    assert maybe.code == 3
    assert maybe.err == "Error: adds: forced must be true or false\n"


def test_an_explanation_that_is_none_is_a_sentence(solve):
    done = solve("1 and 2", "--explain", solver="rambles")
    assert done.code == 3
    assert "rambles gave no explanation, but str." in done.err


def test_a_hybrid_explains_by_the_stage_that_answered(solve):
    done = solve("1 and 2", "--explain", solver="adds+guesses")
    assert "sum: a + b = 1 + 2 = 3 (pen)" in done.out
    assert done.out.endswith("Answer: 3 (confidence 1)\n")
    done = solve("1 and 2 and 4", "--explain", solver="adds+guesses")
    assert done.out == textwrap.dedent("""\
        Notes:
          - adds abstained: 3 numbers
          - guesses answered 7 with confidence 0.25; it has no steps to show
        Answer: 7 (confidence 0.25)
    """)
    refused = solve("1 and 2", "--explain", solver="guesses+spoon")
    assert refused.code == 2


def test_of_a_hybrid_one_stage_is_forced(solve):
    refused = solve("1 and 2 and 4", "--forced", solver="adds+guesses")
    assert refused.code == 2
    assert "--set adds.forced=true" in " ".join(refused.err.split())
    forced = ("--set", "adds.forced=true")
    assert solve("1 and 2 and 5", *forced, solver="adds+guesses").out == "8\n"
    for name in ("threshold", "adds+guesses.threshold"):
        sure = ("--set", f"{name}=0.5", *forced)
        assert solve("1 and 2 and 5", *sure, solver="adds+guesses").out == "7\n"


def test_batches_do_not_go_with_explanations(solve, problems):
    done = solve(problems, "--explain", "--batch-size", "8")
    assert done.code == 2
    assert "--batch-size does nothing with --explain" in done.err


@pytest.mark.parametrize("option", [(), ("--explain",), ("--forced",)])
def test_a_bad_line_is_named_before_anything_is_written(solve, tmp_path, option):
    path, out = tmp_path / "bad.jsonl", tmp_path / "answers.jsonl"
    path.write_text('{"id": "a", "question": "1 and 2"}\n{"id": "b"}\n')
    done = solve(path, "--out", out, *option)
    assert done.code == 3
    assert "bad.jsonl, line 2: no text in the column 'question'." in done.err
    assert not out.exists()


def test_the_help_fits_eighty_columns(solve):
    done = solve("--help")
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    for option in ("--explain", "--forced", "STAGE.PARAMETER=VALUE"):
        assert option in done.out


WHOLE = Explanation(
    answer=Answer(status="answered", value="1/2", confidence=0.999999),
    facts=(
        Fact(name="a", text="some \x1b[31mpens", value=None, thing="pen", says="", use="of Tom"),
        Fact(name="b", text="a half", value="1/2", thing="", says="owner: Ann", use="used"),
    ),
    asked=Fact(name="?", text="how many", value=None, thing="", says="of: Ann", use="used"),
    steps=(
        DerivationStep(
            name="s1",
            rule="state",
            formula="b",
            numbers="1/2",
            value="1/2",
            thing="",
            why="It is told.",
            assumptions=("nothing changed",),
        ),
    ),
    others=("2 (b + 3/2)",),
    notes=("nothing changed", "read as English"),
)


def test_everything_that_is_told_is_shown():
    assert lines_of(WHOLE, 80) == [
        "The text tells:",
        "  a  no number (pen)",
        '     "some \\x1b[31mpens"',
        "     left out: of Tom",
        "  b  1/2",
        '     "a half"',
        "     owner: Ann",
        "     used",
        "It asks for:",
        "  ?  an amount",
        '     "how many"',
        "     of: Ann",
        "The answer follows:",
        "  s1  state: b = 1/2",
        "      It is told.",
        "      taken for granted: nothing changed",
        "Other readings:",
        "  - 2 (b + 3/2)",
        "Notes:",
        "  - read as English",
        "Answer: 1/2 (confidence 0.999999)",
    ]


def test_what_was_not_found_is_said():
    answer = Answer(status="abstained", reason="no question")
    told = Explanation(answer=answer, facts=WHOLE.facts[:1])
    assert [line for line in lines_of(told, 80) if not line.startswith(" ")] == [
        "The text tells:",
        "No question was found.",
        "No answer follows.",
        "No answer, abstained: no question",
    ]


def test_a_reading_that_was_turned_down_is_no_answer():
    told = replace(WHOLE, answer=Answer(status="abstained", reason="unsure", confidence=0.4))
    lines = lines_of(told, 80)
    assert "The answer follows:" not in lines
    step = lines.index("The best reading, which was turned down:") + 1
    assert lines[step] == "  s1  state: b = 1/2"
    assert lines[-1] == "No answer, abstained: unsure (confidence 0.4)"


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
facts = st.builds(
    Fact, name=words, text=words, value=words | st.none(), thing=words, says=words, use=words
)
steps = st.builds(
    DerivationStep,
    name=words,
    rule=words,
    formula=words,
    numbers=words,
    value=words,
    thing=words,
    why=words,
    assumptions=st.lists(words, max_size=2).map(tuple),
)
explanations = st.builds(
    Explanation,
    answer=st.builds(lambda value: Answer(status="answered", value=value), words),
    facts=st.lists(facts, max_size=3).map(tuple),
    asked=facts | st.none(),
    steps=st.lists(steps, max_size=3).map(tuple),
    others=st.lists(words, max_size=2).map(tuple),
    notes=st.lists(words, max_size=2).map(tuple),
)


def squeezed(text):
    return "".join(text.split())


@given(explanations, st.integers(2, 120))
def test_at_any_width_no_line_is_wider_and_no_text_is_lost(explanation, width):
    lines = lines_of(explanation, width)
    assert all(cell_len(line) <= width for line in lines)
    assert all(make_plain(line) == line for line in lines)
    # However narrow, the same characters in the same order as where all lines fit.
    assert squeezed("".join(lines)) == squeezed("".join(lines_of(explanation, 10_000)))
