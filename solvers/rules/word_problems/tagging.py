"""Parts of speech: one letter for each token, by closed lists, neighbours and the clause so far.

One scan from left to right. Closed words have their letter by list; a word that is in the verb
list is a verb or a noun by what stands before it, by what follows, and by whether its clause has
a finite verb already or gets one later. Linear in the number of tokens.

Not covered: sentences without a verb that have a noun which could be one; irony of word order.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.word_problems.inflection import past_tense
from spoonbench.solvers.rules.word_problems.lexicon import Verb, load_lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.rules.word_problems.tokens import Token

BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am"})
HAVE = frozenset({"has", "have", "had", "having"})
DO = frozenset({"do", "does", "did"})
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
    "combined fall march forward like",
    "S": "'s",
}
"""Words whose letter is not what the lists say; "K" takes a word out of them."""

_SUBJECTS = frozenset({"i", "you", "he", "she", "it", "we", "they", "everyone", "everybody", "someone", "somebody", "nobody", "who"})
_PLURAL_DETERMINERS = frozenset({"these", "those"})
_QUANTIFYING = frozenset({"each", "every", "that", "this", "these", "those", "any", "either", "all", "both"})
_SUBORDINATE = frozenset({"if", "when", "while", "because", "after", "before", "since", "until", "although", "though", "once", "whereas", "so"})
_NOUN_PASTS = frozenset({"rose", "saw", "ground", "felt", "shot", "bit", "wound", "fell", "lit"})
_BARE_HELPERS = frozenset({"help", "let", "go", "come"})
_HELPING = frozenset({"help", "let", "watch", "see", "hear"})
_PARTICLES = frozenset({"up", "down", "off", "out", "away", "back", "over"})
_QUOTES = frozenset("\"'")
_LONGEST_TITLE = 6
_LINKING = frozenset({"get", "feel", "look", "seem", "become", "grow", "stay", "remain"})
_GIVING = frozenset({"give", "send", "pay", "lend", "hand", "cost", "take", "bring", "offer", "loan", "sell", "leave", "show", "owe"})
_OBJECT_TAGS = frozenset("NDOQEX")
_NOTHING: frozenset[str] = frozenset()
_MIN_STEM = 4
_SEEN = 2


class Word(NamedTuple):
    """What is known of a spelling.

    Attributes:
        tag: letter of a closed word, "K" of any other.
        verb: its verb, if it can be one.
        forms: of that verb.
        is_noun: it can be a noun or an adjective as well.
        is_rare: more often a noun than a verb.
        is_plural: as a noun.
    """

    tag: str
    verb: Verb | None
    forms: frozenset[str]
    is_noun: bool
    is_rare: bool
    is_plural: bool


_NUMBER = Word("N", None, _NOTHING, False, False, False)  # noqa: FBT003 - a row of a table
_END = Word("", None, _NOTHING, False, False, False)  # noqa: FBT003 - a row of a table
_KNOWN: dict[str, Word] = {}
_MOST_KNOWN = 20_000


@cache
def closed_tags() -> dict[str, str]:
    """Closed word to its letter."""
    lexicon = load_lexicon()
    table = {word: tag for name, tag in _CLOSED_LISTS for word in lexicon.words[name]}
    for word in lexicon.comparatives:
        table.setdefault(word, "M")
    for tag, words in _OVERRIDES.items():
        table.update(dict.fromkeys(words.split(), tag))
    return table


def known_verb(text: str) -> Verb:
    """The verb of a spelling, unknown ones included: nobody knows what those do."""
    verb = word_of(text).verb
    if verb is not None:
        return verb
    forms = frozenset({"past", "participle"}) if text.endswith("ed") else frozenset({"base"})
    return Verb(lemma=text, verb_class="unknown", forms=forms)


def word_of(text: str) -> Word:
    """What is known of a spelling in lower case."""
    word = _KNOWN.get(text)
    if word is None:
        word = _look_up(text)
        if len(_KNOWN) < _MOST_KNOWN:
            _KNOWN[text] = word
    return word


def _look_up(text: str) -> Word:
    lexicon = load_lexicon()
    tag = closed_tags().get(text) or ("K" if text[0].isalnum() else "P")
    verb = lexicon.verbs.get(text)
    is_rare = False
    if verb is None and tag == "K":
        verb = _denominal(text)
        is_rare = verb is not None
    is_noun = is_rare or text in lexicon.words["nouns_or_verbs"] or text in _NOUN_PASTS
    forms = _NOTHING if verb is None else verb.forms
    return Word(tag, verb, forms, is_noun, is_rare, lexicon.is_plural(text))


def _denominal(text: str) -> Verb | None:
    """The verb of a noun whose past is listed: "store" has "stored"."""
    lexicon = load_lexicon()
    for stem, form in ((text, "base"), (text[:-1], "third")):
        if not stem.isalpha() or (form == "third" and not text.endswith("s")):
            continue
        past = lexicon.verbs.get(past_tense(stem))
        if past is not None and past.lemma == stem:
            return Verb(lemma=stem, verb_class=past.verb_class, forms=frozenset({form}))
    return None


def tag_tokens(tokens: Sequence[Token], *, is_inverted: bool = False) -> list[str]:
    """One part of speech for each token.

    Args:
        tokens: of a sentence.
        is_inverted: the sentence asks, so that an auxiliary may stand before the subject.

    Returns:
        N number, X "twice", D determiner, O possessive, R pronoun, I preposition, C conjunction,
        A auxiliary, B adverb, Q "some", E "more", W question word, S "'s", P sign, V verb,
        M comparative, K any other word.
    """
    return _Scan(tokens, is_inverted=is_inverted).run()


class _Scan:
    """One pass over a sentence.

    Attributes:
        index: of the token to decide on.
        word: what is known of it.
        after: what is known of the next one.
        position: of the last token that is no adverb; -1 at the start.
        before: its tag.
        awaits: "base" after "did", "participle" after "was" and "have", until a verb comes.
        finite: 0 without a finite verb so far, 1 in a new coordinate, 2 with one in this clause.
        last_verb: index of the last verb, or -1.
    """

    __slots__ = ("after", "awaits", "before", "finite", "index", "is_inverted", "last_verb", "later", "n", "position", "tags", "title_end", "tokens", "word", "words")

    def __init__(self, tokens: Sequence[Token], *, is_inverted: bool) -> None:
        self.tokens = tokens
        self.is_inverted = is_inverted
        known, get = _KNOWN, _KNOWN.get
        del known
        self.words = [
            (get(token.text) or word_of(token.text)) if token.value is None else _NUMBER
            for token in tokens
        ]
        self.n = len(tokens)
        self.tags: list[str] = []
        self.later = self._later()
        self.index = 0
        self.word = self.after = _END
        self.position = -1
        self.before = self.awaits = ""
        self.finite = 0
        self.last_verb = -1
        self.title_end = -1

    def _later(self) -> list[bool]:
        """For each token whether a sure finite verb follows in its clause."""
        later = [False] * self.n
        sure = False
        after = _END
        for index in range(self.n - 1, -1, -1):
            later[index] = sure
            word = self.words[index]
            tag = word.tag
            if tag in "PCW" and tag:
                sure = False
            elif tag == "A" or (tag == "K" and "past" in word.forms and "base" not in word.forms and not word.is_noun):
                text = self.tokens[index].text
                if tag == "A":
                    sure = sure or text not in {"be", "been", "being", "having", "not"}
                elif "participle" not in word.forms or after.tag != "K":
                    sure = True
            after = word
        return later

    def run(self) -> list[str]:
        """Tag every token."""
        tokens, words, tags = self.tokens, self.words, self.tags
        for index, token in enumerate(tokens):
            word = words[index]
            if token.value is not None:
                tag = "X" if token.form == "times" else "N"
            elif token.form == "ordinal":
                tag = "K"
            elif index < self.title_end:
                tag = "K"
            elif word.verb is None and word.tag not in "KDOAM":
                tag = word.tag
                if tag == "P" and token.text in _QUOTES:
                    self._open_title(index)
            else:
                self.index, self.word = index, word
                self.after = words[index + 1] if index + 1 < self.n else _END
                tag = self._decide(token)
            tags.append(tag)
            self._note(index, tag)
        return tags

    def _open_title(self, index: int) -> None:
        """Find where a title in quotes ends: what stands in it is a name of something."""
        text = self.tokens[index].text
        for end in range(index + 2, min(index + _LONGEST_TITLE, self.n)):
            if self.tokens[end].text == text and self.title_end < 0:
                self.title_end = end
                return

    def _note(self, index: int, tag: str) -> None:
        """Keep the account of the clause."""
        if tag == "B":
            return
        text = self.tokens[index].text
        if tag == "A":
            self._note_auxiliary(text)
        elif tag == "V":
            self.last_verb = index
            self.awaits = ""
            if self.before != "I" and "ing" not in self.words[index].forms:
                self.finite = _SEEN
        elif tag in "CPW":
            if text in _SUBORDINATE or tag == "W" or text in {";", ":"}:
                self.finite = 0
                self.awaits = ""
            else:
                self.finite = min(self.finite, 1)
        self.position, self.before = index, tag

    def _note_auxiliary(self, text: str) -> None:
        if text in NEGATIONS:
            return
        self.awaits = "participle" if text in BE or text in HAVE else "base"
        if text not in {"be", "being", "been"}:
            self.finite = _SEEN

    # -- one token ---------------------------------------------------------------------------

    def _decide(self, token: Token) -> str:
        word = self.word
        special = _SPECIAL.get(token.text)
        if special is not None:
            return special(self)
        if word.tag != "K":
            if word.tag == "M":
                # "The longer rope", but "twice longer than".
                return "K" if self.before in {"D", "O"} and self.after.tag in {"K", "N"} else "M"
            if word.tag == "A" or word.verb is None:
                return word.tag
            return "V" if self._is_forced() else word.tag
        if word.verb is None:
            return "V" if self._is_unknown_verb(token) else "K"
        if self.after.tag == "S" or (token.name and "past" not in word.forms):
            return "K"
        if closed_tags().get(token.text) is not None:
            return "V" if self._is_forced() else "K"
        if (word.is_noun and self._has_of_after()) or self._is_all_of_them():
            return "K"
        decide = _AFTER.get(self.before)
        return "V" if decide is not None and decide(self) else "K"

    def _has_of_after(self) -> bool:
        return self.after.tag == "I" and self.tokens[self.index + 1].text == "of"

    def _is_all_of_them(self) -> bool:
        """Whether "all" or "both" stands before, as a determiner: "all tax dollars"."""
        if not self.index or self.tokens[self.index - 1].text not in {"all", "both"}:
            return False
        return self.before not in {"K", "R"} and self._is_plain_after()

    def _text_before(self) -> str:
        return self.tokens[self.position].text if self.position >= 0 else ""

    def _starts_object(self) -> bool:
        """Whether the next token can begin an object."""
        return self.after.tag in _OBJECT_TAGS and self.after.tag != ""

    def _is_plain_after(self) -> bool:
        """Whether the next token is a noun or an adjective as far as one can see."""
        after = self.after
        return after.tag == "K" and ("past" not in after.forms or after.is_noun or "base" in after.forms)

    def _is_forced(self) -> bool:
        """Whether a word that is seldom a verb stands where nothing but a verb can."""
        if self.before == "A":
            return ("base" if self.awaits == "base" else "participle") in self.word.forms
        if self.before == "I":
            return self._text_before() == "to" and "base" in self.word.forms and self._starts_object()
        if self.before == "R":
            text = self._text_before()
            if self.awaits == "base":
                return "base" in self.word.forms
            return text in _SUBJECTS and self.finite < _SEEN and bool(self.word.forms - {"ing"}) and (
                self._starts_object() or self.after.tag == ""
            )
        if self.before == "K":
            return self.awaits == "base" and "base" in self.word.forms and (self.after.tag in "RIP")
        return False

    def _is_unknown_verb(self, token: Token) -> bool:
        """Whether a word of no list stands and looks as a verb does."""
        before, text = self.before, token.text
        if token.name or not text[0].isalpha():
            return False
        if before == "A":
            if self.awaits == "participle":
                return text.endswith("ed") and self._auxiliary() in HAVE
            return self.awaits == "base" and not self.word.is_plural
        if before == "I":
            return self._text_before() == "to" and self._starts_object() and not self.word.is_plural
        if before == "R" and self.awaits == "base" and self._text_before() in _SUBJECTS:
            return not self.word.is_plural
        if text.endswith("ed") and len(text) > _MIN_STEM and text not in load_lexicon().words["colours"]:
            if before == "R" and self._text_before() != "there":
                return True
            return before in {"K", "C"} and (self._starts_object() or self.after.tag in {"R", "I"})
        return False

    # -- by what stands before ---------------------------------------------------------------

    def _after_auxiliary(self) -> bool:
        forms, text = self.word.forms, self._text_before()
        if self.awaits == "base":
            return "base" in forms or (self.before == "A" and text in NEGATIONS)
        auxiliary = self._auxiliary()
        if auxiliary in BE:
            if self._follows_there():
                return not self._is_plain_after() and ("participle" in forms or "ing" in forms)
            return "participle" in forms or "ing" in forms
        if "participle" not in forms:
            return False
        if "base" in forms:
            return self._starts_object() or self.position < self.index - 1
        return not self._is_plain_after() or self.position < self.index - 1

    def _auxiliary(self) -> str:
        """The auxiliary before, "not" left out."""
        position = self.position
        while position and self.tokens[position].text in NEGATIONS and self.tags[position - 1] in "AB":
            position -= 1
        return self.tokens[position].text

    def _follows_there(self) -> bool:
        return self.position > 0 and self.tokens[self.position - 1].text == "there"

    def _after_preposition(self) -> bool:
        forms, text = self.word.forms, self._text_before()
        if text == "to" and self.position == self.index - 1:
            return "base" in forms
        if "ing" not in forms or text == "per":
            return False
        if text == "of" and self.position and self.tags[self.position - 1] == "K":
            # "A pair of running shoes", but "tired of running".
            return not self._is_plain_after()
        return not self._is_plain_after() or self.after.is_plural

    def _after_determiner(self) -> bool:
        forms, text = self.word.forms, self._text_before()
        if text not in _QUANTIFYING:
            # "The put the bears on shelves", where "they" is meant.
            is_slip = text == "the" and self.position == 0 and self.after.tag in "DO"
            return is_slip and bool(self.after.tag) and {"base", "past"} <= forms
        if self.awaits == "base":
            return "base" in forms
        if "past" in forms and "base" not in forms:
            return not self.word.is_noun and not ("participle" in forms and self._is_plain_after())
        if text in _PLURAL_DETERMINERS:
            return "base" in forms and self._starts_object()
        if "third" in forms or "past" in forms:
            return not self.later[self.index] and (not self.word.is_noun or self._starts_object())
        return False

    def _after_number(self) -> bool:
        word, forms = self.word, self.word.forms
        if "ing" in forms:
            return self.finite == _SEEN and self.after.tag in {"", "I"}
        if "past" in forms and "base" not in forms:
            if word.is_noun:
                # "3 fell out" has no plural that could be counted.
                return not self.later[self.index] and self.after.tag in {"", "I", "B"}
            return "participle" not in forms or not self._is_plain_after() or self._is_repeated()
        if self.awaits == "base" and "base" in forms and self.is_inverted:
            return not word.is_plural and not word.is_noun
        if self.finite == _SEEN or self.later[self.index] or self._is_measure():
            return False
        if "past" in forms:
            return not self._is_plain_after()
        if self.finite:
            return False
        if "third" in forms:
            return self._text_before() == "one" or (self._is_each_one() and self._starts_object())
        return "base" in forms and self.after.tag in {"", "I", "B", "D", "N"} and not (word.is_plural)

    def _is_measure(self) -> bool:
        """Whether the number before is money, or the word here is a unit: "$20 bill"."""
        text = self.tokens[self.index].text
        lexicon = load_lexicon()
        return bool(self.tokens[self.position].money) or lexicon.singular(text) in lexicon.units

    def _is_repeated(self) -> bool:
        """Whether it is the last verb once more: "5 got apples and 3 got pears"."""
        return self.last_verb >= 0 and self.words[self.last_verb] is self.word

    def _is_each_one(self) -> bool:
        """Whether the number before is the "one" of "each one"."""
        return self.position > 0 and self.tokens[self.position - 1].text in {"each", "every"}

    def _after_pronoun(self) -> bool:
        text, forms = self._text_before(), self.word.forms
        if text == "there":
            return False
        if "ing" in forms:
            return self.finite == _SEEN or self._starts_object()
        if self.awaits == "base":
            return "base" in forms
        if text in {"it", "you"} and self.position and self.tags[self.position - 1] in {"V", "I"}:
            return "past" in forms and "base" not in forms
        if text in _SUBJECTS:
            return True
        if "past" in forms and "base" not in forms:
            return True
        if text in {"him", "her", "me", "us"}:
            return "base" in forms and (self._starts_object() or self._is_helped())
        return not self.word.is_noun or (self.finite < _SEEN and not self.later[self.index])

    def _after_question_word(self) -> bool:
        forms = self.word.forms
        if "ing" in forms:
            return False
        if self._text_before() in {"who", "that", "which"}:
            return "past" in forms or "third" in forms or self._text_before() != "which"
        return "past" in forms or "third" in forms

    def _after_noun(self) -> bool:
        word, forms = self.word, self.word.forms
        if "ing" in forms:
            return self._is_gerund_after_noun()
        if self.awaits == "base" and ("base" in forms or not self.is_inverted):
            return "base" in forms and not self._is_compound_subject()
        if "past" in forms and "base" not in forms:
            if self._is_adjective():
                return False
            return not word.is_noun or (self.finite < _SEEN and self._starts_object())
        if "third" in forms:
            return self._is_present(agrees=self._is_singular_subject())
        if "past" in forms:
            return self._is_present(agrees=True)
        return self._is_present(agrees=self._is_plural_subject())

    def _is_adjective(self) -> bool:
        """"6 giant stuffed bears": a participle between an adjective and its noun."""
        if self.finite < _SEEN or "participle" not in self.word.forms or not self._is_plain_after():
            return False
        return not self.words[self.position].is_plural and not self.tokens[self.position].name

    def _is_present(self, *, agrees: bool) -> bool:
        """Whether a form of the present, or one like it, is the verb of the noun before."""
        if "base" in self.word.forms and self._is_helped():
            return True
        if not agrees or self.later[self.index]:
            return False
        is_name = self.tokens[self.position].name
        if self.finite == _SEEN:
            return is_name and self._starts_object() if self.word.is_noun else is_name or self._starts_object()
        if self.word.is_rare:
            return self._starts_object()
        if self.finite == 1 and self.word.is_noun:
            return self._starts_object()
        return self.after.tag != "C" or not self.word.is_noun or is_name

    def _is_helped(self) -> bool:
        """"Helped the workers pick": a base form after the object of such a verb."""
        if self.last_verb < 0 or self.finite < _SEEN or self.after.tag not in _OBJECT_TAGS | {"I"}:
            return False
        return known_verb(self.tokens[self.last_verb].text).lemma in _HELPING

    def _is_compound_subject(self) -> bool:
        """Whether the verb that is awaited comes only with the next word: "the tree farm plant"."""
        after = self.after
        return (
            self.word.is_noun
            and after.tag == "K"
            and "base" in after.forms
            and not self.tokens[self.position].name
            and not after.is_rare
        )

    def _is_gerund_after_noun(self) -> bool:
        is_many = self.words[self.position].is_plural or self.tokens[self.position].name
        if self.after.tag in {"", "P", "C"}:
            return is_many
        if self._is_plain_after():
            is_sure = self.tokens[self.index + 1].text == "sure"
            return is_sure or (is_many and self.finite > 0)
        return True

    def _is_singular_subject(self) -> bool:
        """Whether the noun before can be the subject of "plays"."""
        if self.tokens[self.position].name:
            return True
        if self.words[self.position].is_plural and self.words[self.position].tag == "K":
            return load_lexicon().singular(self.tokens[self.position].text) == self.tokens[self.position].text
        value = self._count_before()
        return value is None or value == 1

    def _is_plural_subject(self) -> bool:
        """Whether the noun before can be the subject of "play"."""
        position = self.position
        if self.words[position].is_plural or self.tokens[position].name:
            return True
        if self._count_before() not in {None, 1}:
            return True
        while position >= 0 and self.tags[position] in "KDONES":
            position -= 1
        return position > 0 and self.tokens[position].text in {"and", "or"} and self.tags[position - 1] in "KR"

    def _count_before(self) -> object:
        """The number of the noun phrase that ends before; None where it has none."""
        position = self.position
        while position >= 0 and self.tags[position] in "KE":
            position -= 1
        return self.tokens[position].value if position >= 0 else None

    def _after_break(self) -> bool:
        """After a comma or a conjunction."""
        word, forms, text = self.word, self.word.forms, self._text_before()
        if "ing" in forms:
            return self._is_gerund_after_break(text)
        if "past" in forms and "base" not in forms:
            if word.is_noun:
                return self._starts_object()
            return not (text == "," and "participle" in forms and self._is_plain_after())
        if text in _SUBORDINATE or text == "than":
            return False
        if self.awaits == "base":
            return "base" in forms
        if text == "then":
            return "ing" not in forms
        is_parallel = self.last_verb >= 0 and bool(forms & self.words[self.last_verb].forms)
        is_close = self.position > 0 and self.tags[self.position - 1] == "V"
        if is_parallel and is_close and text != ",":
            return True
        if word.is_rare:
            return is_parallel and self._starts_object()
        if word.is_noun:
            if is_parallel and self.after.tag == "I":
                return self.tokens[self.index + 1].text in _PARTICLES
            return self._starts_object() and (is_parallel or "past" in forms)
        return self.after.tag in {"N", "D", "O", "Q", "R", "E", "I", "B"} or is_parallel

    def _is_gerund_after_break(self, text: str) -> bool:
        if text in _SUBORDINATE:
            return True
        if self.after.tag in {"N", "D", "O", "Q", "R", "E"} or self.after.tag == "I":
            return True
        if text == ",":
            return self.finite > 0 and self.after.is_plural
        last = self.words[self.last_verb].forms if self.last_verb >= 0 else _NOTHING
        return "ing" in last

    def _after_verb(self) -> bool:
        forms = self.word.forms
        last = known_verb(self.tokens[self.last_verb].text).lemma
        if "ing" in forms:
            return not self.word.is_noun or self._starts_object() or not self._is_plain_after()
        if "past" in forms and "base" not in forms:
            is_state = last in _LINKING and "participle" in forms
            if self.word.is_noun or (is_state and (last != "get" or self._has_of_after())):
                return False
            return not ("participle" in forms and self._is_plain_after())
        if last in _BARE_HELPERS and "base" in forms:
            return not self.word.is_rare or self._starts_object()
        if self.tags[self.index - 1] != "V":
            return False
        if self.word.is_noun:
            # "The apples that Ann bought cost 5".
            is_finite = "past" in forms or "third" in forms
            return is_finite and "W" in self.tags and self._starts_object()
        return self._starts_object() or self.after.tag == "R"

    def _at_start(self) -> bool:
        forms = self.word.forms
        if "ing" in forms:
            return not (self._is_plain_after() and self.later[self.index])
        if "past" in forms and "base" not in forms:
            return not (self._is_plain_after() and self.later[self.index]) and not self.word.is_noun
        if self.is_inverted and "base" in forms and self.after.tag == "I" and not self.word.is_noun:
            # "How many | belong to Ann".
            return not self.later[self.index]
        return "base" in forms and self.after.tag in {"D", "O", "N"} and not self.later[self.index]

    def _after_rest(self) -> bool:
        """After a comparative or the like."""
        return "past" in self.word.forms and "base" not in self.word.forms

    # -- words with rules of their own -------------------------------------------------------

    def _left(self) -> str:
        """A verb after a subject and before an object; else what remains."""
        before, after = self.before, self.after.tag
        if before == "A":
            auxiliary = self._auxiliary()
            if auxiliary in BE:
                return "B"
            if auxiliary in HAVE:
                return "V" if after in {"D", "O"} and not self.is_inverted else "B"
            return "B"
        if self.finite == _SEEN:
            return "B"
        if after == "":
            is_subject = before == "R" and self._text_before() != "there"
            return "V" if (is_subject or (before in {"K", "N", "Q"} and self.finite == 0)) else "B"
        if before in {"D", "O"}:
            return "K"
        if before == "C" and self._text_before() not in {"and", "but", "then"}:
            return "B"
        return "V" if before in {"R", "K", "N", "Q", "E", "C", "W", "X"} else "K"

    def _her(self) -> str:
        """A possessive before a noun, a pronoun elsewhere."""
        after = self.after
        if "base" in after.forms and self.last_verb == self.index - 1 >= 0 and self._is_before_particle():
            return "R"
        if after.tag in {"K", "E", "M"}:
            is_verb = after.verb is not None and not after.is_noun and "participle" not in after.forms
            return "R" if is_verb and "ing" not in after.forms and self.last_verb < 0 else "O"
        if after.tag in {"N", "Q"} and self.last_verb >= 0:
            giving = known_verb(self.tokens[self.last_verb].text).lemma in _GIVING
            return "R" if giving and self.last_verb == self.index - 1 else "O"
        return "O" if after.tag == "N" else "R"

    def _is_before_particle(self) -> bool:
        """Whether "let her pick out 5" stands here rather than "saw her pick"."""
        if known_verb(self.tokens[self.last_verb].text).lemma not in _HELPING | {"make"}:
            return False
        return self.index + 2 < self.n and self.words[self.index + 2].tag in _OBJECT_TAGS | {"I"}

    def _that(self) -> str:
        """A relative after a noun, a conjunction before a clause, else a determiner."""
        after, before = self.after, self.before
        if self._text_before() in {"before", "after", "since"}:
            return "D" if after.tag == "K" and not self._is_name_after() else "R"
        if before in {"K", "S"} and self.position == self.index - 1:
            return "W"
        is_name = self._is_name_after()
        if before in {"V", "C", "B", ""} or self.index != self.position + 1:
            if is_name or after.tag in {"R", "D", "O", "N", "Q", "E", "B"} or (after.tag == "K" and after.is_plural):
                return "C"
        if after.tag in {"K", "E", "N", "M"}:
            return "D"
        return "W" if before in {"N", "R", "Q"} and after.tag in {"A", "R", "K"} else "R"

    def _is_name_after(self) -> bool:
        return self.index + 1 < self.n and self.tokens[self.index + 1].name

    def _can(self) -> str:
        """A noun after an article, else an auxiliary."""
        if "past" in self.after.forms and "base" not in self.after.forms:
            # "Will invited 9 friends".
            return "K"
        is_noun = self.before in {"O", "E"} or self.tokens[self.index].name or (
            self.before == "D" and self._text_before() in {"a", "an", "the", "each", "every"} and not (
                self.after.verb is not None and "base" in self.after.forms
            )
        )
        if self.before == "N":
            is_noun = self.after.tag == "I"
        return "K" if is_noun else "A"

    def _article(self) -> str:
        """The letter "a" as a noun in "A's"."""
        return "K" if self.after.tag == "S" else "D"


_AFTER: dict[str, Callable[[_Scan], bool]] = {
    "A": _Scan._after_auxiliary,
    "I": _Scan._after_preposition,
    "D": _Scan._after_determiner,
    "N": _Scan._after_number,
    "Q": _Scan._after_number,
    "E": _Scan._after_number,
    "X": _Scan._after_number,
    "R": _Scan._after_pronoun,
    "W": _Scan._after_question_word,
    "K": _Scan._after_noun,
    "C": _Scan._after_break,
    "P": _Scan._after_break,
    "V": _Scan._after_verb,
    "M": _Scan._after_rest,
    "": _Scan._at_start,
}
"""By the tag before; after a possessive and "'s" no verb comes."""

_SPECIAL: dict[str, Callable[[_Scan], str]] = {
    "left": _Scan._left,
    "her": _Scan._her,
    "that": _Scan._that,
    "can": _Scan._can,
    "will": _Scan._can,
    "a": _Scan._article,
}
