"""Under autocast the weights stay in float32, and what comes out is what torch.autocast gives."""

import copy
from collections import Counter

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.engines import ENGINES, NATIVE
from spoonbench.solvers.llm.batches import EncodedExample
from spoonbench.solvers.llm.fitting import encode_checked
from spoonbench.solvers.llm.prompt import prompt_of
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.llm.tokenizer import encode_prompts
from spoonbench.solvers.number_formats import AUTOCAST
from spoonbench.solvers.texts import Decoding

N_NEW = 12


@pytest.fixture(scope="module")
def folder(train, tmp_path_factory):
    """What a training kept."""
    solver, _ = train()
    place = tmp_path_factory.mktemp("weights")
    solver.save(place)
    return place


@pytest.fixture
def load(folder):
    """The weights, in a number format."""

    def run(dtype=AUTOCAST, **settings):
        solver = LanguageModelSolver()
        solver.prepare(Settings(dtype=dtype, **settings))
        solver.load(folder)
        return solver

    return run


def plainly(model, ids):
    """Logits of all tokens as torch's own autocast gives them; shape (1, n, vocabulary)."""
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        return model(input_ids=torch.tensor([ids]), use_cache=False).logits


def plain_score(model, pair: EncodedExample):
    ids = [*pair.prompt, *pair.completion]
    scores = plainly(model, ids)[0].float().log_softmax(dim=-1)
    places = range(len(pair.prompt) - 1, len(ids) - 1)
    return sum(float(scores[place, ids[place + 1]]) for place in places)


class Conversions(TorchDispatchMode):  # type: ignore[misc]  # torch has no types
    """Counts how often each parameter is converted."""

    def __init__(self, model):
        super().__init__()
        self.names = {p.untyped_storage().data_ptr(): n for n, p in model.named_parameters()}
        self.counts: Counter[str | None] = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if str(func) in ("aten._to_copy.default", "aten.to.dtype"):
            self.counts[self.names.get(args[0].untyped_storage().data_ptr())] += 1
        return func(*args, **(kwargs or {}))


def test_scores_are_those_of_torchs_autocast_and_not_those_of_float32(load, make_examples):
    solver, full, made = load(), load("float32"), make_examples(8)
    pairs = encode_checked(solver._fitted(), made)
    model = copy.deepcopy(full._ready().model)
    expected = [plain_score(model, pair) for pair in pairs]
    ours = [score for each in made for score in solver.score_examples([each])]
    theirs = [score for each in made for score in full.score_examples([each])]
    assert ours == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert ours != pytest.approx(theirs, rel=1e-5, abs=1e-5)
    assert ours == pytest.approx(theirs, abs=0.2)


def test_texts_are_those_of_generate_under_autocast(load, make_examples):
    solver = load()
    trained = solver._ready()
    prompts = [prompt_of(example.problem.text) for example in make_examples(6)]
    written = solver.generate(prompts, Decoding(max_new_tokens=N_NEW))
    for ids, text in zip(encode_prompts(trained.tokenizer, prompts), written, strict=True):
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            found = trained.model.generate(
                torch.tensor([ids]),
                attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                max_new_tokens=N_NEW,
                do_sample=False,
                pad_token_id=trained.tokenizer.pad_token_id,
                eos_token_id=trained.tokenizer.eos_token_id,
            )
        assert tuple(found[0, len(ids) :].tolist()) == text.token_ids


def test_a_text_is_foreseen_as_under_torchs_autocast(load, make_examples):
    solver, full = load(), load("float32")
    text = prompt_of(make_examples(1)[0].problem.text)
    trained = solver._ready()
    ids = trained.tokenizer(text, add_special_tokens=False)["input_ids"]
    found = solver.text_likelihood(text)
    begins = found.n_tokens == len(ids)
    ids = [trained.tokenizer.bos_token_id, *ids] if begins else ids
    scores = plainly(trained.model, ids)[0].float().log_softmax(dim=-1)
    expected = sum(float(scores[at, token]) for at, token in enumerate(ids[1:]))
    assert found.log_likelihood == pytest.approx(expected, rel=1e-5)
    assert found.log_likelihood != pytest.approx(
        full.text_likelihood(text).log_likelihood, rel=1e-6
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda solver, made: solver.solve([example.problem for example in made]),
        lambda solver, made: solver.generate(["ann has 3"], Decoding(max_new_tokens=2)),
        lambda solver, made: solver.score_examples(made),
        lambda solver, made: solver.log_likelihood(["ann"], [" has"]),
        lambda solver, made: solver.text_likelihood("ann has 3 apples"),
        lambda solver, made: solver.prefill(2, 9),
        lambda solver, made: solver.decode(2, 9, 4),
    ],
)
def test_every_mode_multiplies_in_bfloat16_and_leaves_no_autocast_behind(load, make_examples, call):
    seen: dict[str, set[torch.dtype]] = {AUTOCAST: set(), "float32": set()}
    for dtype, formats in seen.items():
        solver = load(dtype)
        for layer in solver._ready().model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.register_forward_hook(lambda _, __, out, to=formats: to.add(out.dtype))
        call(solver, make_examples(2))
        assert not torch.is_autocast_enabled("cpu")
    assert seen == {AUTOCAST: {torch.bfloat16}, "float32": {torch.float32}}


def test_weights_stay_as_they_are_and_answers_too(load, make_examples):
    cast, full = load(), load("float32")
    known = [example.problem for example in make_examples(35)]
    pairs = list(zip(cast.solve(known), full.solve(known), strict=True))
    assert sum(one.value == other.value for one, other in pairs) >= 30
    assert {p.dtype for p in cast._trained.model.parameters()} == {torch.float32}
    assert cast.size(known).weight_bytes == full.size(known).weight_bytes


def test_weights_are_converted_once_a_call_however_many_tokens_it_writes(load):
    """What the prediction of memory counts as copies."""
    solver = load()
    counts = []
    for new_tokens in (1, 6):
        with Conversions(solver._ready().model) as conversions:
            solver.decode(2, 9, new_tokens)
        counts.append({name: n for name, n in conversions.counts.items() if name})
    assert set(counts[0].values()) == {1}
    assert counts[0] == counts[1]
    linear = [n for n, _ in solver._ready().model.named_parameters() if "proj.weight" in n]
    assert linear
    assert set(linear) <= set(counts[0])


def test_what_was_asked_under_autocast_learns_and_is_kept(load, make_examples, tmp_path):
    solver = load()
    made = make_examples(4)
    before = solver.solve([made[0].problem])
    solver.step(made)
    solver.save(tmp_path)
    assert before[0].status == "answered"


@pytest.mark.parametrize("name", [name for name in ENGINES if name != NATIVE])
def test_other_engines_have_none(load, name):
    with pytest.raises(Unsupported, match=f"the engine {name} computes in .*, not {AUTOCAST}"):
        load(engine=name)


def test_no_quantization_has_it(load):
    for name in LanguageModelSolver.info.quantizations[1:]:
        with pytest.raises(Unsupported, match=f"{name} computes in .*, not {AUTOCAST}"):
            load(quantization=name)
