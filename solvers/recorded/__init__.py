"""Answers that were given elsewhere, or before, replayed from a file."""
