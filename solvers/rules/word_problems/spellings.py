"""What is known of a spelling before its neighbours are seen: closed words, verbs, plurals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from spoonbench.solvers.rules.word_problems.inflection import past_tense
from spoonbench.solvers.rules.word_problems.lexicon import Lexicon, Verb, load_lexicon
from spoonbench.solvers.rules.word_problems.remembering import Remembered

BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am"})
HAVE = frozenset({"has", "have", "had", "having"})
NEGATIONS = frozenset({"not", "never", "no"})

_CLOSED_LISTS = (
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
)
"""Lists of the lexicon and their letters; what stands later wins."""

_OVERRIDES = {
    "W": "how what who which whose where when why",
    "D": "each every no either neither a an the this that these those any",
    "O": "his her its my our their your",
    "E": "more fewer less another other additional extra",
    "Q": "some several many few numerous countless most plenty lots dozens hundreds thousands much",
    "R": "there everyone everybody someone somebody nobody",
    "I": "to as without",
    "B": "left all both enough else",
    "C": "than suppose assume imagine",
    "M": "longer farther further faster slower quicker sooner",
    "K": "day today yesterday tomorrow home right second first last next little hard double one "
    "ones bunch couple lot handful half none further such certain single whole total "
    "fall march forward like",
    "S": "'s",
}
"""Words whose letter is not what the lists say; "K" takes a word out of them."""
RULED = frozenset({"left", "her", "that", "can", "will", "combined", "a"})
"""Words whose letter a rule of their own decides."""
_FREE = ("added", "combined")
"""Words of the lists that are participles like any other here."""

_NOUN_PASTS = frozenset({"rose", "saw", "ground", "felt", "shot", "bit", "wound", "fell", "lit"})
_NOTHING: frozenset[str] = frozenset()
_MOST_KNOWN = 20_000
_LONGEST_KNOWN = 32


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of a spelling.

    Attributes:
        tag: letter of a closed word, "K" of any other, "" behind the last one.
        verb: its verb, if it can be one.
        forms: of that verb.
        is_noun: it can be a noun or an adjective as well.
        is_rare: more often a noun than a verb.
        is_plural: as a noun.
        is_past: as a verb a past and no base form: "gave", not "cut".
        is_listed: it stands in a closed list, maybe as "K".
        is_settled: it has its tag wherever it stands.
        is_plain: so it has but where a verb that no list knows may stand.
        singular: of it as a noun.
    """

    tag: str
    verb: Verb | None = None
    forms: frozenset[str] = _NOTHING
    is_noun: bool = False
    is_rare: bool = False
    is_plural: bool = False
    is_past: bool = False
    is_listed: bool = False
    is_settled: bool = False
    is_plain: bool = False
    singular: str = ""


NUMBER_TEXT = "#"
"""The text of a number's token."""
NUMBER = Word("N", singular=NUMBER_TEXT)
END = Word("")


@cache
def _closed_tags() -> dict[str, str]:
    """Closed word to its letter."""
    lexicon = load_lexicon()
    table = {word: tag for name, tag in _CLOSED_LISTS for word in lexicon.words[name]}
    for word in lexicon.comparatives:
        table.setdefault(word, "M")
    for tag, words in _OVERRIDES.items():
        table.update(dict.fromkeys(words.split(), tag))
    for word in _FREE:
        table.pop(word, None)
    return table


def known_verb(text: str) -> Verb:
    """The verb of a spelling, unknown ones included: nobody knows what those do."""
    verb = WORDS[text].verb
    if verb is not None:
        return verb
    forms = frozenset({"past", "participle"}) if text.endswith("ed") else frozenset({"base"})
    return Verb(lemma=text, verb_class="unknown", forms=forms)


def _look_up(text: str) -> Word:
    if text == NUMBER_TEXT:
        return NUMBER
    lexicon = load_lexicon()
    listed = _closed_tags().get(text)
    tag = listed or ("K" if text[0].isalnum() else "P")
    verb = lexicon.verbs.get(text)
    is_rare = False
    if verb is None and tag == "K":
        verb = _verb_of_noun(text, lexicon)
        is_rare = verb is not None
    forms = _NOTHING if verb is None else verb.forms
    is_ruled = text in RULED
    is_no_verb = verb is None and not is_ruled
    return Word(
        tag=tag,
        verb=verb,
        forms=forms,
        is_noun=is_rare or text in lexicon.words["nouns_or_verbs"] or text in _NOUN_PASTS,
        is_rare=is_rare,
        is_plural=lexicon.is_plural(text),
        is_past="past" in forms and "base" not in forms,
        is_listed=listed is not None,
        is_settled=(is_no_verb and tag not in {"K", "M"}) or (tag == "A" and not is_ruled),
        is_plain=is_no_verb and tag == "K" and not text.endswith("ed"),
        singular=lexicon.singular(text),
    )


WORDS = Remembered(_look_up, _MOST_KNOWN, _LONGEST_KNOWN)
"""What is known of a spelling in lower case."""


def _verb_of_noun(text: str, lexicon: Lexicon) -> Verb | None:
    """The verb of a noun whose past is listed: "store" has "stored"."""
    for stem, form in ((text, "base"), (text[:-1], "third")):
        if not stem.isalpha() or (form == "third" and not text.endswith("s")):
            continue
        past = lexicon.verbs.get(past_tense(stem))
        if past is not None and past.lemma == stem:
            return Verb(lemma=stem, verb_class=past.verb_class, forms=frozenset({form}))
    return None
