"""From a list of signs to what they say, and do not say, of a child's states."""
