"""Caregiver and child over seconds: the same two persons as over months, watched closely."""
