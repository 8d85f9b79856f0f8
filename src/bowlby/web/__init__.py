"""The web app: pages for people, the same as JSON for programs, on this machine only."""
