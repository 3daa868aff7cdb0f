"""Checks of claims, one module a topic; `claims.registry` finds them here."""
