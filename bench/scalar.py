"""The full episode-clock step as a plain scalar loop: as one would write it for Numba, or for a Mesa agent."""

from __future__ import annotations

from math import exp, log, sqrt

from bowlby.model.life.state import CaregiverState, ChildState, LifeState
from bowlby.model.life.traits import Caregiver, Child, Constants

MASK = 0xFFFFFFFF


def uniform(first: int, second: int, number: int) -> float:
    """Return the uniform number of one stream in one episode."""
    x = ((first + number * 0x9E3779B9) & MASK) ^ (second >> 1)
    x = ((x ^ (x >> 17)) * 0xED5AD4BB) & MASK
    x = ((x ^ (x >> 11)) * 0xAC4C1B51) & MASK
    x = ((x ^ (x >> 15)) * 0x31848BAB) & MASK
    x = (x ^ (x >> 14)) ^ second
    return ((x >> 9) + 0.5) * 2.0**-23


def normal(u: float) -> float:
    """Return the normal quantile by the model's own approximation."""
    x = 2.0 * u - 1.0
    tail_log = log(4.0 * u * (1.0 - u))
    b = 4.3307467508 + 0.5 * tail_log
    tail = tail_log * -6.8027210884
    size = sqrt(2.0 * tail / (sqrt(b * b + tail) + b))
    return -size if x < 0.0 else size


def spell(now: float, start: float, end: float, elapsed: float) -> float:
    """Return the probability of a two-state process being on."""
    total = start + end
    share = end / total
    return share + (now - share) * exp(-elapsed * total / (start * end))


def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))


def gravest(abusive: float, harsh: float, frightening: float, rest: float, c: Constants) -> float:
    """Return the gravest threat of Poisson acts of three tiers: the largest root of three curves."""
    odds = c.fright_least / (1.0 - c.fright_least)
    number, size = abusive, abusive * c.magnitude_abusive
    threat = odds * size / (rest + odds * number)
    number, size = number + harsh, size + harsh * c.magnitude_harsh
    threat = max(threat, odds * size / (rest + odds * number))
    number, size = number + frightening, size + frightening * c.magnitude_frightening
    threat = max(threat, odds * size / (rest + odds * number))
    return threat if rest < number else 0.0


def episode(t: Caregiver, h: Child, c: Constants, state: LifeState, u: tuple, number: int, bids: int) -> LifeState:
    """Return the dyad after one episode."""
    p, s = state.caregiver, state.child
    waking = c.waking_hours / bids
    elapsed = 24.0 - c.waking_hours + waking if number % bids == 0 else waking
    age = number / bids / 30.4375
    plasticity = 1.0 + c.plasticity_decline * (exp(-age / c.plasticity_time) - 1.0)

    stress = t.background_stress + (p.stress - t.background_stress) * exp(-c.stress_recovery * elapsed)
    on = spell(p.available, t.sojourn_unavailable, t.sojourn_available, elapsed)
    available = 1.0 if u[3] < on * (1.0 - c.stress_availability * stress) else 0.0
    separated = 1.0 if u[13] < spell(p.separated, 24.0 / t.separation_rate, t.separation_length, elapsed) else 0.0
    here = 1.0 - separated

    bursts = t.engagement_rate * waking / t.engagement_burst * available * here
    term = exp(-bursts)
    below, acts = term, 0.0
    for number in range(1, 7):
        if u[10] <= below:
            break
        acts += t.engagement_burst
        term = term * bursts / number
        below += term
    harshness = 1.0 + c.stress_harshness * stress
    scale = waking * here * harshness
    odds = c.fright_least / (1.0 - c.fright_least)
    coded = odds / c.fright_coded * log((c.fright_least + c.fright_coded) / (c.fright_least * (1.0 + c.fright_coded)))
    every = scale / coded
    rest = -log(u[8])
    abuse, harm, fear = t.unprovoked_abusive * every, t.unprovoked_harsh * every, t.unprovoked_frightening * every
    gap_threat = gravest(abuse, harm, fear, rest, c)
    number = abuse + harm + fear
    gap_startle = 1.0 if number <= rest < number + t.unprovoked_startling * scale else 0.0

    density = s.warm_density * exp(-elapsed / c.notice_time) + acts
    chance = density * density / (density * density + c.notice_density * c.notice_density)
    chance = c.notice_even + c.density_noticing * (chance - c.notice_even)
    seen = 1.0 if acts > 0.0 and u[11] < chance else 0.0
    calm = s.arousal * exp(-c.arousal_decay * (0.5 + s.regulation) * elapsed)
    arousal = calm + (1.0 - calm) * min(c.threat_arousal * gap_threat + c.startle_arousal * gap_startle, 1.0)
    worth = s.worth + min(c.worth_rate * c.self_model * h.susceptibility, 1.0) * (seen - s.worth)
    rate = (h.threat_up if gap_threat > s.threat_unprovoked else h.threat_down) * c.threat_learning
    unprovoked = s.threat_unprovoked + min(rate, 1.0) * (gap_threat - s.threat_unprovoked)

    comfort = c.need_fear_share + c.need_comfort_share
    physical = 0.0
    if u[0] < c.need_fear_share:
        need = c.intensity_fear
    elif u[0] < comfort:
        need = c.intensity_comfort
    elif u[0] < comfort + c.need_physical_share * exp(-age / c.need_physical_time):
        need, physical = c.intensity_physical, 1.0
    else:
        need = c.intensity_contact
    need = min(max(need + c.intensity_range * (u[1] - 0.5), 0.05), 1.0)

    share = c.adults_weight * c.adults
    m1, m2, m3 = s.relief_minimise, s.relief_express, s.relief_intensify
    n1, n2, n3 = s.concentration_minimise, s.concentration_express, s.concentration_intensify
    threat = min(unprovoked + s.threat_provoked + share * s.adults_threat, 1.0) * s.threat_reactivity
    usable = c.social_floor + (1.0 - c.social_floor) * s.social_cognition
    approach = need + (1.0 - need) * min(h.inhibition * threat, 1.0)
    aroused = arousal + (1.0 - arousal) * h.irritability * need
    hope = min(max(m1, m2, m3) * usable + s.surprise, 1.0)

    bonus = h.uncertainty_bonus * c.uncertainty
    dread = h.caution * s.threat_reactivity * s.threat_provoked
    helpless = min(max(1.0 - (s.with_signal - s.without_signal) / c.efficacy_full, 0.0), 1.0) * c.self_model
    dear = 1.0 + c.cost_helpless * helpless
    value = need * usable
    low = value * m1 + bonus * sqrt(max(m1 * (1.0 - m1), 0.0) / (n1 + 1.0))
    low = (low - c.cost_minimise * need * aroused - dread * c.reach_minimise) * h.inverse_temperature
    middle = value * m2 + bonus * sqrt(max(m2 * (1.0 - m2), 0.0) / (n2 + 1.0))
    middle = (middle - c.cost_express * dear - dread * c.reach_express) * h.inverse_temperature
    high = value * m3 + bonus * sqrt(max(m3 * (1.0 - m3), 0.0) / (n3 + 1.0)) + h.anger * s.frustration * approach * hope
    cry = c.cost_intensify * (1.0 - exp(-age / c.youth_time))
    high = (high - cry * (1.0 - aroused) * dear - dread * c.reach_intensify) * h.inverse_temperature
    top = max(low, middle, high)
    e1, e2, e3 = exp(low - top), exp(middle - top), exp(high - top)
    total = e1 + e2 + e3
    entropy = log(total) - (e1 * (low - top) + e2 * (middle - top) + e3 * (high - top)) / total

    conflict = min(approach, h.caution * threat) * c.separate_drives
    no_strategy = aroused * (1.0 - hope) * (1.0 - hope) * entropy / 1.0986122886681098
    hazard = c.freeze_base + c.freeze_conflict * conflict + c.freeze_no_strategy * no_strategy
    hazard = sigmoid(hazard + c.freeze_unformed * (1.0 - s.formation))
    frozen, minimised, express, intensify = 0.0, 0.0, 0.0, 0.0
    detected, strength = c.detect_minimise, c.signal_minimise
    if u[12] < hazard:
        frozen = 1.0
    elif u[2] < e1 / total:
        minimised = 1.0
    elif u[2] < (e1 + e2) / total:
        express, detected, strength = 1.0, c.detect_express, c.signal_express
    else:
        intensify, detected, strength = 1.0, c.detect_intensify, c.signal_intensify
    bid = express + intensify

    detected *= here
    slope = t.answer_slope * c.conditional_answer
    willing = sigmoid(t.answer_base + slope * (strength - 0.5) - t.withdrawal * p.distance)
    ready = (1.0 if available > 0.0 else t.answer_unavailable) * (1.0 - t.never_share)
    answered = 1.0 if u[4] < detected * willing * ready else 0.0
    scale = detected * harshness
    every = scale / coded
    rest = -log(u[9])
    abuse, harm, fear = t.provoked_abusive * every, t.provoked_harsh * every, t.provoked_frightening * every
    met = gravest(abuse, harm, fear, rest, c)
    number = abuse + harm + fear
    startle = 1.0 if number <= rest < number + t.provoked_startling * scale else 0.0
    attuned = 0.0 if u[6] < t.intrusion else 1.0
    held = 1.0 if u[7] < t.holding else 0.0
    present = available * here * t.presence * (1.0 - bid * (1.0 - answered))

    contact, tau = 0.0, c.relief_tau + c.relief_tau_age * age
    quality = c.relief_base + c.relief_warmth * t.warmth + c.relief_holding * held
    if answered > 0.0:
        latency = t.latency_median * exp(t.latency_spread * normal(u[5]))
        served = c.relief_imposed + (1.0 - c.relief_imposed) * attuned
        contact = served * exp(-latency / tau) * quality
    routine = physical * here if u[14] < t.routine else 0.0
    tended = routine * quality
    got = max(contact, tended * exp(-2.0 * c.routine_wait * u[14] / t.routine / tau), c.relief_presence * present)
    got *= 1.0 - c.relief_threat_loss * met

    openness = h.susceptibility * (c.plasticity_floor + (1.0 - c.plasticity_floor) * plasticity)
    openness *= 1.0 - exp(-age / c.memory_time)
    strategic = bid + minimised
    weight = openness * strategic
    lost = min(s.drift * s.drift / max(s.error_square, 1e-6), 1.0)
    lost = min((c.forgetting + c.inferred_forgetting * (lost - c.forgetting)) * weight, 1.0)
    n1 += weight * minimised - lost * (n1 - 1.0)
    n2 += weight * express - lost * (n2 - 1.0)
    n3 += weight * intensify - lost * (n3 - 1.0)
    n = n3 if intensify > 0.0 else n2 if express > 0.0 else n1
    error = got - (m3 if intensify > 0.0 else m2 if express > 0.0 else m1)
    moved = weight / n * error
    m1, m2, m3 = m1 + minimised * moved, m2 + express * moved, m3 + intensify * moved
    m = m3 if intensify > 0.0 else m2 if express > 0.0 else m1
    error_rate = min(c.error_rate * weight, 1.0)
    mu = s.adults_unasked if minimised > 0.0 else s.adults_relief
    found = min(((m - mu) ** 2 + m * (1.0 - m) / (n + 1.0)) / max(mu * (1.0 - mu), 1e-3), 1.0)

    rate = (h.threat_up if met > s.threat_provoked else h.threat_down) * bid * c.threat_learning
    provoked = s.threat_provoked + min(rate, 1.0) * (met - s.threat_provoked)
    rate = min(c.efficacy_rate * openness, 1.0) * c.self_model
    slow = min(c.adults_rate * openness, 1.0)
    expected = min(unprovoked + s.threat_provoked, 1.0)
    aroused = aroused + (1.0 - aroused) * min(c.threat_arousal * met + c.startle_arousal * startle, 1.0)
    soothed = aroused * h.soothability * got
    arousal = aroused - soothed

    open_now = c.body * plasticity * h.susceptibility
    worst = max(met, gap_threat)
    stressed = min(arousal + worst, 1.0)
    fast = s.hpa_sensitised + c.body * c.hpa_rate * (stressed - s.hpa_sensitised)
    tired = s.hpa_downregulated + c.body * c.hpa_slow_rate * (stressed - s.hpa_downregulated)
    basal = min(max(c.hpa_rest + c.hpa_basal_gain * fast - c.hpa_basal_loss * tired, 0.0), 1.0)
    reactive = min(max(0.5 + c.hpa_reactive_gain * fast - c.hpa_reactive_loss * tired, 0.0), 1.0)
    exchange = attuned * contact
    touched = max(contact, c.formation_routine * tended)
    bond = c.formation_rate * touched * (1.0 - s.formation) if age >= c.formation_onset else 0.0
    fear_growth = c.reactivity_rate * open_now * worst * (2.0 - s.threat_reactivity)
    fear_growth += c.body * c.reactivity_loss * (1.0 - s.threat_reactivity)
    worn = c.body * c.hippocampus_rate * s.autonomic_load * s.hpa_basal
    other = (1.0 - t.signal_order) / 7.0
    usual = t.signal_order + other
    disorder = (usual * log(usual) + 6.0 * other * log(max(other, 1e-12))) / -1.9459101490553132
    taken_in = (1.0 - c.threat_on_growth * worst) * (1.0 - c.disorder_on_growth * disorder)
    offered = c.growth_floor + (1.0 - c.growth_floor) * min(exchange + seen, 1.0) * taken_in
    free = c.growth_floor + (1.0 - c.growth_floor) * s.regulation * (1.0 - s.autonomic_load) * taken_in
    shared = c.growth_floor + (1.0 - c.growth_floor) * exchange
    r = c.summary_rate
    return LifeState(
        CaregiverState(
            available,
            separated,
            stress + t.stress_gain * intensify * here * (1.0 - stress),
            p.distance + c.distance_rate * here * (intensify - p.distance),
        ),
        ChildState(
            m1,
            m2,
            m3,
            n1,
            n2,
            n3,
            s.drift + error_rate * (error - s.drift),
            s.error_square + error_rate * (error * error - s.error_square),
            s.surprise + r * strategic * (abs(error) - s.surprise),
            unprovoked,
            provoked,
            s.with_signal + rate * bid * (got - s.with_signal),
            s.without_signal + rate * minimised * (got - s.without_signal),
            worth,
            s.adults_relief + slow * bid * (got - s.adults_relief),
            s.adults_unasked + slow * minimised * (got - s.adults_unasked),
            s.adults_spread + slow * strategic * (found - s.adults_spread),
            s.adults_threat + slow * (expected - s.adults_threat),
            density,
            s.frustration + c.frustration_rate * (need * (1.0 - got) - s.frustration),
            arousal,
            s.minimising + r * (minimised - s.minimising),
            s.intensifying + r * (intensify - s.intensifying),
            s.conflict + r * (conflict - s.conflict),
            s.no_strategy + r * (no_strategy - s.no_strategy),
            s.freezing + r * (frozen - s.freezing),
            s.formation + bond - c.formation_loss * (1.0 - touched) * s.formation,
            s.autonomic_load + c.body * c.load_rate * (arousal - s.autonomic_load),
            fast,
            tired,
            s.hpa_basal + c.body * (basal - s.hpa_basal),
            s.hpa_reactivity + c.body * (reactive - s.hpa_reactivity),
            s.threat_reactivity + fear_growth,
            s.hippocampal_integrity
            - worn * s.hippocampal_integrity
            + c.body * c.hippocampus_return * (1.0 - s.hippocampal_integrity),
            s.regulation + c.regulation_rate * open_now * soothed * max(answered, routine) * (1.0 - s.regulation),
            s.social_cognition + c.social_rate * open_now * (shared - s.social_cognition),
            s.language + c.language_rate * open_now * (offered - s.language),
            s.executive + c.executive_rate * open_now * (free - s.executive),
        ),
    )
