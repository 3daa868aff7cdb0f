"""What a broker asks to be kept for options and shares: by strategy, or by repricing them."""
