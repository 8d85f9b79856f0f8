"""The registry of the episode clock: every parameter with unit, support, spread over persons and source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from bowlby.errors import ParameterError, suggestion
from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform

_FEASIBILITY = "feasibility study, constants set by hand; assumed"
_POPULATION = "assumed; calibrated populations keep seven tenths of this spread beside their five dimensions"
_ASSUMED = "assumed"
_SUPPORTS = {
    Transform.LOG: (0.0, math.inf),
    Transform.LOGIT: (0.0, 1.0),
    Transform.IDENTITY: (-math.inf, math.inf),
}


def _free(transform: Transform, value: float) -> float:
    match transform:
        case Transform.LOG:
            return math.log(value)
        case Transform.LOGIT:
            return math.log(value) - math.log1p(-value)
        case Transform.IDENTITY:
            return value


def _trait(group: Group, transform: Transform, row: tuple[str, str, str, float, float, str]) -> Parameter:
    name, symbol, unit, value, spread, meaning = row
    prior = Prior(_free(transform, value), spread)
    source = _POPULATION if group == Group.CAREGIVER else _ASSUMED
    support = _SUPPORTS[transform]
    return Parameter(name, symbol, unit, support, transform, prior, value, source, Basis.ASSUMED, group, meaning)


def constant(row: tuple[str, str, str, float, str, str]) -> Parameter:
    """Return the registry entry of a constant of the model.

    Args:
        row: name, symbol, unit, value, source and meaning.

    Returns:
        The entry; a unit of "0/1" makes it a switch.
    """
    name, symbol, unit, value, source, meaning = row
    identity = Transform.IDENTITY
    support = _constant_support(unit, value)
    return Parameter(name, symbol, unit, support, identity, None, value, source, Basis.ASSUMED, Group.MODEL, meaning)


def _constant_support(unit: str, value: float) -> tuple[float, float]:
    """Supports are open; a hair below 0 and above 1 lets the ends in."""
    if unit == "0/1":
        return (-1e-9, 1.0 + 1e-9)
    return (-1e-9, math.inf) if value >= 0 else (-math.inf, math.inf)


_CAREGIVER_LOG = (
    ("sojourn_available", "T_1", "h", 8.0, 0.5, "Mean length of a spell of availability."),
    ("sojourn_unavailable", "T_0", "h", 1.0, 0.5, "Mean length of a spell of unavailability."),
    ("latency_median", "l", "min", 1.0, 0.4, "Median time to an answer."),
    ("latency_spread", "s_l", "1", 0.8, 0.2, "Standard deviation of log latency."),
    ("engagement_rate", "e", "1/h", 4.0, 0.5, "Play, talk and smiles that no bid asked for, per waking hour."),
    ("engagement_burst", "b_e", "acts", 3.0, 0.4, "Warm acts that come together; their rate is unchanged by it."),
    ("unprovoked_startling", "u_1", "1/h", 0.02, 0.8, "Unprovoked startling acts per waking hour."),
    ("unprovoked_frightening", "u_2", "1/h", 0.0005, 1.2, "Unprovoked frightening or frightened acts per waking hour."),
    ("unprovoked_harsh", "u_3", "1/h", 0.0003, 1.2, "Unprovoked harsh acts per waking hour."),
    ("unprovoked_abusive", "u_4", "1/h", 0.00001, 1.2, "Unprovoked abusive acts per waking hour."),
    ("separation_rate", "x_s", "1/d", 0.05, 0.6, "Separations a day."),
    ("separation_length", "h_s", "h", 4.0, 0.6, "Mean length of a separation."),
    ("withdrawal", "g_w", "logit", 0.1, 0.5, "Loss of willingness to answer at full distance from the child."),
)
_CAREGIVER_LOGIT = (
    ("answer_unavailable", "a_0", "1", 0.15, 0.5, "Share of the willingness to answer left while unavailable."),
    ("presence", "q", "1", 0.65, 0.6, "Share of available time calmly near although no bid is made."),
    ("never_share", "c", "1", 0.03, 0.5, "Share of intended answers that never come (cure fraction)."),
    ("warmth", "w", "1", 0.65, 0.6, "Warmth of an answer."),
    ("holding", "h", "1", 0.5, 0.6, "Share of answers with holding and cuddling."),
    ("intrusion", "i", "1", 0.15, 0.6, "Share of answers in which the caregiver's agenda replaces the need."),
    ("provoked_startling", "b_1", "1", 0.005, 0.8, "Probability that a noticed bid is met with a startling act."),
    ("provoked_frightening", "b_2", "1", 0.0005, 1.0, "Probability that a noticed bid is met with a frightening act."),
    ("provoked_harsh", "b_3", "1", 0.001, 1.0, "Probability that a noticed bid is met with a harsh act."),
    ("provoked_abusive", "b_4", "1", 0.00001, 1.0, "Probability that a noticed bid is met with an abusive act."),
    ("background_stress", "B", "1", 0.15, 0.6, "Resting stress of the caregiver: poverty, illness, conflict."),
    ("stress_gain", "g_s", "1", 0.05, 0.5, "Share of the way to full stress that one protest moves the caregiver."),
    (
        "signal_order",
        "o",
        "1",
        0.4,
        0.6,
        "Order of sensory signals: share of changes that go to the usual successor, whatever their amount.",
    ),
)
_CAREGIVER_REAL = (
    ("answer_base", "b_0", "logit", 2.0, 0.8, "Willingness to answer a signal of strength .5."),
    (
        "answer_slope",
        "b_s",
        "logit",
        0.5,
        1.5,
        "Change of willingness with signal strength; < 0 rejects, >> 0 answers protest only.",
    ),
)
_CHILD_LOG = (
    ("inverse_temperature", "\\beta", "1", 14.0, 0.25, "Choice consistency."),
    (
        "uncertainty_bonus",
        "\\beta_u",
        "1",
        0.15,
        0.4,
        "Worth of an uncertain outcome, per unit of its standard deviation.",
    ),
    (
        "susceptibility",
        "\\chi",
        "1",
        1.0,
        0.25,
        "Gain of all learning and growth, for better and worse (differential susceptibility).",
    ),
    ("inhibition", "\\eta", "1", 0.5, 0.3, "How much expected threat raises the need for proximity."),
    ("caution", "\\kappa", "1", 1.0, 0.2, "Weight of expected threat against an act that brings the child near."),
)
_CHILD_LOGIT = (
    ("learning_rate", "\\alpha", "1", 0.12, 0.4, "Rescorla-Wagner rate for expected relief."),
    (
        "volatility_gain",
        "\\lambda",
        "1",
        0.02,
        0.5,
        "Rate at which believed volatility follows surprise (volatile Kalman filter).",
    ),
    ("threat_up", "\\alpha_+", "1", 0.10, 0.3, "Rate at which expected threat rises."),
    ("threat_down", "\\alpha_-", "1", 0.004, 0.3, "Rate at which expected threat falls."),
    ("irritability", "\\iota", "1", 0.5, 0.4, "Share of the way to full arousal that a full need moves the child."),
    ("soothability", "\\zeta", "1", 0.6, 0.4, "Share of arousal that full relief removes."),
    ("anger", "\\omega", "1", 0.6, 0.4, "How much frustration with approach adds to protest."),
)
_CONSTANTS = (
    ("signal_minimise", "\\sigma_1", "1", 0.15, _FEASIBILITY, "Strength of a minimised signal."),
    ("signal_express", "\\sigma_2", "1", 0.6, _FEASIBILITY, "Strength of an expressed signal."),
    ("signal_intensify", "\\sigma_3", "1", 1.0, _FEASIBILITY, "Strength of an intensified signal."),
    ("detect_minimise", "d_1", "1", 0.25, _FEASIBILITY, "Probability that a minimised signal is noticed."),
    ("detect_express", "d_2", "1", 0.95, _FEASIBILITY, "Probability that an expressed signal is noticed."),
    ("detect_intensify", "d_3", "1", 1.0, _FEASIBILITY, "Probability that an intensified signal is noticed."),
    ("reach_minimise", "x_1", "1", 0.2, _FEASIBILITY, "How far a minimised signal brings the child to the partner."),
    ("reach_express", "x_2", "1", 0.7, _FEASIBILITY, "How far an expressed signal brings the child to the partner."),
    (
        "reach_intensify",
        "x_3",
        "1",
        1.0,
        _FEASIBILITY,
        "How far an intensified signal brings the child to the partner.",
    ),
    ("cost_minimise", "k_1", "1", 0.30, _ASSUMED, "Cost of suppressing distress, per unit of need and arousal."),
    ("cost_express", "k_2", "1", 0.05, _ASSUMED, "Cost of an expressed signal to a child that has some effect."),
    ("cost_intensify", "k_3", "1", 0.25, _ASSUMED, "Cost of protest when calm; it falls with arousal to nothing."),
    ("cost_helpless", "k_e", "1", 2.0, _FEASIBILITY, "How much helplessness multiplies the cost of signalling."),
    ("relief_base", "w_0", "1", 0.5, _ASSUMED, "Relief from an attuned answer without warmth or holding."),
    ("relief_warmth", "w_1", "1", 0.3, _ASSUMED, "Relief that full warmth adds."),
    ("relief_holding", "w_2", "1", 0.2, _ASSUMED, "Relief that holding adds."),
    (
        "relief_imposed",
        "w_i",
        "1",
        0.2,
        _ASSUMED,
        "Share of relief left where the caregiver's agenda replaces the need.",
    ),
    ("relief_presence", "w_p", "1", 0.45, _FEASIBILITY, "Relief from calm presence without contact, lost on rebuff."),
    ("relief_threat_loss", "l_d", "1", 0.8, _FEASIBILITY, "Share of relief that full threat destroys."),
    ("relief_tau", "\\tau_0", "min", 3.0, _FEASIBILITY, "Time constant of relief at birth."),
    ("relief_tau_age", "\\tau_1", "min/month", 0.2, _FEASIBILITY, "Growth of that time constant with age."),
    ("observation_variance", "\\sigma^2", "1", 0.10, _FEASIBILITY, "Believed noise of relief."),
    ("variance_cap", "v_m", "1", 0.06, _FEASIBILITY, "Largest posterior variance and volatility; both start there."),
    ("magnitude_frightening", "a_2", "1", 0.5, _ASSUMED, "Threat of a frightening or frightened act."),
    ("magnitude_harsh", "a_3", "1", 0.6, _ASSUMED, "Threat of a harsh act."),
    ("magnitude_abusive", "a_4", "1", 1.0, _ASSUMED, "Threat of an abusive act."),
    ("startle_arousal", "a_1", "1", 0.15, _ASSUMED, "Arousal from a startling act, which carries no threat."),
    ("threat_arousal", "g_d", "1", 0.6, _ASSUMED, "Share of the way to full arousal that full threat moves the child."),
    ("efficacy_rate", "\\alpha_e", "1", 0.02, _ASSUMED, "Rate at which both sides of the child's delta-P are learned."),
    ("efficacy_full", "e_1", "1", 0.2, _ASSUMED, "Delta-P at which own signals count as fully effective."),
    ("worth_rate", "\\alpha_w", "1", 0.01, _ASSUMED, "Rate at which being noticed without a bid is learned."),
    ("adults_rate", "\\alpha_g", "1", 0.002, _ASSUMED, "Rate at which the belief about adults in general is learned."),
    (
        "adults_weight",
        "g",
        "1",
        0.25,
        "expectations of others generalise: Bowlby 1973, Separation; Sherman, Rice & Cassidy 2015, Dev Rev 36:109; "
        "size assumed",
        "Share of an expectation of a known partner that comes from adults in general.",
    ),
    ("notice_time", "t_n", "h", 1.0, _ASSUMED, "Time constant of the density of warm acts."),
    ("notice_density", "n_h", "acts", 4.0, _ASSUMED, "Density at which half of the warm acts are noticed."),
    ("notice_even", "n_e", "1", 0.5, _ASSUMED, "Share noticed where noticing does not depend on density (ablation)."),
    ("frustration_rate", "\\psi", "1", 0.02, _FEASIBILITY, "Rate at which frustration follows unmet need."),
    ("summary_rate", "\\rho", "1", 0.01, _ASSUMED, "Rate of the running means that summarise conduct."),
    (
        "distance_rate",
        "\\rho_w",
        "1",
        0.01,
        _ASSUMED,
        "Rate at which a partner's distance follows the child's acting out.",
    ),
    ("arousal_decay", "\\delta", "1/h", 1.2, _FEASIBILITY, "Rate at which arousal fades, times (1/2 + regulation)."),
    ("freeze_base", "f_0", "logit", -4.0, _FEASIBILITY, "Hazard of a disorganized act without conflict."),
    ("freeze_conflict", "f_c", "logit", 7.0, _FEASIBILITY, "Its rise with conflict."),
    ("freeze_no_strategy", "f_n", "logit", 6.0, _FEASIBILITY, "Its rise with the absence of any strategy."),
    ("freeze_unformed", "f_u", "logit", 1.0, _ASSUMED, "Its rise where no attachment was formed."),
    ("social_floor", "z_0", "1", 0.4, _ASSUMED, "Share of expected relief that is usable without social cognition."),
    ("formation_rate", "\\phi", "1", 0.0015, _ASSUMED, "Growth of attachment to the partner per episode of contact."),
    ("formation_loss", "\\phi_-", "1", 0.0001, _ASSUMED, "Loss of it per episode without contact."),
    (
        "formation_onset",
        "m_f",
        "months",
        2.0,
        "discrimination of familiar people begins; Bowlby 1969, Attachment",
        "Age at which it can begin.",
    ),
    ("load_rate", "\\lambda_l", "1", 0.004, _FEASIBILITY, "Rate at which autonomic load follows arousal."),
    ("reactivity_rate", "\\lambda_r", "1", 0.012, _FEASIBILITY, "Growth of threat reactivity per unit of threat."),
    ("reactivity_loss", "\\lambda_-", "1", 0.0005, _ASSUMED, "Return of threat reactivity to its start per episode."),
    ("hpa_rate", "\\lambda_h", "1", 0.002, _FEASIBILITY, "Rate at which HPA axis states follow their drives."),
    ("hpa_blunting", "\\lambda_b", "1", 0.002, _ASSUMED, "Fall of HPA reactivity per bid that met no response."),
    (
        "hippocampus_rate",
        "\\lambda_i",
        "1",
        0.0003,
        "hypothesis in children; assumed",
        "Loss of hippocampal integrity per unit of load and basal HPA activity.",
    ),
    (
        "hippocampus_return",
        "\\lambda_j",
        "1",
        0.0001,
        "hypothesis in children; assumed, so that a life of usual load leaves most of it",
        "Return of hippocampal integrity per episode.",
    ),
    (
        "regulation_rate",
        "\\lambda_g",
        "1",
        0.0012,
        _FEASIBILITY,
        "Growth of regulation per unit of arousal soothed together.",
    ),
    ("social_rate", "\\lambda_s", "1", 0.0010, _FEASIBILITY, "Growth of social cognition per contingent exchange."),
    (
        "language_rate",
        "\\lambda_w",
        "1",
        0.0008,
        _ASSUMED,
        "Growth of language and executive development per exchange or noticed warm act.",
    ),
    ("plasticity_time", "t_p", "months", 24.0, _FEASIBILITY, "Time constant of the fall of plasticity with age."),
    ("plasticity_floor", "p_0", "1", 0.1, _ASSUMED, "Plasticity left in learning at any age."),
    ("stress_recovery", "r_s", "1/h", 0.5, _ASSUMED, "Rate at which the caregiver's stress returns to rest."),
    ("stress_availability", "c_a", "1", 0.5, _ASSUMED, "Share of availability that full stress takes."),
    (
        "stress_harshness",
        "c_h",
        "1",
        2.0,
        _ASSUMED,
        "How much full stress adds to the rate of frightening acts, as a multiple.",
    ),
    ("need_fear_share", "n_f", "1", 0.10, _ASSUMED, "Share of needs that are fear."),
    ("need_comfort_share", "n_c", "1", 0.30, _ASSUMED, "Share of needs that are comfort."),
    ("need_physical_share", "n_p", "1", 0.40, _ASSUMED, "Share of needs that are physical care, at birth."),
    ("need_physical_time", "t_c", "months", 30.0, _ASSUMED, "Time constant of the fall of physical needs with age."),
    ("intensity_fear", "i_f", "1", 0.80, _ASSUMED, "Mean intensity of fear."),
    ("intensity_comfort", "i_c", "1", 0.60, _ASSUMED, "Mean intensity of a need for comfort."),
    ("intensity_physical", "i_p", "1", 0.55, _ASSUMED, "Mean intensity of a physical need."),
    ("intensity_contact", "i_k", "1", 0.35, _ASSUMED, "Mean intensity of a need for contact and play."),
    ("intensity_range", "i_r", "1", 0.30, _ASSUMED, "Range of intensities around their mean."),
    ("waking_hours", "t_w", "h/d", 12.0, _ASSUMED, "Waking hours a day."),
    (
        "volatile",
        "s_v",
        "0/1",
        1.0,
        "Piray & Daw 2020, PLoS Comput Biol 16:e1007963",
        "1 learns by the volatile Kalman filter, 0 by Rescorla & Wagner (1972).",
    ),
    ("threat_learning", "s_t", "0/1", 1.0, "ablation", "0 switches the learning of threat off."),
    ("density_noticing", "s_n", "0/1", 1.0, "ablation", "0 makes noticing independent of density."),
    ("plasticity_decline", "s_p", "0/1", 1.0, "ablation", "0 keeps plasticity at 1."),
    ("self_model", "s_e", "0/1", 1.0, "ablation", "0 switches efficacy and worth off."),
    ("adults", "s_g", "0/1", 1.0, "ablation", "0 switches the belief about adults in general off."),
    ("body", "s_b", "0/1", 1.0, "ablation", "0 switches body and development off."),
    ("uncertainty", "s_u", "0/1", 1.0, "ablation", "0 switches the uncertainty bonus off."),
    ("conditional_answer", "s_a", "0/1", 1.0, "ablation", "0 makes answers independent of signal strength."),
    ("separate_drives", "s_d", "0/1", 1.0, "ablation", "0 lets approach and avoidance cancel before conflict is felt."),
)

CAREGIVER: tuple[Parameter, ...] = (
    *(_trait(Group.CAREGIVER, Transform.LOG, row) for row in _CAREGIVER_LOG),
    *(_trait(Group.CAREGIVER, Transform.LOGIT, row) for row in _CAREGIVER_LOGIT),
    *(_trait(Group.CAREGIVER, Transform.IDENTITY, row) for row in _CAREGIVER_REAL),
)
CHILD: tuple[Parameter, ...] = (
    *(_trait(Group.CHILD, Transform.LOG, row) for row in _CHILD_LOG),
    *(_trait(Group.CHILD, Transform.LOGIT, row) for row in _CHILD_LOGIT),
)
CONSTANTS: tuple[Parameter, ...] = tuple(constant(row) for row in _CONSTANTS)
SWITCHES: tuple[str, ...] = tuple(row[0] for row in _CONSTANTS if row[2] == "0/1")
"""Constants that switch a mechanism: 1 on, 0 off, between them a share of it."""
REGISTRY: Mapping[str, Parameter] = MappingProxyType({entry.name: entry for entry in (*CAREGIVER, *CHILD, *CONSTANTS)})

WARMTH_INTRUSION_CORRELATION = -0.4
"""Correlation of warmth and intrusion over caregivers on the logit scale: imposing replaces warmth. Assumed."""


def lookup(name: str) -> Parameter:
    """Return the registry entry of a name.

    Args:
        name: a parameter's name.

    Returns:
        The entry.

    Raises:
        ParameterError: there is no such parameter; the nearest name is suggested.
    """
    if name in REGISTRY:
        return REGISTRY[name]
    remedy = f"{suggestion(name, REGISTRY)}docs/engine.md lists the registry."
    raise ParameterError("there is no such parameter", column=name, remedy=remedy)
