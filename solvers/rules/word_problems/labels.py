"""Digits and words that look like amounts and are none: years, days, "room 12", pronouns.

A label becomes a word: its digits, or "clock" for a time of day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.number_words import ARTICLES, LISTS

if TYPE_CHECKING:
    from fractions import Fraction

    from spoonbench.solvers.rules.word_problems.pieces import Token

_FIRST_YEAR, _LAST_YEAR, YEAR_LENGTH = 1500, 2100, 4
_DAYS_OF_A_MONTH = 31
_HOURS = 12
_MAX_LABEL = 999
_SAME_SENTENCE = 30
"""So many tokens ahead "the other" is looked for, which keeps the time linear."""
LABEL_NOUNS = LISTS["label_nouns"] | LISTS["months"]
"""Words after which digits may be a label."""


def is_label(tokens: list[Token], index: int) -> bool:
    """Whether digits are a year, the day of a month, or the name of one of many ("room 12")."""
    token, before, after = tokens[index], tokens[index - 1], tokens[index + 1]
    value, length = token.value, token.end - token.start
    is_long = length > YEAR_LENGTH and before.text != "number"
    if value is None or value.denominator != 1 or is_long:
        return False
    if before.text == "number":
        return _is_of_a_number(tokens[index - 2], after)
    if after.form != "sign" and after.text not in LISTS["free_word"]:
        # "in June 5 students", "grade 5 pupils": the digits may count what follows.
        return after.name and before.name and before.text in LISTS["label_nouns"]
    is_year = length == YEAR_LENGTH and _FIRST_YEAR <= value < _LAST_YEAR
    if _is_month(before):
        return is_year or 0 < value <= _DAYS_OF_A_MONTH
    if before.text in LISTS["label_nouns"]:
        determiner = tokens[index - 2]
        is_bare = determiner.value is None and determiner.text not in LISTS["noun_before"]
        # "The yellow team 33".
        is_bare = is_bare and tokens[index - 3].text not in LISTS["definite"] | ARTICLES
        return is_bare and value <= _MAX_LABEL
    return is_year and before.text in LISTS["year_after"] and not _counts_here(tokens, index)


def _is_of_a_number(noun: Token, after: Token) -> bool:
    """As in "Bus number 41", but "the number 41"."""
    is_last = after.form == "sign" or after.text in LISTS["free_word"]
    words = LISTS["noun_before"] | LISTS["free_word"]
    return is_last and noun.form == "word" and noun.text not in words


def _counts_here(tokens: list[Token], index: int) -> bool:
    """As in "15 on Friday and 1995 on Saturday", "grew by 1995"; not "between 1990 and 1995"."""
    before = tokens[index - 1]
    if before.text in {"and", "to"}:
        return not _is_year(tokens[index - 2])
    return before.text == "by" and tokens[index - 2].text in LISTS["scaled"]


def _is_year(token: Token) -> bool:
    return token.value is not None and _FIRST_YEAR <= token.value < _LAST_YEAR


def _is_month(token: Token) -> bool:
    return token.text in LISTS["months"] and (token.name or token.text not in LISTS["also_verbs"])


def is_hour(value: Fraction) -> bool:
    """Whether "pm" may follow."""
    return value.denominator == 1 and 0 < value <= _HOURS


def is_pronoun(tokens: list[Token], index: int) -> bool:
    """Whether "one" stands for a thing, an indefinite day, or one of two that are told apart."""
    before, after = tokens[index - 1].text, tokens[index + 1]
    if before in LISTS["one_after"] or after.text in LISTS["one_before"]:
        return True
    if after.text == "-" and tokens[index + 2].text == "on":
        return True
    return _is_described(tokens, index) or _has_other(tokens, index)


def _is_described(tokens: list[Token], index: int) -> bool:
    """Whether "one" follows an adjective and no noun follows it: "the red one has"."""
    determiner, adjective, after = tokens[index - 2], tokens[index - 1], tokens[index + 1]
    if determiner.text not in LISTS["definite"] | ARTICLES or adjective.form != "word":
        return False
    if adjective.text in LISTS["free_word"]:
        return False
    return after.form == "sign" or after.text in LISTS["free_word"]


def _has_other(tokens: list[Token], index: int) -> bool:
    """Whether "one" is told apart from another: "One holds 5 and the other 6"."""
    before = tokens[index - 1]
    is_first = before.form == "sign" or before.text in LISTS["clause_start"]
    if not is_first and before.text not in LISTS["places"]:
        return False
    for position in range(index + 1, min(index + _SAME_SENTENCE, len(tokens) - 1)):
        text = tokens[position].text
        if text in {".", "?", ""}:
            return False
        is_other = text == "another" or (text == "the" and tokens[position + 1].text == "other")
        if is_other:
            introduced = tokens[position - 1].text
            return introduced == before.text or (is_first and introduced in LISTS["clause_joint"])
    return False


def is_time_second(tokens: list[Token], index: int) -> bool:
    """Whether "second" is the time."""
    before, after = tokens[index - 1], tokens[index + 1]
    if before.value is not None or before.text in LISTS["second_after"]:
        return True
    is_last = after.form == "sign" or after.text in LISTS["second_before"]
    return (before.text in ARTICLES or before.text == "one") and is_last
