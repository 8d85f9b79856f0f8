"""The model run forward: caregivers and children that leave records as real dyads do."""
