"""Seeded addition and subtraction stories, with splits that test one thing each."""
