"""Validation and reading of common formats by regular expressions and check digits."""
