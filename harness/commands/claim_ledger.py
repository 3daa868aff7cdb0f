"""What `spoonbench claims` does."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import nullcontext
from importlib import metadata
from typing import TYPE_CHECKING

import click
from rich.console import Console

from spoonbench.harness.canonical import to_json
from spoonbench.harness.claims.bundles import import_bundle, read_imported, write_bundle
from spoonbench.harness.claims.claim import OPEN
from spoonbench.harness.claims.feeding import FEEDS, feeds_of, unfed
from spoonbench.harness.claims.grounds import CPU
from spoonbench.harness.claims.ledger import BadClaims, check, read_claims
from spoonbench.harness.commands.claim_text import detail_lines, markdown_lines, print_table
from spoonbench.harness.environment import devices
from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.reference.records import Reference, read_shipped, shipped_names
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.harness.claims.claim import Finding
    from spoonbench.harness.claims.feeding import Feed

_STORE = "store.sqlite"
_INTERRUPTED = 130
_BAD_INPUT = 3


def run_command(
    *,
    ids: tuple[str, ...],
    is_run: bool,
    is_dry: bool,
    export_path: Path | None,
    import_path: Path | None,
    is_markdown: bool,
    as_json: bool,
    out: Path,
) -> None:
    """Print the ledger, after the runs, the export or the import that were asked for.

    Raises:
        BadClaims: an id is none.
        BadBundle: of --import and --export.
        StoreError: the store is damaged.
        UsageError: options that do not go together.
    """
    if is_dry and not is_run:
        raise click.UsageError("--dry-run needs --run.")
    if is_markdown and as_json:
        raise click.UsageError("--markdown and --json do not go together.")
    if sum((is_run, export_path is not None, import_path is not None)) > 1:
        raise click.UsageError("Only one of --run, --export and --import at once.")
    wanted = _known(ids)
    if is_run:
        _run_missing(wanted, out, is_named=bool(ids), is_dry=is_dry)
    if is_dry:
        return
    if import_path is not None:
        _import(import_path, out)
    findings = _checked(wanted, out)
    if export_path is not None:
        _export(export_path, findings, out)
        return
    _show(findings, is_whole=bool(ids), is_markdown=is_markdown, as_json=as_json)


def _known(ids: Sequence[str]) -> list[str]:
    """Claims that are meant; all where none is named."""
    known = read_claims()
    wanted = list(dict.fromkeys(one.upper() for one in ids)) or list(known)
    for one in wanted:
        if one not in known:
            raise BadClaims(f"No claim is called {one!r}; `spoonbench claims` lists them.")
    return wanted


def _checked(ids: Sequence[str], out: Path) -> tuple[Finding, ...]:
    """From the store where there is one, and from what was measured elsewhere."""
    references = [*read_imported(out), *(read_shipped(name) for name in shipped_names())]
    store = out / _STORE
    with open_reader(store) if store.exists() else nullcontext() as reader:
        return check(ids, reader, references)


def _show(findings: Sequence[Finding], *, is_whole: bool, is_markdown: bool, as_json: bool) -> None:
    claims = read_claims()
    if as_json:
        rows = [{**to_json(one), "claim": to_json(claims[one.claim_id])} for one in findings]
        click.echo(json.dumps(rows, indent=2))
    elif is_markdown:
        click.echo("\n".join(markdown_lines(findings, claims)))
    elif is_whole:
        click.echo("\n".join(detail_lines(findings, claims, Console().width)))
    else:
        print_table(findings, claims, Console())


# -- runs that are missing -----------------------------------------------------------------------


def _kinds() -> set[str]:
    return {CPU, *(device.partition(":")[0] for device in devices())}


def _run_missing(ids: Sequence[str], out: Path, *, is_named: bool, is_dry: bool) -> None:
    """Make the runs of claims that nothing was measured for here."""
    claims = read_claims()
    # An advice needs the runs of the claims it rests on.
    meant = dict.fromkeys(other for one in ids for other in claims[one].rests_on or (one,))
    measured = [one for one in meant if claims[one].kind == "measure"]
    missing = [
        one.claim_id
        for one in _checked(measured, out)
        if one.verdict in OPEN or one.is_elsewhere or not one.run_ids
    ]
    feeds = feeds_of(missing, _kinds())
    left = unfed(missing, feeds)
    _announce(feeds, missing, left if is_named else [])
    if is_dry:
        return
    failed = []
    for feed in feeds:
        code = _run(feed, out)
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            failed.append(_command(feed))
    if failed:
        click.echo(f"Error: {len(failed)} did not end well: {'; '.join(failed)}.", err=True)
        raise click.exceptions.Exit(_BAD_INPUT)


def _announce(feeds: Sequence[Feed], missing: Sequence[str], left: Sequence[str]) -> None:
    for feed in feeds:
        names = ", ".join(one for one in feed.claims if one in missing)
        click.echo(f"{_command(feed)}: about {feed.minutes:g} minutes, for {names}", err=True)
    total = sum(feed.minutes for feed in feeds)
    if feeds:
        click.echo(f"About {total:g} minutes in all, less what is measured already.", err=True)
    else:
        click.echo("Nothing to run.", err=True)
    if left:
        click.echo(f"No command makes runs for {', '.join(left)} here.", err=True)


def _command(feed: Feed) -> str:
    return " ".join(("spoonbench", *feed.words))


def _run(feed: Feed, out: Path) -> int:
    """One command of ours in a process of its own; it goes on where it stopped."""
    words = [sys.executable, "-m", "spoonbench.harness.cli", *feed.words, "--out", str(out)]
    click.echo(f"\n$ {_command(feed)}", err=True)
    # Standard output is the ledger's, which may be JSON.
    return subprocess.run(words, check=False, stdout=sys.stderr).returncode


# -- bundles ---------------------------------------------------------------------------------------


def _import(path: Path, out: Path) -> None:
    imported = import_bundle(path, out)
    for one in imported.references:
        machine = make_plain(one.environment.processor)
        click.echo(f"{one.evidence.matrix.model.label} on {machine}", err=True)
    click.echo(f"{imported.n_new} new of {len(imported.references)} matrices.", err=True)


def _export(path: Path, findings: Sequence[Finding], out: Path) -> None:
    """What cannot be tested here is asked for; matrices that findings rest on are told."""
    asked = [one.claim_id for one in findings if one.verdict == "not testable here"]
    feeds = [one for one in FEEDS if set(one.claims) & set(asked)]
    references = _measured_here(findings, out)
    fed = [
        claim_id for claim_id in asked if claim_id in {id_ for one in feeds for id_ in one.claims}
    ]
    write_bundle(path, fed, feeds, references, metadata.version("spoonbench"))
    click.echo(f"{path}: asks for {', '.join(fed) or 'nothing'}; {len(references)} matrices.")


def _measured_here(findings: Sequence[Finding], out: Path) -> list[Reference]:
    """Matrices of the store of whose runs a finding was made."""
    store = out / _STORE
    used = {run_id for one in findings if not one.is_elsewhere for run_id in one.run_ids}
    if not used or not store.exists():
        return []
    found = []
    with open_reader(store) as reader:
        for matrix in reader.matrices():
            runs = reader.runs([cell.key for cell in matrix.cells])
            if used & {run.run_id for run in runs}:
                evidence = summarize_matrix(matrix, runs, reader.answers)
                machine = reader.environment(matrix.environment_id)
                found.append(Reference(evidence=evidence, environment=machine))
    return found
