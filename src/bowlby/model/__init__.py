"""The pure mathematics of caregiver and child: a parameter registry and functions without file, clock or draw."""
