"""From questions to the tokens that a model of elsewhere reads.

Plain prompts get the tokenizer's own special tokens in front (Llama wants its first token there);
with a chat template, the template alone says which. A question that spells a special token is
text like any other in a plain prompt. A template is text that is tokenized as a whole, so there
such a question is refused: it could speak for somebody else.

Not covered: options of a template (thinking on or off); system messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from spoonbench.solvers.learning import MAX_CHARACTERS
from spoonbench.solvers.llm.tokenizer import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.pretrained.loading import CausalModel

_CHARACTERS_PER_TOKEN = 8
"""No text of a question has longer tokens on average; longer texts are not even tokenized."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The tokens of a question, or why it cannot be asked."""

    ids: tuple[int, ...] = ()
    refusal: str | None = None


def encode_plain(loaded: CausalModel, text: str) -> list[int]:
    """Token ids with the tokenizer's special tokens in front; nothing is cut.

    An end token that the tokenizer appends is taken off again: the text is to go on.
    """
    ids = _encode(loaded, text, add_special_tokens=True)
    if len(ids) < 2 or ids[-1] not in loaded.end_ids:  # noqa: PLR2004  # something is before it
        return ids
    # Where any token can be an end token, the text itself may end in one.
    own = _encode(loaded, text, add_special_tokens=False)
    return ids if own and ids[-len(own) :] == own else ids[:-1]


def _encode(loaded: CausalModel, text: str, *, add_special_tokens: bool) -> list[int]:
    found = loaded.tokenizer(
        readable(text),
        add_special_tokens=add_special_tokens,
        split_special_tokens=True,
        verbose=False,
    )
    return cast("list[int]", found["input_ids"])


def encode_chat(loaded: CausalModel, asking: Asking, question: str) -> list[int]:
    """Token ids of a chat up to where the model's turn begins.

    Raises:
        ValueError: the template refuses the turns, or a turn spells a special token.
    """
    turns = asking.messages(readable(question))
    whole = "\n".join(turn["content"] for turn in turns)
    spelled = [token for token in loaded.special_tokens if token in whole]
    if spelled:
        raise ValueError(
            f"the text spells the special token {spelled[0]}, which the chat template would take "
            "for one: ask with chat no"
        )
    try:
        ids = loaded.tokenizer.apply_chat_template(
            turns,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=False,
            # A tokenizer may be set to take what the template spells for text.
            tokenizer_kwargs={"split_special_tokens": False},
        )
    # Templates are programs of others and raise what they like.
    except Exception as exc:
        raise ValueError(f"the chat template refuses the turns: {exc}") from exc
    return cast("list[int]", ids)


def encode_question(
    loaded: CausalModel, asking: Asking, question: str, *, chat: bool, room: int
) -> Prompt:
    """The prompt of one question.

    Args:
        loaded: the model.
        asking: what stands around the question.
        question: of the problem.
        chat: with the chat template.
        room: new tokens that must fit behind the prompt.
    """
    most = max(MAX_CHARACTERS, _CHARACTERS_PER_TOKEN * (loaded.positions or 0))
    if len(question) > most:
        return Prompt(refusal=f"{len(question):,} characters: more than {most:,} are not read")
    try:
        if chat:
            ids = encode_chat(loaded, asking, question)
        else:
            ids = encode_plain(loaded, asking.text(question))
    except ValueError as exc:
        return Prompt(refusal=str(exc))
    return Prompt(ids=tuple(ids), refusal=unfit(loaded, ids, room))


def unknown(loaded: CausalModel, ids: Sequence[int]) -> str | None:
    """Why the model cannot read these tokens, of which there is one; None if it can."""
    if max(ids) < loaded.n_rows:
        return None
    return f"the tokenizer gives token {max(ids)}, and the model knows {loaded.n_rows}"


def unfit(loaded: CausalModel, ids: list[int], room: int) -> str | None:
    """Why the model cannot go on with these tokens; None if it can."""
    if not ids:
        return "the prompt holds nothing that the tokenizer reads"
    if (reason := unknown(loaded, ids)) is not None:
        return reason
    if loaded.positions is not None and len(ids) + room > loaded.positions:
        return (
            f"the prompt has {len(ids)} tokens and the answer may have {room}; the model reads "
            f"{loaded.positions} in all"
        )
    return None
