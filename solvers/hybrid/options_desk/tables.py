"""Rows of a user's file: read as text, so that nothing is changed, and written with new columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_PARQUET = (".parquet", ".pq")


def read_table(path: Path) -> pd.DataFrame:
    """The rows of a CSV or Parquet file; of a CSV file as text, letter by letter.

    Raises:
        BadInput: there is no such file, it is no table, names a column twice, or has rows of more
            cells than there are names.
    """
    _check_name(path)
    try:
        if path.suffix.lower() in _PARQUET:
            return pd.read_parquet(path)
        return _read_csv(path)
    except BadInput:
        raise
    except ImportError:
        raise _no_parquet() from None
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}") from None
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as exc:
        raise BadInput(f"{path} is no table: {exc}") from exc
    except OSError:
        raise
    except Exception as exc:
        # What pyarrow raises for a file that is no Parquet depends on its release.
        raise BadInput(f"{path} is no table: {exc}") from exc


def _read_csv(path: Path) -> pd.DataFrame:
    names = pd.read_csv(path, dtype=str, header=None, nrows=1, skipinitialspace=True).iloc[0]
    twice = names[names.notna() & names.duplicated()]
    if len(twice):
        # pandas would give the second one another name, and nobody would read it.
        raise BadInput(f"{path} has two columns {twice.iloc[0]!r}")
    table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    if not isinstance(table.index, pd.RangeIndex):
        # pandas takes the first cells for names of rows then, and moves all others to the left.
        raise BadInput(f"{path} has rows of more cells than its first line has names")
    return table


def write_table(table: pd.DataFrame, path: Path) -> None:
    """As CSV or, by the file's name, Parquet; its folder is made.

    Raises:
        BadInput: the name is neither, or what Parquet needs is not installed.
    """
    _check_name(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if path.suffix.lower() in _PARQUET:
            table.to_parquet(path, index=False)
        else:
            table.to_csv(path, index=False)
    except ImportError:
        raise _no_parquet() from None


def numbers(column: pd.Series) -> NDArray[np.float64]:
    """Doubles; NaN for what is none."""
    found = pd.to_numeric(column, errors="coerce")
    return np.asarray(found.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def with_columns(table: pd.DataFrame, found: Mapping[str, Any], prefix: str) -> pd.DataFrame:
    """The table with new columns to its right.

    Raises:
        BadInput: it has one of that name already.
    """
    named = {f"{prefix}{name}": value for name, value in found.items()}
    taken = [name for name in named if name in table.columns]
    if taken:
        raise BadInput(
            f"the table has a column {taken[0]!r} already; --prefix names the new ones otherwise"
        )
    return table.assign(**named)


def _check_name(path: Path) -> None:
    if path.suffix.lower() not in (".csv", *_PARQUET):
        raise BadInput(f"{path} is neither .csv nor .parquet")


def _no_parquet() -> BadInput:
    return BadInput("Parquet needs pyarrow: pip install 'spoonbench[parquet]'")
