import sys

from spoonbench.solvers.api import Problem, Size
from spoonbench.solvers.instructions import count_instructions, size_of_rules


def loop(n):
    total = 0
    for i in range(n):
        total += i
    return total


def test_the_count_grows_with_the_work_and_repeats():
    few, many = count_instructions(lambda: loop(10)), count_instructions(lambda: loop(1000))
    assert few > 0
    assert many > 50 * few
    assert many == count_instructions(lambda: loop(1000))


def test_tracing_is_given_back_as_it_was():
    before = sys.gettrace()
    count_instructions(lambda: loop(3))
    assert sys.gettrace() is before


def test_size_is_per_problem():
    problems = [Problem(problem_id=str(i), text="x") for i in range(4)]
    size = size_of_rules(lambda some: [loop(10) for _ in some], problems)
    assert size.operations_per_problem > 0
    assert size.formula
    assert size_of_rules(lambda _: [], []) == Size()
