"""Contestants: what answers problems. This package knows nothing of the harness or the reports."""
