"""What the teaching pages show: every number computed from one seed by the model, shipped, and made anew by command."""
