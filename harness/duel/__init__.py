"""The duel: one contestant of every level answers the same items."""
