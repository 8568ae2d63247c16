"""Other people's clients, unchanged but for the host: each runs in a process of .venv-clients."""
