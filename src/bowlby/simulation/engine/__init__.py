"""Many lives at once, each the same wherever it is lived: one compiled program at one fixed width."""
