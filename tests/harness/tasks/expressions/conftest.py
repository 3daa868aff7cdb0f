"""An oracle that shares nothing with the project: Python's own grammar over exact fractions."""

import re
from fractions import Fraction

import pytest

FRAME = re.compile(r"(?:What is|Calculate)?\s*(.*?)\s*=?\s*\??\s*", re.DOTALL)
SIGNS = str.maketrans({"\u2212": "-", "\u00d7": "*", "\u00f7": "/"})


@pytest.fixture(scope="session")
def python_value():
    """What Python makes of a problem's text; None where it makes nothing of it."""

    def python_value(text):
        code = FRAME.fullmatch(text)[1].translate(SIGNS)
        # A comment to Python, but no sign of arithmetic.
        code = code.replace("#", "$").replace("^", "**").replace(" percent", "%")
        code = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", code)
        code = re.sub(r"([0-9]+(?:\.[0-9]+)?)", r"F('\1')", code)
        code = re.sub(r"(F\('[0-9.]+'\))%", r"(\1/100)", code).replace(" of ", "*")
        code = re.sub(r" (in|de)creased by (.+)", change, code)
        try:
            value = eval(code, {"__builtins__": {}, "F": Fraction})
        except (SyntaxError, NameError, AttributeError, TypeError, ZeroDivisionError):
            return None
        return value

    return python_value


def change(match):
    return f"*(1{'+' if match[1] == 'in' else '-'}{match[2]})"
