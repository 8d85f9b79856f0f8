"""Studies planned in the model: designs as files, trials simulated many times over, and what they could find."""
