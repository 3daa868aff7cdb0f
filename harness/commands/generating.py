"""`spoonbench generate`: a language model goes on with a text, or with every text of a file.

Every line that is written stands for itself: it names the model and all settings of decoding, its
own seed among them. Line i of a file is drawn with seed + i, whatever the batch size.

A prompt that the model cannot take becomes a line with the reason; the others go on.
"""

from __future__ import annotations

import json
import time
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import click

from spoonbench.harness.commands.assignments import values
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.json_lines import check_out, write_lines
from spoonbench.harness.models.text_models import Opening, TextModel, open_endpoint, open_text_model
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.prompts import Prompt, read_escapes, read_prompts
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.texts import Chats, Decoding, Generates, Generation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    Continue = Callable[[Sequence[str], Decoding], list[Generation]]

_STOPPED = {
    "end_token": "Its end token stopped it",
    "stop_string": "A stop string stopped it",
    "stopped": "The model stopped",
    "limit": "The limit of new tokens stopped it",
}
_INTERRUPTED = 130


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What has been generated so far."""

    n_texts: int = 0
    n_failed: int = 0
    n_tokens: int = 0
    tokens_known: bool = True
    seconds: float = 0.0

    def add(self, batch: Sequence[Generation], seconds: float) -> None:
        self.n_texts += len(batch)
        self.n_failed += sum(text.failure is not None for text in batch)
        written = [text.tokens_out for text in batch if text.failure is None]
        self.n_tokens += sum(count for count in written if count is not None)
        self.tokens_known &= None not in written
        self.seconds += seconds

    def described(self) -> str:
        if not self.tokens_known:
            return f"{self.seconds:.2f} s; the server does not tell how many tokens"
        rate = self.n_tokens / self.seconds if self.seconds else 0.0
        tokens = "token" if self.n_tokens == 1 else "tokens"
        return f"{self.n_tokens:,} {tokens} in {self.seconds:.2f} s ({rate:,.1f} tokens/s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is generated, by whom, and how.

    Attributes:
        model: open.
        go_on: continues texts, or answers them.
        prompts: in order.
        decoding: of the first prompt; the next have the next seeds.
        batch_size: prompts of one call.
        chat: prompts are what a user says.
        tally: of what is done.
    """

    model: TextModel
    go_on: Continue
    prompts: Sequence[Prompt]
    decoding: Decoding
    batch_size: int
    chat: bool
    tally: _Tally = field(default_factory=_Tally)


def run_command(**options: Any) -> None:
    """Generate what the command line asks for.

    Raises:
        BadTask: the input cannot be used.
        Unsupported: the model cannot go on with a single prompt; the message says why.
        UsageError: arguments that do not go together.
    """
    name, text = _named(options)
    decoding, out = _decoding(options), options["out_path"]
    check_out(out)
    if text is None:
        prompts = read_prompts(options["file"], options["prompt_column"], options["id_column"])
    else:
        prompts = [Prompt(prompt_id="1", text=text)]
    opening = Opening(
        results=options["results"],
        device=options["device"],
        dtype=options["dtype"],
        chat=options["chat"],
        params=values(options["overrides"], "--set"),
    )
    model = (
        open_endpoint(options["endpoint"], options["endpoint_model"], opening)
        if name is None
        else open_text_model(name, opening)
    )
    with closing(model.solver), _interruptible():
        work = _Work(
            model=model,
            go_on=_continuing(model, chat=opening.chat and name is not None),
            prompts=prompts,
            decoding=decoding,
            batch_size=options["batch_size"],
            chat=opening.chat,
        )
        if text is not None and out is None:
            _print_one(work, as_json=options["as_json"])
        else:
            _write_all(work, out, as_json=options["as_json"])


@contextmanager
def _interruptible() -> Iterator[None]:
    """The command line would say that the same command goes on; this one begins again."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        raise click.exceptions.Exit(_INTERRUPTED) from None


def _named(options: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Model and prompt: None for an endpoint, and None for a file."""
    words, url, served = list(options["words"]), options["endpoint"], options["endpoint_model"]
    if (url is None) != (served is None):
        raise click.UsageError("--endpoint URL and --endpoint-model NAME belong together.")
    name = None if url is not None else words.pop(0) if words else ""
    if name == "":
        raise click.UsageError(
            "No model: give a model of your results, a folder or a hub name, or --endpoint URL."
        )
    if url is not None:
        refuse_idle(("device", "dtype"), "is for models that run here.")
    if len(words) > 1:
        raise click.UsageError(f"One prompt at a time, not {len(words)}: quote it, or use --file.")
    if bool(words) == (options["file"] is not None):
        raise click.UsageError(
            "A prompt and --file exclude each other."
            if words
            else "No prompt: give one, or --file."
        )
    if words:
        refuse_idle(("prompt_column", "id_column", "batch_size"), "needs --file.")
    return name, words[0] if words else None


def _decoding(options: Mapping[str, Any]) -> Decoding:
    """The settings, none of which may be given in vain."""
    if options["temperature"] == 0:
        idle = [key for key in ("top_p", "top_k", "seed") if options[key] is not None]
        if idle:
            raise click.UsageError(
                f"--{idle[0].replace('_', '-')} needs --temperature above 0: without it the "
                "likeliest token is taken, and nothing is drawn."
            )
    usual = Decoding()
    keys = ("top_p", "top_k", "seed")
    drawn = {k: getattr(usual, k) if options[k] is None else options[k] for k in keys}
    return Decoding(
        max_new_tokens=options["max_new_tokens"],
        stop_strings=tuple(map(read_escapes, options["stop_strings"])),
        temperature=options["temperature"],
        repetition_penalty=options["repetition_penalty"],
        **drawn,
    )


def _continuing(model: TextModel, *, chat: bool) -> Continue:
    """How the model is asked; a server was told when it was reached."""
    solver = model.solver
    if chat:
        if not isinstance(solver, Chats):
            raise Unsupported(f"{model.name} has no chat template: leave out --chat.")
        return solver.chat
    if not isinstance(solver, Generates):
        raise Unsupported(f"{model.name} writes no text.")
    return solver.generate


def _generate(work: _Work) -> Iterator[tuple[Prompt, Generation, Decoding]]:
    """All texts in order, each with its own settings."""
    for start in range(0, len(work.prompts), work.batch_size):
        batch = work.prompts[start : start + work.batch_size]
        decoding = replace(work.decoding, seed=work.decoding.seed + start)
        started_ns = time.perf_counter_ns()
        texts = _go_on(work.go_on, [prompt.text for prompt in batch], decoding)
        work.tally.add(texts, (time.perf_counter_ns() - started_ns) / 1e9)
        for row, (prompt, text) in enumerate(zip(batch, texts, strict=True)):
            yield prompt, text, replace(decoding, seed=decoding.seed + row)


def _go_on(go_on: Continue, prompts: Sequence[str], decoding: Decoding) -> list[Generation]:
    """One batch; where a prompt cannot be taken, the halves apart, until it stands alone."""
    try:
        return go_on(prompts, decoding)
    except ValueError as exc:
        if len(prompts) == 1:
            return [_failed(str(exc))]
    except MemoryError as exc:
        raise Unsupported(
            f"{len(prompts)} prompts at once do not fit the memory: choose a smaller --batch-size."
        ) from exc
    half = len(prompts) // 2
    behind = replace(decoding, seed=decoding.seed + half)
    return _go_on(go_on, prompts[:half], decoding) + _go_on(go_on, prompts[half:], behind)


def _failed(reason: str) -> Generation:
    return Generation(text="", tokens_in=None, tokens_out=None, stopped_by=None, failure=reason)


def _row(work: _Work, prompt: Prompt, text: Generation, decoding: Decoding) -> dict[str, Any]:
    scores = text.token_log_probabilities
    return {
        "id": prompt.prompt_id,
        "prompt": prompt.text,
        "text": text.text if text.failure is None else None,
        "stopped_by": text.stopped_by,
        "tokens_in": text.tokens_in,
        "tokens_out": text.tokens_out,
        "log_probability": sum(scores) if scores else None,
        "first_token_s": text.first_token_s,
        "cost": text.cost,
        "failure": text.failure,
        "model": work.model.name,
        "chat": work.chat,
        "decoding": asdict(decoding),
    }


def _print_one(work: _Work, *, as_json: bool) -> None:
    prompt, text, decoding = next(_generate(work))
    if text.failure is not None:
        raise Unsupported(f"{work.model.name}: {text.failure}")
    if as_json:
        row = _row(work, prompt, text, decoding) | {"seconds": work.tally.seconds}
        click.echo(json.dumps(row, indent=2))
        return
    # A tab does no harm; whoever needs every character as it is takes --json.
    parts = (make_plain(part, keep_newlines=True) for part in text.text.split("\t"))
    click.echo("\t".join(parts))
    stopped = _STOPPED[cast("str", text.stopped_by)]
    read = "" if text.tokens_in is None else f", {text.tokens_in:,} of the prompt"
    click.echo(f"{stopped}: {work.tally.described()}{read}.", err=True)


def _write_all(work: _Work, out: Path | None, *, as_json: bool) -> None:
    rows = (_row(work, *each) for each in _generate(work))
    if as_json and out is None:
        found = list(rows)
        click.echo(json.dumps(_summary(work) | {"texts": found}, indent=2))
        return
    write_lines((json.dumps(row) for row in rows), out)
    if as_json:
        click.echo(json.dumps(_summary(work) | {"out": str(out)}, indent=2))
        return
    click.echo(make_plain(_said(work.tally, out)), err=True)


def _summary(work: _Work) -> dict[str, Any]:
    tally = work.tally
    return {
        "model": work.model.name,
        "origin": work.model.origin,
        "chat": work.chat,
        "decoding": asdict(work.decoding),
        "n_texts": tally.n_texts,
        "n_failed": tally.n_failed,
        "tokens_out": tally.n_tokens if tally.tokens_known else None,
        "seconds": tally.seconds,
    }


def _said(tally: _Tally, out: Path | None) -> str:
    count = tally.n_texts - tally.n_failed
    where = "" if out is None else f" in {out}"
    failed = f", {tally.n_failed} without (see failure)" if tally.n_failed else ""
    return f"{count} {'text' if count == 1 else 'texts'}{where}{failed}: {tally.described()}"
