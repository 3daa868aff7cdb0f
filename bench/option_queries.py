"""How well written queries about options are read: the share that is read exactly, by group.

    python bench/option_queries.py
    python bench/option_queries.py --queries mine.toml --wrong

A file of queries is TOML: tables of groups, each query with `text` and what it comes to: `is` (the
fields of the request that are not None), `ask` (what is asked about), `problem` (what cannot be),
`unread` (words that cannot be placed), and `today` (2026-11-22 unless it is said). A query is exact
where every field, every leg, and every question and problem is as expected, and nothing more.
A field that was set though nobody expected it is a silent default, and is counted by itself.

It ends with 1 where a query is not exact.
"""

import argparse
import sys
import time
import tomllib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import read_request

QUERIES = sorted(
    Path(__file__).parent.parent.glob("tests/solvers/hybrid/options_desk/language/queries*.toml")
)
TODAY = date(2026, 11, 22)
NOT_COMPARED = {"text", "reader", "remarks"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--queries", type=Path, nargs="+", default=QUERIES, help="TOML files")
    parser.add_argument("--wrong", action="store_true", help="show what is not exact")
    arguments = parser.parse_args()
    exact, every, defaults = 0, 0, 0
    print(f"{'group':<28} {'exact':>6} {'of':>6} {'silent defaults':>16}")
    for path in arguments.queries:
        for group, queries in load(path).items():
            found = [outcome(query) for query in queries]
            right = sum(not difference for difference, _ in found)
            silent = sum(len(extra) for _, extra in found)
            print(f"{group:<28} {right:>6} {len(queries):>6} {silent:>16}")
            exact, every, defaults = exact + right, every + len(queries), defaults + silent
            for query, (difference, _) in zip(queries, found, strict=True):
                if difference and arguments.wrong:
                    print(f"    {query['text']!r}\n        {difference}")
    print(f"{'all':<28} {exact:>6} {every:>6} {defaults:>16}")
    print(f"exact: {exact / max(every, 1):.1%}; {milliseconds(arguments.queries):.2f} ms a query")
    return int(exact < every)


def load(path):
    """Groups of queries."""
    return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)


def outcome(query):
    """What differs, in words, and the fields that nobody expected; both empty where it is exact."""
    reading = read_request(query["text"], today=query.get("today", TODAY))
    found = {
        "is": said(reading.request),
        "ask": sorted({note.about for note in reading.missing}),
        "problem": sorted({note.about for note in reading.problems}),
        "unread": " ".join(reading.unread),
    }
    wanted = {
        "is": plain(query.get("is")),
        "ask": sorted(query.get("ask", [])),
        "problem": sorted(query.get("problem", [])),
        "unread": query.get("unread", []),
    }
    extra = sorted(set(found["is"] or {}) - set(wanted["is"] or {}))
    if wanted["unread"] and all(word in found["unread"] for word in wanted["unread"]):
        found["unread"] = wanted["unread"]
    found["unread"] = found["unread"] or []
    differing = [name for name in wanted if wanted[name] != found[name]]
    said_why = " | ".join(reading.sentences)
    words = [f"{name}: {found[name]} and not {wanted[name]}" for name in differing]
    return "; ".join([*words, said_why]) if words else "", extra


def said(request):
    """The fields of a request that are not None, numbers exact."""
    if request is None:
        return None
    found = {
        spec.name: getattr(request, spec.name)
        for spec in fields(request)
        if spec.name not in NOT_COMPARED
    }
    if found["legs"]:
        found["legs"] = [
            {
                spec.name: getattr(leg, spec.name)
                for spec in fields(leg)
                if getattr(leg, spec.name) is not None
            }
            for leg in found["legs"]
        ]
    kept = {name: one for name, one in found.items() if one is not None and one is not False}
    return plain({name: one for name, one in kept.items() if one not in ({}, ())})


def plain(value):
    """Numbers as decimals, however they were written."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def milliseconds(paths):
    """To read one query, once the grammar is loaded."""
    texts = [query["text"] for path in paths for group in load(path).values() for query in group]
    began_ns = time.perf_counter_ns()
    for text in texts:
        read_request(text, today=TODAY)
    return (time.perf_counter_ns() - began_ns) / 1e6 / max(len(texts), 1)


if __name__ == "__main__":
    sys.exit(main())
