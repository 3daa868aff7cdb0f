"""Models of transformers in local folders as readers: loaded, asked, and believed nothing."""

from datetime import date

import pytest

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.hybrid.options_desk.language.model_reader import understand
from spoonbench.solvers.hybrid.options_desk.language.writers import FolderWriter

TODAY = date(2026, 11, 22)
UNREAD = "flog me 3 condors of the iron sort in SPX @5900"


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen3"])
def test_an_untrained_model_gives_no_request_but_a_sentence(request, family):
    writer = FolderWriter({"model": str(request.getfixturevalue(f"{family}_folder"))})
    try:
        reading = understand(UNREAD, today=TODAY, writer=writer)
    finally:
        writer.close()
    assert reading.request is None
    assert any("model" in sentence for sentence in reading.sentences)


def test_what_the_grammar_reads_is_not_given_to_a_model():
    class Never:
        def write(self, prompt, schema, /):
            raise AssertionError("nobody was to ask")

    reading = understand(
        "sell a straddle on SPX, spot 5900, vol 14%, 30 days", today=TODAY, writer=Never()
    )
    assert reading.request is not None
    assert reading.request.reader == "grammar"


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(Unsupported):
        FolderWriter({"model": str(tmp_path)})
