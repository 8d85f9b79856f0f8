"""What makes shipped data: the posterior's weights, the populations, the references."""
