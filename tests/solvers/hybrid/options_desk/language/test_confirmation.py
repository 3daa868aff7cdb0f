"""What the confirmation says is what was understood: reading it gives the request again."""

import importlib.util
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings

from spoonbench.solvers.hybrid.options_desk.language.checks import validate
from spoonbench.solvers.hybrid.options_desk.language.confirmation import confirm
from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import read_request

_SPEC = importlib.util.spec_from_file_location(
    "requests_made", Path(__file__).with_name("requests_made.py")
)
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)


def bare(request):
    return replace(request, text="", remarks=())


def test_it_is_written_from_what_was_understood():
    text = "sell an iron condor on SPX, spot 5900, VIX 14, 30 days, risk at most 2% of 250k"
    request = read_request(text, today=made.TODAY).request
    assert confirm(request, today=made.TODAY) == (
        "Sell an iron condor on SPX (spot 5,900), volatility 14% (from VIX 14), expiring "
        "22 December 2026 (30 days), losing at most $5,000 (2% of $250,000)."
    )
    assert confirm(replace(request, text="something else"), today=made.TODAY) == confirm(
        request, today=made.TODAY
    )


@settings(deadline=None, max_examples=80)
@given(made.requests())
def test_reading_it_gives_the_request_again(request):
    assert validate(request, today=made.TODAY) == ()
    text = confirm(request, today=made.TODAY)
    reading = read_request(text, today=made.TODAY)
    assert reading.request is not None, (text, reading.sentences)
    assert bare(reading.request) == bare(request), text
