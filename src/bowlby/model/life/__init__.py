"""Caregiver and child over months and years: one pure step an episode, scalar leaves, no batch axis, no clock."""
