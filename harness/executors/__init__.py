"""Where jobs run: this machine's isolated child processes."""
