"""Matrices that were measured elsewhere and ship with the package, and how one is written."""
