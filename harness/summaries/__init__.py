"""What duels and matrices of a store add up to, kept beside it for advice and for the ledger."""
