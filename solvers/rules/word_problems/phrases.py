"""A sentence as a row of phrases: noun phrases, verb groups, prepositions, marks.

Shallow and deterministic: each word gets one part of speech by closed lists, by the verb list and
by its neighbours; runs of them make phrases. Linear in the number of tokens.

Not covered: deep attachment. Whoever reads the phrases decides what belongs to what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import Lexicon, Verb, load_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from spoonbench.solvers.rules.word_problems.tokens import Token

_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am"})
_HAVE = frozenset({"has", "have", "had", "having"})
_DO = frozenset({"do", "does", "did", "done"})
_RELATIVE = frozenset({"who", "which", "that"})
_NEGATIONS = frozenset({"not", "never", "no"})
_WISHES = frozenset(
    {"want", "need", "plan", "hope", "wish", "like", "try", "decide", "intend", "expect", "ask"}
)
_ASPECT = frozenset({"start", "begin", "go", "like", "stop", "continue", "keep", "finish", "enjoy", "love", "practice", "be"})
_TALL = frozenset(
    {"long", "tall", "high", "wide", "deep", "old", "heavy", "thick", "away", "apart", "far"}
)
_UP_TO = frozenset({"about", "only", "just", "exactly", "around", "nearly", "almost", "approximately", "over"})


@dataclass(slots=True)
class NounPhrase:
    """A noun phrase.

    Attributes:
        start: index of its first token.
        end: index after its last token, what follows "of" included.
        value: of its number; None where it has none.
        number: index of the token of its number, or -1.
        form: of the number's token: "number", "times", "percent" or "share".
        words: nouns and adjectives in the singular, in order, without what follows "of".
        raw: the same as they were written, in lower case.
        determiner: "a", "the", "each", "his", ... or "".
        owner: the noun phrase before "'s".
        of: the noun phrase after "of".
        extra: "more", "fewer", "less", "another", "other", "additional", "extra" or "".
        vague: "some", "several", "many", ... or "".
        pronoun: a pronoun on its own, or "".
        is_name: a proper name.
        is_plural: its last word is in the plural.
        asked: "many" or "much" or an adjective ("long") where this is what "how" asks for.
        per: the noun phrase that it is counted by, in "$2 a pair".
    """

    start: int
    end: int
    value: Fraction | None = None
    number: int = -1
    form: str = ""
    words: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    determiner: str = ""
    owner: NounPhrase | None = None
    of: NounPhrase | None = None
    extra: str = ""
    vague: str = ""
    pronoun: str = ""
    is_name: bool = False
    is_plural: bool = False
    asked: str = ""
    per: NounPhrase | None = None
    money: str = ""
    ordinal: str = ""

    @property
    def head(self) -> str:
        """The last noun; empty where none is named."""
        return self.words[-1] if self.words else ""

    @property
    def counts(self) -> bool:
        """Whether it has a number or stands for one."""
        return self.number >= 0 or bool(self.vague) or bool(self.asked)


@dataclass(slots=True)
class VerbGroup:
    """Auxiliaries and the main verb.

    Attributes:
        start: index of its first token.
        end: index after its last token.
        verb: the main verb.
        form: how the main verb is written.
        is_passive: "were eaten".
        is_negated: "did not eat".
        modal: "will", "would", "can", "want", "need", ... or "".
        tense: "past", "present" or "future".
        kind: "main", "gerund" ("after giving") or "infinitive" ("to give").
        text: the main verb as written.
    """

    start: int
    end: int
    verb: Verb
    is_passive: bool = False
    is_negated: bool = False
    modal: str = ""
    tense: str = "present"
    kind: str = "main"
    text: str = ""


@dataclass(slots=True)
class Mark:
    """A preposition, conjunction, adverb, question word or sign.

    Attributes:
        start: index of its token.
        end: index after it.
        tag: "I" preposition, "C" conjunction, "B" adverb, "W" question word, "P" sign,
            "A" auxiliary that stands apart from its verb, "M" a word of comparison.
        text: in lower case.
    """

    start: int
    end: int
    tag: str
    text: str


Phrase = NounPhrase | VerbGroup | Mark


def tag_tokens(tokens: Sequence[Token], *, is_inverted: bool = False) -> list[str]:
    """One part of speech for each token.

    Args:
        tokens: of a sentence.
        is_inverted: the sentence asks, so that a base form may follow a name.

    Returns:
        N number, X "twice", D determiner, O possessive, R pronoun, I preposition, C conjunction,
        A auxiliary, B adverb, Q "some", E "more", W question word, S "'s", P sign, V verb,
        M comparative, K any other word.
    """
    lexicon = load_lexicon()
    tags: list[str] = []
    for index, token in enumerate(tokens):
        tags.append(_tag(tokens, index, tags, lexicon, is_inverted))
    return tags


def _closed(lexicon: Lexicon) -> dict[str, str]:
    """Closed word to its tag; what is listed later wins."""
    words = lexicon.words
    table: dict[str, str] = {}
    for name, tag in (
        ("adverbs", "B"),
        ("times", "K"),
        ("prepositions", "I"),
        ("conjunctions", "C"),
        ("determiners", "D"),
        ("quantifiers", "Q"),
        ("possessives", "O"),
        ("pronouns", "R"),
        ("extras", "E"),
        ("auxiliaries", "A"),
        ("modals", "A"),
        ("negations", "A"),
    ):
        for word in words[name]:
            table[word] = tag
    for word in lexicon.comparatives:
        table.setdefault(word, "M")
    for tag, closed in _OVERRIDES.items():
        for word in closed.split():
            table[word] = tag
    return table


_OVERRIDES = {
    "W": "how what who which whose where when why",
    "D": "each every no either neither a an the this that these those any",
    "E": "more fewer less another other additional extra",
    "Q": "some several many few numerous countless most plenty lots dozens hundreds thousands much",
    "R": "there everyone everybody someone somebody nobody",
    "I": "to as",
    "B": "left all both enough",
    "C": "than",
    "K": "day today yesterday tomorrow home right second first last next little hard double one ones bunch "
    "couple lot handful half none added further such certain half single whole total",
}
"""Words whose part of speech here is not what the lists say; "K" takes a word out of them."""


_CLOSED: dict[str, str] = {}


def _tag(
    tokens: Sequence[Token], index: int, tags: list[str], lexicon: Lexicon, is_inverted: bool
) -> str:
    if not _CLOSED:
        _CLOSED.update(_closed(lexicon))
    token = tokens[index]
    text = token.text
    if token.value is not None:
        return "X" if token.form == "times" else "N"
    if token.form == "ordinal":
        return "K"
    if text in {"'s", "'"}:
        return "S"
    if not text[0].isalnum():
        return "P"
    verb = lexicon.verbs.get(text)
    closed = _CLOSED.get(text)
    if text == "left":
        return _tag_left(tokens, index, tags)
    if text == "like" and closed == "I":
        closed = None
    if closed is not None and not (verb is not None and closed in {"B", "I", "M", "K"} and _is_verb_here(
        tokens, index, tags, verb, lexicon, is_inverted
    ) and text not in {"down", "out", "off", "past", "near", "back", "even", "present", "set"}):
        if closed == "D" and text == "that" and index and tags[-1] == "K":
            return "W"
        return closed
    if verb is None:
        return "V" if _is_unknown_verb(tokens, index, tags, lexicon) else "K"
    if _is_verb_here(tokens, index, tags, verb, lexicon, is_inverted):
        return "V"
    return "K"


def _tag_left(tokens: Sequence[Token], index: int, tags: list[str]) -> str:
    """"Left" is a verb after a subject and before an object or nothing known as a rest."""
    before = tags[-1] if tags else ""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if before == "A" and tokens[index - 1].text in _BE:
        return "B"
    if before == "A":
        return "V"
    if after is None:
        return "V" if before == "R" and tokens[index - 1].text not in {"there"} and not any(t == "V" or t == "A" for t in tags) else "B"
    if any(tag in {"V", "A"} for tag in _clause_tags(tags)):
        return "B"
    return "V" if before in {"R", "K", "N", "Q", "E", "C"} else "K"


def _clause_tags(tags: list[str]) -> list[str]:
    """The tags since the last sign or conjunction."""
    for index in range(len(tags) - 1, -1, -1):
        if tags[index] in {"P", "C"}:
            return tags[index + 1 :]
    return tags


_MIN_STEM = 4


def _is_unknown_verb(
    tokens: Sequence[Token], index: int, tags: list[str], lexicon: Lexicon
) -> bool:
    """Whether a word of no list stands and looks as a verb does."""
    text = tokens[index].text
    before = tags[-1] if tags else ""
    position = len(tags) - 1
    while position >= 0 and tags[position] == "B":
        position -= 1
    before = tags[position] if position >= 0 else ""
    word = tokens[position].text if position >= 0 else ""
    if before == "A" and (word in lexicon.words["modals"] or word in _DO) and not tokens[index].name:
        return True
    if before == "I" and word == "to" and position == index - 1:
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        return after is not None and (after.value is not None or _CLOSED.get(after.text) in {"D", "O", "Q"}) and not lexicon.is_plural(text) and not tokens[index].name
    if text.endswith("ed") and len(text) > _MIN_STEM and text not in lexicon.words["colours"]:
        if before == "R" and word != "there":
            return True
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        starts = after is not None and (after.value is not None or _CLOSED.get(after.text) in {"D", "O", "Q", "R", "I", "E"})
        return before in {"K", "C"} and starts
    return False


def unknown_verb(text: str) -> Verb:
    """A verb of no list: nobody knows what it does."""
    forms = frozenset({"past", "participle"}) if text.endswith("ed") else frozenset({"base"})
    return Verb(lemma=text, verb_class="unknown", forms=forms)


_NOUN_AFTER = frozenset({"S", "O"})


def _is_verb_here(  # noqa: C901, PLR0911, PLR0912 - one decision list, in order of certainty
    tokens: Sequence[Token],
    index: int,
    tags: list[str],
    verb: Verb,
    lexicon: Lexicon,
    is_inverted: bool,
) -> bool:
    text, forms = tokens[index].text, verb.forms
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if tokens[index].name and "past" not in forms:
        return False
    if after is not None and after.text == "'s":
        return False
    position = index - 1
    while position >= 0 and tags[position] == "B":
        position -= 1
    before = tags[position] if position >= 0 else ""
    word = tokens[position].text if position >= 0 else ""
    is_ing = "ing" in forms
    if before == "A":
        if word in _BE:
            return "participle" in forms or is_ing
        if word in _HAVE:
            if "participle" in forms and "base" not in forms:
                return not (after is not None and _is_plain(after.text, lexicon) and tags[-1] != "B")
            return "participle" in forms and position < index - 1
        if word == "not" or word in _DO or word in lexicon.words["modals"]:
            return "base" in forms or is_ing or "participle" in forms
        return "base" in forms or "participle" in forms or is_ing
    if before == "I":
        if word == "to":
            return "base" in forms
        return is_ing and not _is_compound(after, lexicon)
    if before in _NOUN_AFTER:
        return False
    if before == "D":
        return word in {"each", "that", "all"} and ("third" in forms or "past" in forms) and "base" not in forms
    if before in {"N", "Q", "E", "X"}:
        if is_ing:
            return False
        if before == "N" and text in lexicon.words["nouns_or_verbs"] and (after is None or _CLOSED.get(after.text) != "I"):
            return False
        if "past" in forms or "participle" in forms:
            return not (after is not None and _is_plain(after.text, lexicon)) or "past" in forms and "base" not in forms and text in {"were", "was", "went", "came"}
        if "base" in forms:
            return after is None or (_CLOSED.get(after.text) in {"I"} and after.text != "of") if lexicon.singular(text) == text else False
        return False
    if before in {"R", "W"}:
        if word == "there":
            return False
        if before == "W" and word in {"how", "what", "which"} and "past" not in forms and "third" not in forms:
            return False
        return not is_ing
    if before == "K":
        if is_ing:
            if after is None:
                return False
            return _CLOSED.get(after.text) in {"D", "O", "Q"} or after.value is not None
        if "past" in forms and "base" not in forms:
            return True
        is_plural = lexicon.is_plural(word) or tokens[position].name
        is_subject = tokens[position].name or lexicon.is_plural(word)
        if is_subject and not any(tag in {"V", "A"} for tag in _clause_tags(tags)) and (
            after is None or after.value is not None or _CLOSED.get(after.text) in {"I", "D", "O", "Q", "R", "E", "B", "C"}
        ) and ("base" in forms) != ("third" in forms and tokens[position].name):
            return True
        if text in lexicon.words["nouns_or_verbs"] and not is_inverted and not (
            after is not None and (after.value is not None or _CLOSED.get(after.text) in {"D", "O", "Q", "R", "E"})
        ):
            return False
        if "third" in forms:
            return not is_plural or tokens[position].name or _joined(tags, position)
        if is_inverted and any(tag == "A" for tag in tags):
            return True
        if "base" in forms and "past" in forms:
            return True
        starts_object = after is not None and (
            after.value is not None or _CLOSED.get(after.text) in {"D", "O", "Q", "R", "I", "E"}
        )
        return (is_plural or _joined(tags, position)) and (starts_object or after is None or is_inverted)
    if before in {"C", "P"}:
        if is_ing:
            return after is not None and (
                after.value is not None or _CLOSED.get(after.text) in {"D", "O", "Q", "R"} or not _is_plain(after.text, lexicon)
            )
        if "past" in forms and "base" not in forms:
            return not (after is not None and _is_plain(after.text, lexicon) and "participle" in forms and word == ",")  or not _is_plain(after.text, lexicon)
        starts_object = after is not None and (
            after.value is not None or _CLOSED.get(after.text) in {"D", "O", "Q", "R", "E", "I"}
        )
        return starts_object and ("third" in forms or "base" in forms)
    if before == "V":
        return is_ing
    if before == "":
        if is_ing:
            return after is not None and (after.value is not None or not _is_plain(after.text, lexicon) or True)
        return "base" in forms and after is not None and _CLOSED.get(after.text) in {"D", "O"}
    return not is_ing and "past" in forms


def _joined(tags: list[str], position: int) -> bool:
    """Whether the word here ends a list with "and"."""
    return position >= 2 and tags[position - 1] == "C"  # noqa: PLR2004


def _is_plain(text: str, lexicon: Lexicon) -> bool:
    """Whether a word is a noun or an adjective as far as one can see."""
    return text[0].isalpha() and text not in _CLOSED and not (
        text in lexicon.verbs and "past" in lexicon.verbs[text].forms
    )


def _is_compound(after: Token | None, lexicon: Lexicon) -> bool:
    """"Sewing machine": an -ing form with a plain noun behind it is part of a noun."""
    return after is not None and after.value is None and _is_plain(after.text, lexicon) and lexicon.singular(after.text) == after.text


def read_phrases(tokens: Sequence[Token], *, is_inverted: bool = False) -> list[Phrase]:
    """Group the tokens of a sentence into phrases, in order."""
    lexicon = load_lexicon()
    tags = tag_tokens(tokens, is_inverted=is_inverted)
    phrases: list[Phrase] = []
    index, n = 0, len(tokens)
    while index < n:
        tag = tags[index]
        if tag in "AV" or (tag == "I" and tokens[index].text == "to" and index + 1 < n and tags[index + 1] in "VA"):
            group = _read_verbs(tokens, tags, index, lexicon)
            if group is not None:
                phrases.append(group)
                index = group.end
                continue
            phrases.append(Mark(index, index + 1, "A", tokens[index].text))
            index += 1
            continue
        if tag in "NXDOQEKR" or (tag == "B" and tokens[index].text in _UP_TO and index + 1 < n and tags[index + 1] == "N") or (tag == "P" and tokens[index].text in {"$"}):
            phrase = _read_noun_phrase(tokens, tags, index, lexicon)
            phrases.append(phrase)
            index = phrase.end
            continue
        phrases.append(Mark(index, index + 1, tag, tokens[index].text))
        index += 1
    return _join_rates(phrases, tokens)


def _join_rates(phrases: list[Phrase], tokens: Sequence[Token]) -> list[Phrase]:
    """"$2 a pair", "5 miles an hour": the second phrase says what the first is counted by."""
    joined: list[Phrase] = []
    for phrase in phrases:
        last = joined[-1] if joined else None
        if (
            isinstance(phrase, NounPhrase)
            and isinstance(last, NounPhrase)
            and (last.number >= 0 or last.asked or last.vague)
            and last.per is None
            and last.words
            and phrase.determiner in {"a", "an", "each", "every", "one"}
            and phrase.number < 0
            and last.end == phrase.start
        ):
            last.per = phrase
            last.end = phrase.end
            continue
        joined.append(phrase)
    return joined


def _read_verbs(
    tokens: Sequence[Token], tags: Sequence[str], start: int, lexicon: Lexicon
) -> VerbGroup | None:
    index, n = start, len(tokens)
    kind, modal, is_negated = "main", "", False
    auxiliaries: list[str] = []
    main = -1
    if tokens[index].text == "to":
        kind = "infinitive"
        index += 1
    while index < n:
        tag, text = tags[index], tokens[index].text
        if tag == "B" and (index + 1 < n and tags[index + 1] in "VAB"):
            is_negated |= text in _NEGATIONS
            index += 1
            continue
        if tag == "A":
            if text in _NEGATIONS:
                is_negated = True
            else:
                auxiliaries.append(text)
                main = index
                if text in lexicon.words["modals"]:
                    modal = modal or text
            index += 1
            continue
        if tag == "V":
            main = index
            index += 1
            verb = lexicon.verbs.get(text) or unknown_verb(text)
            # "wants to buy", "decided to give", "started selling": the second verb is the main one.
            if index + 1 < n and tokens[index].text == "to" and tags[index + 1] in "VA" and verb.lemma in _WISHES | {"start", "begin", "go", "continue", "have", "use", "manage", "forget", "get"}:
                modal = modal or ("want" if verb.lemma in _WISHES else "forget" if verb.lemma == "forget" else "")
                auxiliaries.append(text)
                index += 1
                continue
            if index < n and tags[index] == "V" and verb.lemma in _ASPECT and "ing" in (lexicon.verbs.get(tokens[index].text) or unknown_verb("")).forms:
                auxiliaries.append(text)
                continue
            break
        if text == "to" and index + 1 < n and tags[index + 1] in "VA" and auxiliaries:
            modal = modal or ("must" if auxiliaries[-1] in _HAVE else "going")
            index += 1
            continue
        break
    if main < 0:
        return None
    text = tokens[main].text
    verb = lexicon.verbs.get(text) or (unknown_verb(text) if tags[main] == "V" else None)
    if verb is None:
        return None
    end = main + 1
    # "not" and adverbs right behind an auxiliary that is the main verb.
    while end < n and tags[end] == "A" and tokens[end].text in _NEGATIONS:
        is_negated = True
        end += 1
    is_past = any(word in {"was", "were", "had", "did"} for word in auxiliaries) or (
        "past" in verb.forms and "base" not in verb.forms and not auxiliaries
    )
    tense = "future" if modal in {"will", "would", "going", "shall"} else "past" if is_past else "present"
    before_main = auxiliaries if tags[main] == "V" else auxiliaries[:-1]
    is_passive = (
        bool(before_main)
        and before_main[-1] in _BE
        and "participle" in verb.forms
        and tags[main] == "V"
    )
    if kind == "main" and "ing" in verb.forms and not before_main:
        kind = "gerund"
    return VerbGroup(
        start, end, verb, is_passive=is_passive, is_negated=is_negated, modal=modal, tense=tense,
        kind=kind, text=text,
    )


def _read_noun_phrase(  # noqa: C901, PLR0912, PLR0915 - one scan, one case a tag
    tokens: Sequence[Token], tags: Sequence[str], start: int, lexicon: Lexicon
) -> NounPhrase:
    phrase = NounPhrase(start, start + 1)
    index, n = start, len(tokens)
    while index < n:
        tag, text = tags[index], tokens[index].text
        if tag == "R":
            if index > start:
                break
            phrase.pronoun = text
            index += 1
            break
        if tag == "B":
            if text in _UP_TO and index + 1 < n and tags[index + 1] == "N" and not phrase.words:
                index += 1
                continue
            break
        if tag in "DO":
            if phrase.words or phrase.number >= 0 or (phrase.determiner and phrase.determiner not in {"all"}):
                if not (phrase.words or phrase.number >= 0) and tag == "O":
                    phrase.determiner = text
                    index += 1
                    continue
                break
            phrase.determiner = text
        elif tag == "Q":
            if phrase.words or phrase.number >= 0:
                break
            phrase.vague = text
        elif tag == "E":
            if phrase.words and not (index + 1 < n and text in {"more", "other", "extra", "additional"} and False):
                if text in {"more", "fewer", "less", "extra", "additional"} and not phrase.extra and phrase.number >= 0:
                    phrase.extra = text
                    index += 1
                    break
                break
            if phrase.extra:
                break
            phrase.extra = text
        elif tag in "NX":
            if phrase.words or phrase.number >= 0 or phrase.vague:
                break
            phrase.number, phrase.value = index, tokens[index].value
            phrase.form, phrase.money = tokens[index].form, tokens[index].money
            if phrase.money:
                phrase.words.append(phrase.money)
                phrase.raw.append(phrase.money)
                index += 1
                # "$5 bill", "$20 gift card": the money is what the noun is worth.
                break
        elif tag == "P":
            if text == "$" and index == start:
                pass
            elif text == "-" and phrase.words and index + 1 < n and tags[index + 1] == "K":
                pass
            else:
                break
        elif tag == "S":
            if not phrase.words or phrase.number >= 0 and phrase.is_name:
                break
            inner = NounPhrase(
                phrase.start, index, words=phrase.words, raw=phrase.raw, is_name=phrase.is_name,
                determiner=phrase.determiner, owner=phrase.owner, is_plural=phrase.is_plural,
            )
            if phrase.number >= 0:
                # "5 of Mary's": the number stays outside.
                inner.value, inner.number, inner.form = phrase.value, phrase.number, phrase.form
                phrase.value, phrase.number, phrase.form = None, -1, ""
            phrase = NounPhrase(start, index + 1, owner=inner, determiner="'s")
        elif tag == "K":
            if text in _TALL and phrase.words and (phrase.number >= 0 or phrase.vague):
                break
            if phrase.words and (phrase.words[-1] in lexicon.words["days"] or text in lexicon.words["days"] or text in {"today", "yesterday", "tomorrow"}):
                break
            if tokens[index].name and phrase.words and not phrase.is_name and phrase.number >= 0:
                # "5 apples Mary ...", but also "5 Pokemon cards".
                if index + 1 >= n or tags[index + 1] in "VA":
                    break
            if not phrase.words:
                phrase.is_name = tokens[index].name and phrase.number < 0 and phrase.determiner in {"", "'s"}
            phrase.words.append(lexicon.singular(text))
            phrase.raw.append(text)
            phrase.is_plural = lexicon.is_plural(text)
        else:
            if tag == "I" and text == "of" and index > start and (phrase.words or phrase.counts or phrase.extra or phrase.determiner in {"all", "each"}):
                inner_start = index + 1
                while inner_start < n and tags[inner_start] == "B":
                    inner_start += 1
                if inner_start < n and tags[inner_start] in "NXDOQEKRW":
                    if tags[inner_start] == "W":
                        inner = NounPhrase(inner_start, inner_start + 1, pronoun="which")
                    else:
                        inner = _read_noun_phrase(tokens, tags, inner_start, lexicon)
                    phrase.of = inner
                    index = inner.end
            break
        index += 1
    phrase.end = max(index, start + 1)
    if phrase.words and phrase.words[-1] == "'s":
        phrase.words.pop()
    return phrase
