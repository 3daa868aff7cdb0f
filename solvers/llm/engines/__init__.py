"""Ways to run a trained model: one module each, and the choice among them."""
