"""What trades came to: simulated or a user's own, a model learned from them, and its estimates."""
