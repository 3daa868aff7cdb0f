"""Hybrids: rules first, a model for the rest."""
