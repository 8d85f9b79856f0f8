"""What bowlby is for and where it stops: one text for report, page, JSON and docs."""

from __future__ import annotations

ONE_LINE = "For research and teaching, not for diagnosis."
"""Always in sight on a page; the whole is a click away."""

PURPOSE_AND_LIMITS: tuple[str, ...] = (
    "For research, teaching and trial planning. Not for diagnosis, screening, custody, child protection or "
    "adoption decisions (the field's consensus statements, Granqvist et al. 2017 and Forslund et al. 2021, "
    "warn against exactly that).",
    "Information may be incomplete, out of date, or not apply to a case, and replaces no professional advice.",
    "Signs in a child never yield a statement about what a caregiver did. They inform states only; exposure is "
    "inferred from observed care only.",
    "Threat, deprivation, both or neither are not the whole world: autism, sensory or language impairment, "
    "illness, loss, temperament and present stress can look alike, and are kept as a probability unexplained "
    "by this model.",
    '"Not enough to tell" is a result.',
    "Poverty and stress are causes of low availability. Insecure attachment (avoidant, resistant) is organized "
    "and within the normal range.",
    "No audio, video or face input and no names: only coded records are read, and they stay on this machine.",
)

RESEARCH_ONLY = "for research only: never about one child or caregiver"
"""What stands beside each measure of a procedure."""
