"""Reads by a language model what the grammar cannot, and believes it nothing.

The model copies pieces of the text into fields (`model_schema`). A piece that does not stand in the
text is refused, as is a figure of the text that no field took. The readers of the grammar make
values of the pieces, and the request passes the same checks as one of the grammar.

Not covered: a word without a figure that the model passed over; a model may name a strategy or a
view that the words do not bear out, which is why the confirmation is shown.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from spoonbench.solvers.hybrid.options_desk.language.checks import missing_notes, validate
from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import check_text, read_request
from spoonbench.solvers.hybrid.options_desk.language.model_schema import (
    FIGURES,
    PLACES,
    SCHEMA,
    VIEWS,
    make_prompt,
)
from spoonbench.solvers.hybrid.options_desk.language.reading import Note, Reading
from spoonbench.solvers.hybrid.options_desk.language.vocabulary import vocabulary
from spoonbench.solvers.hybrid.options_desk.requests import Request, StatedLeg
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

if TYPE_CHECKING:
    from datetime import date

    from spoonbench.solvers.texts import Generation

_ABOUT = "text"
_LONGEST_PIECE = 60
_REMARK = "A language model read this: check that it is what was meant."
_NUMBER = re.compile(r"\d[\d.,']*\d|\d")
# What a piece of each field stands in to be read by the grammar, and what that sets.
_SENTENCES = {
    "spot": ("spot {}", {"spot"}),
    "volatility": ("volatility {}", {"volatility"}),
    "vix": ("VIX {}", {"volatility", "is_vix"}),
    "expiry": ("expiring {}", {"expiry"}),
    "quantity": ("sell a straddle, {} contracts", {"quantity"}),
    "budget": ("risk {}", {"budget", "account"}),
    "account": ("account {}", {"account"}),
    "rate": ("rate {}", {"rate"}),
    "dividend_yield": ("dividend yield {}", {"dividend_yield"}),
    "strikes": ("buy a call, strike {}", {"strikes"}),
    "deltas": ("buy a call, {} delta", {"deltas"}),
    "widths": ("sell a strangle, wings {} wide", {"widths"}),
}
_UNITS = {"quantity": r"\s*(?:contracts?|lots?|units?)$", "deltas": r"\s*deltas?$"}


class Writer(Protocol):
    """A language model that continues a prompt."""

    def write(self, prompt: str, schema: dict[str, Any], /) -> Generation:
        """One text; servers that can are told the schema."""
        ...


class _Refused(Exception):
    """The answer of the model cannot be used."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.sentence)
        self.note = note


def understand(text: str, *, today: date, writer: Writer | None = None) -> Reading:
    """What a text asks for: by the grammar, and by a model only where words were left unread.

    Args:
        text: at most `desk_grammar.MOST_CHARACTERS` long.
        today: from which days are counted.
        writer: None: by the grammar alone.

    Raises:
        BadInput: the text is empty or too long.
    """
    reading = read_request(text, today=today)
    if writer is None or not reading.unread:
        return reading
    return read_by_model(text, today=today, writer=writer)


def read_by_model(text: str, *, today: date, writer: Writer) -> Reading:
    """What a model reads in a text, checked.

    Args:
        text: at most `desk_grammar.MOST_CHARACTERS` long.
        today: from which days are counted.
        writer: the model.

    Raises:
        BadInput: the text is empty or too long.
    """
    check_text(text)
    generation = writer.write(make_prompt(text), SCHEMA)
    try:
        if generation.failure is not None:
            raise _refusal(f"The model did not answer: {generation.failure}.")
        answer = _parsed(generation.text)
        request = _Checked(text, today).request(answer)
    except _Refused as exc:
        return Reading(text=text, request=None, problems=(exc.note,), missing=_questions(text))
    problems = validate(request, today=today)
    if problems:
        return Reading(text=text, request=None, problems=problems)
    return Reading(text=text, request=request, missing=missing_notes(request))


def _refusal(sentence: str, about: str = _ABOUT) -> _Refused:
    return _Refused(Note(about, sentence))


def _questions(text: str) -> tuple[Note, ...]:
    """Everything that has to be known, since nothing is."""
    return missing_notes(Request(text=text, strikes={}, deltas={}, widths={}))


def _parsed(text: str) -> dict[str, Any]:
    """The first JSON object of what a model wrote, of the right types."""
    start = text.find("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(text[max(start, 0) :])
    except (ValueError, RecursionError):
        raise _refusal("The model's answer holds no JSON object.") from None
    if not isinstance(found, dict):
        raise _refusal("The model's answer holds no JSON object.")
    for name, value in found.items():
        if name not in SCHEMA["properties"]:
            raise _refusal(f"The model's answer has an unknown field {name[:40]!r}.")
        if not _is_typed(name, value):
            raise _refusal(f"The model's answer has a {name} of the wrong type.", name)
    return found


def _is_typed(name: str, value: Any) -> bool:
    if name == "legs":
        return isinstance(value, list) and all(_is_leg(leg) for leg in value)
    if name in PLACES:
        return isinstance(value, dict) and all(map(_is_piece, [*value, *value.values()]))
    return value is None or _is_piece(value)


def _is_leg(leg: Any) -> bool:
    return (
        isinstance(leg, dict)
        and set(leg) <= {"side", "kind", "quantity", "strike", "delta", "price"}
        and all(value is None or _is_piece(value) for value in leg.values())
        and leg.get("side") in ("buy", "sell")
        and leg.get("kind") in ("call", "put", "share")
    )


def _is_piece(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _LONGEST_PIECE


class _Checked:
    """Makes a request of an answer; every piece must stand in the text."""

    def __init__(self, text: str, today: date) -> None:
        self._text, self._today = _spaced(text), today
        self._written = text
        self._taken: list[str] = []
        self._remarks: list[str] = [_REMARK]

    def request(self, answer: dict[str, Any]) -> Request:
        fields: dict[str, Any] = {"underlying": self._symbol(answer.get("underlying"))}
        fields["strategy"] = _one_of("strategy", answer.get("strategy"), STRATEGIES)
        fields["view"] = _one_of("view", answer.get("view"), VIEWS)
        # The account comes before a share of it.
        for name in sorted(FIGURES, key=lambda one: one == "budget"):
            if answer.get(name) is not None:
                self._add(fields, self._values(name, answer[name], fields))
        for name in PLACES:
            fields[name] = {
                role: next(iter(self._values(name, piece)[name].values()))
                for role, piece in (answer.get(name) or {}).items()
            }
        fields["legs"] = tuple(self._leg(leg) for leg in answer.get("legs") or ())
        self._refuse_left_out()
        return Request(text=self._written, reader="model", remarks=tuple(self._remarks), **fields)

    def _add(self, fields: dict[str, Any], values: dict[str, Any]) -> None:
        for name, value in values.items():
            if fields.setdefault(name, value) != value:
                raise _refusal(f"The model gives two figures for the {name}.", name)

    def _stands(self, piece: str, about: str) -> str:
        """The piece, if it stands in the text as words of its own."""
        said = _spaced(piece)
        pattern = rf"(?<![\w.]){re.escape(said)}(?![\w]|[.,']\d)"
        if re.search(pattern, self._text, re.IGNORECASE) is None:
            raise _refusal(f"The model gives {piece!r}, which the text does not say.", about)
        self._taken.append(said)
        return said

    def _symbol(self, piece: str | None) -> str | None:
        if piece is None:
            return None
        for name, symbol in _names():
            pattern = rf"\b{re.escape(name)}\b"
            if symbol == piece.upper() and re.search(pattern, self._text, re.IGNORECASE):
                self._remarks.append(f"{name.title()} is read as {symbol}.")
                return symbol
        said = self._stands(piece.removeprefix("$"), "underlying").upper()
        found = read_request(f"${said}", today=self._today).request
        if found is None or found.underlying is None:
            raise _refusal(f"{piece!r} is no symbol of an underlying.", "underlying")
        return found.underlying

    def _values(self, name: str, piece: str, known: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the grammar reads in a piece, and nothing more than its field."""
        said = self._stands(piece, name)
        said = re.sub(_UNITS.get(name, r"$^"), "", said, flags=re.IGNORECASE)
        sentence, fields = _SENTENCES[name]
        account = (known or {}).get("account")
        context = f", account ${account}" if name == "budget" and account is not None else ""
        plain = _set_fields(read_request(_bare_sentence(sentence), today=self._today))
        reading = read_request(sentence.format(said) + context, today=self._today)
        if reading.request is None:
            general = _questions(said)
            notes = [note for note in (*reading.problems, *reading.missing) if note not in general]
            about = [note.sentence for note in notes if note.about == name]
            sentence = about[0] if about else f"{piece!r} cannot be read as the {name}."
            raise _refusal(sentence, name)
        found = _set_fields(reading)
        extra = {field for field in found if found[field] != plain.get(field)}
        if not extra or not extra <= fields:
            raise _refusal(f"{piece!r} cannot be read as the {name}.", name)
        self._remarks += [one for one in reading.request.remarks if one not in self._remarks]
        return {field: found[field] for field in extra}

    def _leg(self, leg: dict[str, Any]) -> StatedLeg:
        def value(name: str, like: str) -> Any:
            piece = leg.get(name)
            if piece is None:
                return None
            found = self._values(like, piece)[like]
            return next(iter(found.values())) if isinstance(found, dict) else found

        quantity = value("quantity", "quantity")
        if quantity is None:
            self._remarks.append("One of each leg, where no number was said.")
        return StatedLeg(
            kind=leg["kind"],
            quantity=(1 if leg["side"] == "buy" else -1) * (quantity or 1),
            strike=value("strike", "strikes"),
            delta=value("delta", "deltas"),
            price=value("price", "strikes"),
        )

    def _refuse_left_out(self) -> None:
        """No figure of the text may be passed over."""
        taken = [number for piece in self._taken for number in _NUMBER.findall(piece)]
        for number in _NUMBER.findall(self._text):
            if number not in taken:
                raise _refusal(f"The model left out {number!r}.")


def _one_of(name: str, value: str | None, known: Any) -> str | None:
    if value is not None and value not in known:
        raise _refusal(f"The model names a {name} that there is not: {value!r}.", name)
    return value


def _bare_sentence(sentence: str) -> str:
    """The sentence around a piece, without it."""
    before, _, _ = sentence.partition(",")
    return before if "," in sentence else "options"


def _set_fields(reading: Reading) -> dict[str, Any]:
    request = reading.request
    if request is None:
        return {}
    bare = replace(request, text="", remarks=())
    names = [name for name in Request.__dataclass_fields__ if name not in ("text", "remarks")]
    values = {name: getattr(bare, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, {}, ())}


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _names() -> list[tuple[str, str]]:
    return [
        (first, phrase.value)
        for first, phrases in vocabulary().phrases.items()
        for phrase in phrases
        if phrase.kind == "NAME"
    ]
