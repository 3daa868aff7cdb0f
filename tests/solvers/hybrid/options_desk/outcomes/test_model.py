"""The desk uses the model where it is better and the formula where it is not, and says so."""

import json
from dataclasses import replace

import numpy as np
import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes import simulation, worlds
from spoonbench.solvers.hybrid.options_desk.outcomes.estimates import (
    NO_MODEL,
    risk_score,
    win_probability,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.features import PAST
from spoonbench.solvers.hybrid.options_desk.outcomes.learning import learn
from spoonbench.solvers.hybrid.options_desk.outcomes.model import FILE_NAME, OutcomeModel
from spoonbench.solvers.hybrid.options_desk.outcomes.regression import fit_weights, sigmoid
from spoonbench.solvers.hybrid.options_desk.outcomes.simulation import simulate_trades


def decided(model, *, is_better):
    """The same model with an evaluation that came out so."""
    parts = []
    for part in model.parts:
        low, high = (-0.02, -0.01) if is_better else (-0.02, 0.01)
        over = part.evaluation.over_closed_form._replace(mean=-0.015, low=low, high=high)
        parts.append(replace(part, evaluation=replace(part.evaluation, over_closed_form=over)))
    return replace(model, parts=tuple(parts))


def test_without_a_model_the_formula_answers_and_says_so(history):
    features = history.features(0)
    found = win_probability(features, None)
    assert (found.probability, found.low, found.high) == (features.probability, None, None)
    assert (found.method, found.sentence) == ("closed form", NO_MODEL)
    assert risk_score(features, None).probability == features.severe_probability


def test_a_model_that_is_better_answers_with_an_interval_around_its_probability(model, history):
    better = decided(model, is_better=True)
    for row in range(0, len(history), 300):
        for found in (
            win_probability(history.features(row), better),
            risk_score(history.features(row), better),
        ):
            assert found.method == "outcome model"
            assert 0 <= found.low <= found.probability <= found.high <= 1
            assert "beat the formula" in found.sentence


def test_a_model_that_is_not_shown_to_be_better_leaves_the_formula(model, history):
    features = history.features(5)
    found = win_probability(features, decided(model, is_better=False))
    assert (found.method, found.probability) == ("closed form", features.probability)
    assert "did not beat the formula" in found.sentence


def test_without_earlier_closes_the_part_that_needs_none_answers(model, history):
    features = replace(history.features(5), **dict.fromkeys(PAST))
    found = win_probability(features, decided(model, is_better=True))
    assert "without the underlying's earlier closes" in found.sentence
    assert found.method == "outcome model"


def test_a_strategy_that_history_does_not_have_is_left_to_the_formula(model, history):
    features = replace(history.features(5), strategy="jade lizard")
    found = win_probability(features, decided(model, is_better=True))
    assert found.method == "closed form"
    assert "has seen no jade lizard" in found.sentence


def test_what_was_learned_survives_a_folder(model, history, tmp_path):
    model.save(tmp_path / "new" / "folder")
    again = OutcomeModel.load(tmp_path / "new" / "folder")
    better = decided(model, is_better=True)
    for row in (0, 400):
        features = history.features(row)
        assert again.win_probability(features) == model.win_probability(features)
        assert decided(again, is_better=True).risk_score(features) == better.risk_score(features)
    assert again.parts[0].evaluation == model.parts[0].evaluation
    assert again.remarks == model.remarks


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": 9}', '{"format": 1}'])
def test_a_folder_that_holds_no_model_is_refused_in_a_sentence(tmp_path, damage):
    with pytest.raises(BadInput, match="holds no outcome model"):
        OutcomeModel.load(tmp_path)
    (tmp_path / FILE_NAME).write_text(damage)
    with pytest.raises(BadInput, match="is no outcome model of format 1"):
        OutcomeModel.load(tmp_path)


def test_damaged_weights_are_refused(model, tmp_path):
    model.save(tmp_path)
    values = json.loads((tmp_path / FILE_NAME).read_text())
    values["parts"][0]["foresight"]["fit"]["weights"][0] = None
    (tmp_path / FILE_NAME).write_text(json.dumps(values))
    with pytest.raises(BadInput, match="is no outcome model"):
        OutcomeModel.load(tmp_path)


def test_later_trades_change_nothing_but_the_judgement(model, history):
    """The outcomes of the last period are turned round: the same weights, another verdict."""
    turned = np.where(
        history.opened >= np.datetime64(model.starts[1]), ~history.is_win, history.is_win
    )
    other = learn(replace(history, is_win=turned), n_resampled=2)
    assert (other.parts[0].foresight.fit.weights == model.parts[0].foresight.fit.weights).all()
    assert other.parts[0].foresight.fit.platt == model.parts[0].foresight.fit.platt
    assert other.parts[0].evaluation.over_closed_form != model.parts[0].evaluation.over_closed_form


def test_without_reason_against_it_the_model_is_the_formula():
    """Penalised without end, the weights are zero and the log odds those of the formula."""
    draw = np.random.Generator(np.random.PCG64(1))
    columns, offset = draw.normal(size=(200, 3)), draw.normal(size=200)
    happened = (draw.random(200) < 0.9).astype(float)
    assert np.abs(fit_weights(columns, offset, happened, 1e12)).max() < 1e-8


def test_weights_are_where_the_penalised_likelihood_is_flat():
    draw = np.random.Generator(np.random.PCG64(2))
    columns, offset = draw.normal(size=(300, 4)), draw.normal(size=300)
    happened = (draw.random(300) < 0.4).astype(float)
    weights = fit_weights(columns, offset, happened, 5.0)
    slope = columns.T @ (happened - sigmoid(offset + columns @ weights)) - 5.0 * weights
    assert np.abs(slope).max() < 1e-6


@pytest.mark.parametrize(
    ("rows", "said"), [(slice(0, 120), "at least 50"), (slice(0, 400), "quarters of a year")]
)
def test_too_little_history_is_refused(history, rows, said):
    with pytest.raises(BadInput, match=said):
        learn(history.select(np.arange(len(history))[rows]))


def test_trades_that_all_ended_alike_are_refused(history):
    with pytest.raises(BadInput, match="ended alike"):
        learn(replace(history, is_win=np.ones(len(history), dtype=bool)))


def test_in_the_exact_world_the_desk_keeps_to_the_formula():
    """A wrong adoption has a chance of 2.5%; with this seed there is none."""
    history = simulate_trades("black-scholes", seed=21, n_years=12, per_day=1)
    found = learn(history, n_resampled=2)
    assert not any(part.evaluation.is_better for part in found.parts)
    assert win_probability(history.features(0), found).method == "closed form"


@pytest.mark.slow
def test_where_quotes_are_far_too_high_the_desk_uses_the_model(monkeypatch):
    dear = replace(worlds.WORLDS["premium"], premium=0.35)
    monkeypatch.setattr(simulation, "WORLDS", {"premium": dear})
    history = simulation.simulate_trades("premium", seed=22, n_years=20, per_day=2)
    found = learn(history, n_resampled=2)
    assert all(part.evaluation.is_better for part in found.parts if part.foresight.target == "win")
    assert win_probability(history.features(0), found).method == "outcome model"


@pytest.mark.slow
def test_in_the_exact_world_the_formula_stands_on_most_seeds():
    kept = 0
    for seed in range(30, 38):
        history = simulate_trades("black-scholes", seed=seed)
        found = learn(history, n_resampled=2)
        kept += not any(part.evaluation.is_better for part in found.parts)
    assert kept >= 6
