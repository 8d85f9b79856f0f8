"""The values a step takes: traits of the two persons and constants of the model, named as in the registry."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.scalar import Scalar


class Caregiver(NamedTuple):
    """Traits of one caregiver, each on its own scale and in the registry's unit."""

    sojourn_available: Scalar
    sojourn_unavailable: Scalar
    latency_median: Scalar
    latency_spread: Scalar
    engagement_rate: Scalar
    engagement_burst: Scalar
    unprovoked_startling: Scalar
    unprovoked_frightening: Scalar
    unprovoked_harsh: Scalar
    unprovoked_abusive: Scalar
    separation_rate: Scalar
    separation_length: Scalar
    withdrawal: Scalar
    answer_unavailable: Scalar
    presence: Scalar
    never_share: Scalar
    warmth: Scalar
    holding: Scalar
    intrusion: Scalar
    provoked_startling: Scalar
    provoked_frightening: Scalar
    provoked_harsh: Scalar
    provoked_abusive: Scalar
    background_stress: Scalar
    routine: Scalar
    stress_gain: Scalar
    signal_order: Scalar
    answer_base: Scalar
    answer_slope: Scalar


class Child(NamedTuple):
    """Traits of one child, each on its own scale and in the registry's unit."""

    inverse_temperature: Scalar
    uncertainty_bonus: Scalar
    susceptibility: Scalar
    inhibition: Scalar
    caution: Scalar
    threat_up: Scalar
    threat_down: Scalar
    irritability: Scalar
    soothability: Scalar
    anger: Scalar


class Constants(NamedTuple):
    """Constants and switches of the model, each in the registry's unit."""

    signal_minimise: Scalar
    signal_express: Scalar
    signal_intensify: Scalar
    detect_minimise: Scalar
    detect_express: Scalar
    detect_intensify: Scalar
    reach_minimise: Scalar
    reach_express: Scalar
    reach_intensify: Scalar
    cost_minimise: Scalar
    cost_express: Scalar
    cost_intensify: Scalar
    youth_time: Scalar
    cost_helpless: Scalar
    relief_base: Scalar
    relief_warmth: Scalar
    relief_holding: Scalar
    relief_imposed: Scalar
    relief_presence: Scalar
    relief_threat_loss: Scalar
    relief_tau: Scalar
    relief_tau_age: Scalar
    error_rate: Scalar
    forgetting: Scalar
    memory_time: Scalar
    magnitude_frightening: Scalar
    magnitude_harsh: Scalar
    magnitude_abusive: Scalar
    fright_least: Scalar
    fright_coded: Scalar
    startle_arousal: Scalar
    threat_arousal: Scalar
    efficacy_rate: Scalar
    efficacy_full: Scalar
    worth_rate: Scalar
    adults_rate: Scalar
    adults_weight: Scalar
    notice_time: Scalar
    notice_density: Scalar
    notice_even: Scalar
    frustration_rate: Scalar
    summary_rate: Scalar
    distance_rate: Scalar
    arousal_decay: Scalar
    freeze_base: Scalar
    freeze_conflict: Scalar
    freeze_no_strategy: Scalar
    freeze_unformed: Scalar
    social_floor: Scalar
    formation_rate: Scalar
    formation_loss: Scalar
    formation_routine: Scalar
    formation_onset: Scalar
    load_rate: Scalar
    reactivity_rate: Scalar
    reactivity_loss: Scalar
    hpa_rate: Scalar
    hpa_slow_rate: Scalar
    hpa_rest: Scalar
    hpa_basal_gain: Scalar
    hpa_basal_loss: Scalar
    hpa_reactive_gain: Scalar
    hpa_reactive_loss: Scalar
    hippocampus_rate: Scalar
    hippocampus_return: Scalar
    regulation_rate: Scalar
    growth_floor: Scalar
    threat_on_growth: Scalar
    disorder_on_growth: Scalar
    social_rate: Scalar
    language_rate: Scalar
    executive_rate: Scalar
    plasticity_time: Scalar
    plasticity_floor: Scalar
    stress_recovery: Scalar
    stress_availability: Scalar
    stress_harshness: Scalar
    need_fear_share: Scalar
    need_comfort_share: Scalar
    need_physical_share: Scalar
    need_physical_time: Scalar
    intensity_fear: Scalar
    intensity_comfort: Scalar
    intensity_physical: Scalar
    intensity_contact: Scalar
    intensity_range: Scalar
    waking_hours: Scalar
    routine_wait: Scalar
    inferred_forgetting: Scalar
    threat_learning: Scalar
    density_noticing: Scalar
    plasticity_decline: Scalar
    self_model: Scalar
    adults: Scalar
    body: Scalar
    uncertainty: Scalar
    conditional_answer: Scalar
    separate_drives: Scalar


class Parameters(NamedTuple):
    """Everything that stays as it is while an episode is lived."""

    caregiver: Caregiver
    child: Child
    constants: Constants


class DerivedConstants(NamedTuple):
    """What constants, age and elapsed time give alike for every child, worked out once an episode.

    Args:
        plasticity: exp(-age / t_p), in (0, 1].
        learning_plasticity: (p_0 + (1 - p_0) plasticity) (1 - exp(-age / t_m)): what an episode leaves behind.
        physical_share: share of needs that are physical care at this age.
        relief_tau: time constant of relief, minutes.
        notice_fade: exp(-elapsed / t_n).
        stress_fade: exp(-r_s elapsed).
        forming: 1 where an attachment can form at this age, else 0.
        youth: exp(-age / t_y): share of the cost of crying that is not there yet.
    """

    plasticity: Scalar
    learning_plasticity: Scalar
    physical_share: Scalar
    relief_tau: Scalar
    notice_fade: Scalar
    stress_fade: Scalar
    forming: Scalar
    youth: Scalar
