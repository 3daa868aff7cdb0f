"""The words of short stories about amounts: each becomes one token for the sentence grammar.

A word that is not listed is an ordinary word, part of a noun phrase. Words that change the
meaning of a sentence in a way the grammar does not know ("each", "twice", "not") are marked, and
make the sentence unreadable.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lark import Token
from lark.lexer import Lexer

from spoonbench.solvers.numerals import find_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each line holds the forms of one verb, the base form first.
_VERBS = {
    "GAIN": """get gets got gotten getting; receive receives received; buy buys bought;
        find finds found; pick picks picked; collect collects collected; earn earns earned;
        win wins won; gain gains gained; make makes made; bake bakes baked; catch catches caught;
        gather gathers gathered; harvest harvests harvested; grow grew; save saved;
        purchase purchases purchased; score scored; acquire acquires acquired; discover discovered;
        draw drew; build built; bring brings brought; dig dug""",
    "LOSE": """lose loses lost; eat eats ate eaten; spend spends spent; use uses used;
        dropped; break breaks broke broken; donate donates donated; drink drinks drank;
        throw throws threw thrown; delete deletes deleted; misplace misplaces misplaced; burned;
        remove removes removed; discard discards discarded; spill spilled; destroy destroyed;
        consume consumed""",
    "GIVE": """give gives gave given giving; hand hands handed; lend lends lent; sell sells sold;
        mail mails mailed; send sends sent; pay pays paid; offer offered;
        share shares shared""",
    "TAKE": "take takes took taken; borrow borrows borrowed; steal steals stole stolen",
    "PUT": """put puts putting; place placed; add adds added; plant plants planted;
        stack stacked; stored; loaded; insert inserted; poured""",
    "COME": "come comes came; join joins joined; arrive arrives arrived; enter entered",
    "GO": "leave leaves; fall falls fell fallen; go goes went; depart departed; escape escaped",
    "HAVE": "have has had having; own owns owned; hold holds held; contain contains contained",
    "BEGIN": "start starts started; begin begins began begun",
    "END": "end ends ended",
    "REMAIN": "remain remains remained",
}
_WORDS = {
    "ART": "a an",
    "DET": "the these those any",
    "HIS": "his her their my our your its",
    "HE": "he she they it him them we himself herself themselves",
    "SOME": "some several",
    "ALL": "all",
    "MORE": "more another additional extra",
    "FEWER": "fewer less",
    "OF": "of",
    "BE": "is are was were be been",
    "THERE": "there",
    "AUX": "do does did will would",
    "TO": "to",
    "FROM": "from",
    "BY": "by",
    "WITH": "with",
    "PREP": "in on at into inside onto during for after before over under near",
    "AND": "and",
    "JOINT": "but if then so",
    "THAN": "than",
    "THAT": "that which who",
    "LEFT": "left",
    "UP": "up away out off back over",
    "NOW": """now today yesterday tomorrow later also still currently just only finally
        together recently once""",
    "REFUSED": """each every times twice double doubled triple tripled half third quarter percent
        per rest not n't never no none nothing neither except equal equally
        split ratio average apiece both either cannot remaining same until unless enough""",
}
_PHRASES = {
    "how many": "HOWMANY",
    "how much": "HOWMANY",
    "what is the total number of": "TOTALOF",
    "what is the number of": "TOTALOF",
    "at first": "FIRST",
    "in the beginning": "FIRST",
    "at the beginning": "FIRST",
    "at the start": "FIRST",
    "to start with": "FIRST",
    "to begin with": "FIRST",
    "originally": "FIRST",
    "initially": "FIRST",
    "before that": "FIRST",
    "already": "FIRST",
    "in all": "TOTAL",
    "in total": "TOTAL",
    "altogether": "TOTAL",
    "all together": "TOTAL",
    "combined": "TOTAL",
    "total": "TOTAL",
    "in the end": "NOW",
    "at the end": "NOW",
    "flew away": "GO",
    "fly away": "GO",
    "flew off": "GO",
    "walked away": "GO",
    "ran away": "GO",
    "swam away": "GO",
    "drove away": "GO",
    "flew up": "COME",
    "flew in": "COME",
    "the next day": "NOW",
    "the next week": "NOW",
    "the first night": "NOW",
    "the first day": "NOW",
    "last night": "NOW",
    "last week": "NOW",
    "last month": "NOW",
    "last year": "NOW",
    "this morning": "NOW",
    "this week": "NOW",
    "this month": "NOW",
    "this year": "NOW",
    "next week": "NOW",
    "next month": "NOW",
    "next year": "NOW",
    "a few": "SOME",
    "a number of": "SOME",
    "a lot of": "SOME",
    "a couple of": "REFUSED",
    "out of": "FROM",
    "is given": "GAIN",
    "was given": "GAIN",
    "gave away": "LOSE",
    "gives away": "LOSE",
    "give away": "LOSE",
    "each other": "REFUSED",
}
_SIGNS = {"'s": "OWNS", "'": "OWNS", ",": "COMMA"}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_PHRASES |= {f"on {day}": "NOW" for day in _DAYS.split()}
_PHRASES |= {
    f"{before} {time}": "NOW"
    for before, times in {
        "in the": "morning afternoon evening",
        "at": "home school work night noon",
        "after": "school work lunch dinner",
        "before": "school work lunch dinner",
        "for": "breakfast lunch dinner",
    }.items()
    for time in times.split()
}
_BASES = {
    form: (kind, forms.split()[0])
    for kind, verbs in _VERBS.items()
    for forms in verbs.split(";")
    for form in forms.split()
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_PHRASES_BY_FIRST: dict[str, list[tuple[list[str], str]]] = {}
for _phrase in sorted(_PHRASES, key=lambda phrase: -len(phrase.split())):
    _PHRASES_BY_FIRST.setdefault(_phrase.split()[0], []).append(
        (_phrase.split(), _PHRASES[_phrase])
    )

# Words that can be nouns where they follow an article: "the store", "a drop".
_VERB_KINDS = {"GAIN", "LOSE", "GIVE", "TAKE", "PUT", "BEGIN", "END"}
_BEFORE_NOUN = {"ART", "DET", "HIS", "OWNS"}

_TOKEN = re.compile(r"'s\b|(?<=s)'|\bn't\b|[^\W\d_]\w*(?:-[^\W\d_]+)*|[,$]|[^\s\w]|\d+|_+")
_CURRENCY = "dollar"


class StoryLexer(Lexer):
    """Hands tokens that were made by `read_tokens` to the parser."""

    def __init__(self, _settings: Any) -> None:
        pass

    def lex(self, lexer_state: Any, _parser_state: Any = None) -> Iterator[Token]:
        """The tokens, unchanged."""
        yield from lexer_state


def read_tokens(sentence: str) -> list[Token]:
    """The tokens of one sentence.

    Returns:
        Tokens with their kind as `type`. The value of "NUM" is a fraction, of a verb its base
        form (but "had" stays), of any other token the word in lower case.
    """
    words = list(_words(sentence))
    tokens: list[Token] = []
    index = 0
    while index < len(words):
        used, token = _token_at(words, index)
        before = tokens[-1].type if tokens else ""
        if before in _BEFORE_NOUN and token.type in _VERB_KINDS:
            used, token = 1, Token("WORD", str(words[index]).lower())
        elif before == "BE" and token.type == "WORD" and token.endswith("ing"):
            token = Token("DOING", str(token))
        tokens.append(token)
        index += used
    return tokens


def _words(sentence: str) -> Iterator[str | Fraction]:
    """Words and numbers, in order; "$5" is 5 followed by "dollar"."""
    start = 0
    for found in find_numbers(sentence):
        before = sentence[start : found.start]
        pays = before.rstrip().endswith("$")
        yield from _TOKEN.findall(before.rstrip().removesuffix("$") if pays else before)
        yield found.value
        if pays:
            yield _CURRENCY
        start = found.end
    yield from _TOKEN.findall(sentence[start:])


def _token_at(words: list[str | Fraction], index: int) -> tuple[int, Token]:
    """How many words make the next token, and the token."""
    word = words[index]
    if isinstance(word, Fraction):
        return 1, Token("NUM", word)  # lark keeps any value
    lower = word.lower()
    for phrase, kind in _PHRASES_BY_FIRST.get(lower, ()):
        if [str(w).lower() for w in words[index : index + len(phrase)]] == phrase:
            base = "give" if "away" in phrase or "given" in phrase else " ".join(phrase)
            return len(phrase), Token(kind, base)
    if lower in _BASES:
        kind, base = _BASES[lower]
        return 1, Token(kind, lower if kind == "HAVE" else base)
    following = words[index + 1] if index + 1 < len(words) else ""
    # A capital inside a sentence parts a name from the words before: "at the fair Ann won".
    # Its first word is a name where another follows: "Mrs Hilt".
    is_name = _is_capital(following) if index == 0 else _is_capital(word)
    return 1, Token(_kind(lower, "NAME" if is_name else "WORD"), lower)


def _is_capital(word: str | Fraction) -> bool:
    if isinstance(word, Fraction) or word == word.lower():
        return False
    return word.lower() not in _BASES and word.lower() not in _KINDS


def _kind(word: str, open_kind: str) -> str:
    """The kind of a word that is no verb; `open_kind` for one that is not listed."""
    if word in _SIGNS:
        return _SIGNS[word]
    return _KINDS.get(word, open_kind) if word[0].isalpha() else "REFUSED"
