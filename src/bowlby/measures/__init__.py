"""Event table to numbers: episodes, rates, latency, contingency, and what each can and cannot say."""
