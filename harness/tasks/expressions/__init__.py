"""Arithmetic expressions with exact values, and malformed ones that must be refused."""
