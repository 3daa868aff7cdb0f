"""What the command line must not import before a command needs it.

The times are in bench/: here stands why they hold.
"""

import subprocess
import sys

import pytest

FORBIDDEN = (
    "torch",
    "transformers",
    "tokenizers",
    "sklearn",
    "scipy",
    "sympy",
    "pandas",
    "numpy",
    "matplotlib",
    "seaborn",
    "jinja2",
    "lark",
    "rich",
    "spoonbench.reports",
)


def modules_after(code):
    program = f"import sys\n{code}\nprint('\\n'.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["duel", "--help"],
        ["solve", "--help"],
        ["train", "--help"],
        ["finetune", "plan", "--help"],
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(words):
    code = (
        "import contextlib, io\n"
        "from spoonbench.harness.cli import main\n"
        f"sys.argv = ['spoonbench', *{words!r}]\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = main()\n"
        "assert code == 0, code"
    )
    assert modules_after(code) & set(FORBIDDEN) == set()


def test_rules_answer_without_anything_heavy():
    code = (
        "import contextlib, io\n"
        "from spoonbench.harness.cli import main\n"
        "sys.argv = ['spoonbench', 'solve', 'john had 100 candies, he got 45 more from his mom']\n"
        "with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "    main()\n"
        "assert out.getvalue() == '145\\n', out.getvalue()"
    )
    heavy = {"torch", "transformers", "sklearn", "scipy", "sympy", "pandas", "matplotlib"}
    assert modules_after(code) & heavy == set()


def test_advice_needs_nothing_heavy():
    code = (
        "import contextlib, io\n"
        "from spoonbench.harness.cli import main\n"
        "sys.argv = ['spoonbench', 'advise', 'device', '--parameters', '124M', '--batch', '4',\n"
        "    '--memory', '24GB', '--out', '/nonexistent']\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = main()\n"
        "assert code == 0, code"
    )
    assert modules_after(code) & set(FORBIDDEN) == set()
