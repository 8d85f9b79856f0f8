"""The fit of populations of families to published figures marked `calibrate`, and to nothing else."""
