"""Dates, addresses, numbers and identifiers, valid ones and near misses."""
