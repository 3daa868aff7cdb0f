"""One report of many runs: the decision in words, evidence, uncertainty, method and machine."""
