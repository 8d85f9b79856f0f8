"""Two coders over the same session: where they agree, where not, and how much of it chance would give."""
