"""What may follow and what may help: arms of one life, fans of outcomes, counterfactuals."""
