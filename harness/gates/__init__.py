"""Two sides compared in pairs, and gates that such a comparison passes or fails."""
