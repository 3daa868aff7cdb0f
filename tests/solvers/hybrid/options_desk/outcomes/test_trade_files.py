"""A user's own trades: two ways to give them, and every fault named by line and column."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.features import Opening, features_of
from spoonbench.solvers.hybrid.options_desk.outcomes.trade_files import read_history, read_legs

LEGS = "-1 put 95 @ 1.20; +1 put 90 @ 0.55"
WITH_LEGS = {
    "opened": "2024-01-02",
    "closed": "2024-02-01",
    "strategy": "bull put spread",
    "volatility": "0.2",
    "legs": LEGS,
    "spot": "100",
    "expiry": "2024-02-01",
    "profit": "0.65",
}
WITH_FEATURES = {
    "opened": "2024-01-02",
    "closed": "2024-02-01",
    "strategy": "bull put spread",
    "volatility": "0.2",
    "days": "30",
    "probability": "0.8",
    "severe_probability": "0.1",
    "premium": "0.11",
    "outcome": "win",
    "severe": "0",
}


def written(tmp_path, *rows, columns=None):
    names = columns or list(rows[0])
    path = tmp_path / "trades.csv"
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    return path


def test_trades_with_legs_have_the_features_of_the_desk(tmp_path):
    history = read_history(written(tmp_path, WITH_LEGS))
    expected = features_of(
        Opening(
            strategy="bull put spread",
            legs=read_legs(LEGS),
            spot=100.0,
            forward=100.0,
            volatility=0.2,
            days=30.0,
        )
    )
    assert history.features(0) == expected
    assert (bool(history.is_win[0]), history.is_severe[0]) == (True, 0.0)


def test_a_loss_of_half_the_stress_loss_is_severe(tmp_path):
    # At most 4.35 can be lost.
    rows = [{**WITH_LEGS, "profit": profit} for profit in ("-2.1", "-2.2", "-4.35")]
    history = read_history(written(tmp_path, *rows))
    assert history.is_severe.tolist() == [0.0, 1.0, 1.0]
    assert not history.is_win.any()


def test_trades_with_features_are_taken_as_they_stand(tmp_path):
    rows = [WITH_FEATURES, {**WITH_FEATURES, "outcome": "loss", "severe": "", "realised_21": "0.3"}]
    history = read_history(written(tmp_path, *rows, columns=[*WITH_FEATURES, "realised_21"]))
    assert history.features(1).realised_21 == 0.3
    assert history.features(0).realised_21 is None
    assert history.is_win.tolist() == [True, False]
    assert np.isnan(history.is_severe[1])


def test_rows_come_in_the_order_of_opening_and_know_their_places(tmp_path):
    first = date(2024, 1, 2)
    days = [first + timedelta(days=back) for back in (5, 1, 3)]
    rows = [{**WITH_FEATURES, "opened": str(day)} for day in days]
    history = read_history(written(tmp_path, *rows))
    assert history.opened.tolist() == sorted(days)
    assert history.number.tolist() == [1, 2, 0]


def test_parquet_is_read_like_csv(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "trades.parquet"
    row = {**WITH_LEGS, "profit": 0.65, "spot": 100.0, "opened": pd.Timestamp("2024-01-02")}
    pd.DataFrame([row]).to_parquet(path)
    assert read_history(path).features(0).days == 30.0


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"opened": "yesterday"}, "opened", "no day"),
        ({"closed": "2023-12-01"}, "closed", "before 2024-01-02"),
        ({"strategy": ""}, "strategy", "empty"),
        ({"volatility": "-0.2"}, "volatility", "not above zero"),
        ({"volatility": "20%"}, "volatility", "no number"),
        ({"legs": "sell a put"}, "legs", "no leg such as"),
        ({"legs": "-1 put @ 1"}, "legs", "an option has a strike"),
        ({"spot": "nan"}, "spot", "no number"),
        ({"expiry": "2024-01-02"}, "expiry", "not after"),
        ({"profit": ""}, "profit", "empty"),
        ({"profit": "inf"}, "profit", "no number"),
    ],
)
def test_a_fault_is_named_by_line_and_column(tmp_path, change, column, said):
    path = written(tmp_path, WITH_LEGS, {**WITH_LEGS, **change})
    with pytest.raises(BadInput, match=f"line 3, column {column}: .*{said}"):
        read_history(path)


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"probability": "1.5"}, "probability", "from 0 to 1"),
        ({"days": "0"}, "days", "above zero"),
        ({"premium": ""}, "premium", "there is no premium"),
        ({"outcome": "draw"}, "outcome", "neither win nor loss"),
        ({"severe": "maybe"}, "severe", "neither 0 nor 1"),
    ],
)
def test_a_wrong_feature_is_named_by_line_and_column(tmp_path, change, column, said):
    path = written(tmp_path, WITH_FEATURES, WITH_FEATURES, {**WITH_FEATURES, **change})
    with pytest.raises(BadInput, match=f"line 4, column {column}: .*{said}"):
        read_history(path)


def test_lines_are_counted_where_cells_and_gaps_span_them(tmp_path):
    path = tmp_path / "trades.csv"
    names = ",".join([*WITH_FEATURES, "note"])
    good = ",".join([*WITH_FEATURES.values(), '"two\nlines"'])
    bad = ",".join([*{**WITH_FEATURES, "days": "x"}.values(), ""])
    path.write_text(f"{names}\n{good}\n\n{bad}\n{bad}\n")
    with pytest.raises(BadInput, match=r"line 5, column days: .* \(1 more row"):
        read_history(path)


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        ("opened", "no column opened"),
        ("spot", "no column spot"),
        ("legs", "no column days, nor legs"),
        ("profit", "neither a column profit nor a column outcome"),
    ],
)
def test_a_missing_column_is_named(tmp_path, dropped, said):
    row = {name: value for name, value in WITH_LEGS.items() if name != dropped}
    with pytest.raises(BadInput, match=said):
        read_history(written(tmp_path, row))


def test_an_empty_table_and_a_contradiction_are_refused(tmp_path):
    with pytest.raises(BadInput, match="has no trades"):
        read_history(written(tmp_path, columns=list(WITH_LEGS)))
    row = {**WITH_LEGS, "outcome": "loss"}
    with pytest.raises(BadInput, match="does not fit a profit"):
        read_history(written(tmp_path, row))
    with pytest.raises(BadInput, match="there is no file"):
        read_history(tmp_path / "none.csv")
