"""Learning rules: how an expectation follows outcomes, four of them behind one interface."""
