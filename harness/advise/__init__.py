"""Advice: facts and evidence through a framework to an answer that says what it rests on."""
