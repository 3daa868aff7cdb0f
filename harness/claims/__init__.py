"""The documents' claims, one check each, and the ledger of verdicts."""
