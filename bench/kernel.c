/* The full episode-clock step by hand: what a determined programmer would get out of this machine.
 *
 * Same equations, same random words as bowlby.model.life; single precision, lanes of LANES children, one episode after
 * another with the state in first-level cache, blocks of lanes over the cores. For the benchmark only.
 * indices.h is written by the benchmark from the registry: T_ traits, C_ constants, S_ variables, W_ words.
 */
#include <math.h>
#include <stdint.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif
#include "indices.h"

#ifndef LANES
#define LANES 32
#endif

#define MIX(x)                                   \
    do {                                         \
        x = (x ^ (x >> 17)) * 0xED5AD4BBu;       \
        x = (x ^ (x >> 11)) * 0xAC4C1B51u;       \
        x = (x ^ (x >> 15)) * 0x31848BABu;       \
        x = x ^ (x >> 14);                       \
    } while (0)

static inline float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

static inline float normal(float u) {
    float x = 2.0f * u - 1.0f;
    float tail_log = logf(4.0f * u * (1.0f - u));
    float b = 4.3307467508f + 0.5f * tail_log;
    float tail = tail_log * -6.8027210884f;
    float size = sqrtf(2.0f * tail / (sqrtf(b * b + tail) + b));
    return x < 0.0f ? -size : size;
}

static inline float spell(float now, float start, float end, float elapsed) {
    float total = start + end;
    float share = end / total;
    return share + (now - share) * expf(-elapsed * total / (start * end));
}

typedef struct {
    float age, elapsed, waking, plasticity, openness, physical, inv_tau, notice_fade, stress_fade, forming, cry;
} when;

static when at(const float *c, uint32_t number, int bids) {
    when w;
    w.waking = c[C_waking_hours] / bids;
    w.elapsed = number % (uint32_t)bids == 0 ? 24.0f - c[C_waking_hours] + w.waking : w.waking;
    w.age = (float)number / bids * (1.0f / 30.4375f);
    w.plasticity = 1.0f + c[C_plasticity_decline] * (expf(-w.age / c[C_plasticity_time]) - 1.0f);
    w.openness = (c[C_plasticity_floor] + (1.0f - c[C_plasticity_floor]) * w.plasticity) *
                 (1.0f - expf(-w.age / c[C_memory_time]));
    w.physical = c[C_need_physical_share] * expf(-w.age / c[C_need_physical_time]);
    w.inv_tau = 1.0f / (c[C_relief_tau] + c[C_relief_tau_age] * w.age);
    w.notice_fade = expf(-w.elapsed / c[C_notice_time]);
    w.stress_fade = expf(-c[C_stress_recovery] * w.elapsed);
    w.forming = w.age >= c[C_formation_onset] ? 1.0f : 0.0f;
    w.cry = c[C_cost_intensify] * (1.0f - expf(-w.age / c[C_youth_time]));
    return w;
}

#define C(name) c[C_##name]
#define T(name) t[T_##name][i]
#define S(name) s[S_##name][i]
#define U(name) u[W_##name][i]
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

static void draw(float u[][LANES], uint32_t k[][2][LANES], uint32_t number) {
    for (int w = 0; w < WORDS; w++) {
#pragma omp simd
        for (int i = 0; i < LANES; i++) {
            uint32_t x = (k[w][0][i] + number * 0x9E3779B9u) ^ (k[w][1][i] >> 1);
            MIX(x);
            x ^= k[w][1][i];
            u[w][i] = ((float)(int32_t)(x >> 9) + 0.5f) * 0x1p-23f;
        }
    }
}

/* the gravest threat of Poisson acts of three tiers: the largest root of three curves, see bowlby.model.life.fright */
static inline float gravest(float abusive, float harsh, float frightening, float rest, float odds, const float *c) {
    float number = abusive, size = abusive * c[C_magnitude_abusive];
    float threat = odds * size / (rest + odds * number);
    number += harsh;
    size += harsh * c[C_magnitude_harsh];
    float next = odds * size / (rest + odds * number);
    threat = threat > next ? threat : next;
    number += frightening;
    size += frightening * c[C_magnitude_frightening];
    next = odds * size / (rest + odds * number);
    threat = threat > next ? threat : next;
    return rest < number ? threat : 0.0f;
}

/* what is left of growth where sensory signals lack order: traits alone, so once for all episodes */
static void take_in(float in_order[LANES], float t[][LANES], const float *c) {
#pragma omp simd
    for (int i = 0; i < LANES; i++) {
        float other = (1.0f - T(signal_order)) * (1.0f / 7.0f);
        float usual = T(signal_order) + other;
        float sum = usual * logf(usual) + 6.0f * other * logf(MAX(other, 1e-12f));
        in_order[i] = 1.0f + C(disorder_on_growth) * sum * (1.0f / 1.9459101490553132f);
    }
}

static void episode(float s[][LANES], float t[][LANES], const float *c, const when w, float u[][LANES],
                    const float in_order[LANES]) {
    /* loaded before the loop: a load under a condition keeps gcc from vectorising */
    const float odds = C(fright_least) / (1.0f - C(fright_least));
    const float every = C(fright_coded) / (odds * logf((C(fright_least) + C(fright_coded)) /
                                                       (C(fright_least) * (1.0f + C(fright_coded)))));
    const float intensity_fear = C(intensity_fear),
                intensity_comfort = C(intensity_comfort),
                intensity_physical = C(intensity_physical),
                intensity_contact = C(intensity_contact),
                detect_minimise = C(detect_minimise),
                detect_express = C(detect_express),
                detect_intensify = C(detect_intensify),
                signal_minimise = C(signal_minimise),
                signal_express = C(signal_express),
                signal_intensify = C(signal_intensify);
#pragma omp simd
    for (int i = 0; i < LANES; i++) {
        /* the caregiver waits */
        float stress = T(background_stress) + (S(stress) - T(background_stress)) * w.stress_fade;
        float p = spell(S(available), T(sojourn_unavailable), T(sojourn_available), w.elapsed);
        float available = U(regime) < p * (1.0f - C(stress_availability) * stress) ? 1.0f : 0.0f;
        float apart = spell(S(separated), 24.0f / T(separation_rate), T(separation_length), w.elapsed);
        float separated = U(separation) < apart ? 1.0f : 0.0f;
        float here = 1.0f - separated;

        /* meanwhile */
        float bursts = T(engagement_rate) * w.waking / T(engagement_burst) * available * here;
        float term = expf(-bursts), below = term, count = U(engagement) > term ? 1.0f : 0.0f;
        for (int number = 1; number < 6; number++) {
            term *= bursts * (1.0f / number);
            below += term;
            count += U(engagement) > below ? 1.0f : 0.0f;
        }
        float acts = T(engagement_burst) * count;
        float harshness = 1.0f + C(stress_harshness) * stress;
        float scale = w.waking * here * harshness;
        float all = scale * every, rest = -logf(U(unprovoked));
        float gap_threat = gravest(T(unprovoked_abusive) * all, T(unprovoked_harsh) * all,
                                   T(unprovoked_frightening) * all, rest, odds, c);
        float number = (T(unprovoked_abusive) + T(unprovoked_harsh) + T(unprovoked_frightening)) * all;
        float gap_startle = (rest < number ? 0.0f : 1.0f) * (rest < number + T(unprovoked_startling) * scale ? 1.0f : 0.0f);

        /* the child waits */
        float density = S(warm_density) * w.notice_fade + acts;
        float square = density * density;
        float chance = square / (square + C(notice_density) * C(notice_density));
        chance = C(notice_even) + C(density_noticing) * (chance - C(notice_even));
        float seen = (acts > 0.0f ? 1.0f : 0.0f) * (U(noticing) < chance ? 1.0f : 0.0f);
        float calm = S(arousal) * expf(-C(arousal_decay) * (0.5f + S(regulation)) * w.elapsed);
        float alarm = MIN(C(threat_arousal) * gap_threat + C(startle_arousal) * gap_startle, 1.0f);
        float arousal = calm + (1.0f - calm) * alarm;
        float worth_rate = MIN(C(worth_rate) * C(self_model) * T(susceptibility), 1.0f);
        float worth = S(worth) + worth_rate * (seen - S(worth));
        float up = T(threat_up), down = T(threat_down);
        float rate = (gap_threat > S(threat_unprovoked) ? up : down) * C(threat_learning);
        float unprovoked = S(threat_unprovoked) + MIN(rate, 1.0f) * (gap_threat - S(threat_unprovoked));

        /* a need arises */
        float comfort = C(need_fear_share) + C(need_comfort_share);
        float kind = U(need_kind);
        float mean = kind < comfort + w.physical ? intensity_physical : intensity_contact;
        mean = kind < comfort ? intensity_comfort : mean;
        mean = kind < C(need_fear_share) ? intensity_fear : mean;
        float need = mean + C(intensity_range) * (U(need_intensity) - 0.5f);
        need = MIN(MAX(need, 0.05f), 1.0f);
        float physical = (kind < comfort ? 0.0f : 1.0f) * (kind < comfort + w.physical ? 1.0f : 0.0f);

        /* drives */
        float share = C(adults_weight) * C(adults);
        float m1 = S(relief_minimise), m2 = S(relief_express), m3 = S(relief_intensify);
        float n1 = S(concentration_minimise), n2 = S(concentration_express), n3 = S(concentration_intensify);
        float threat = MIN(unprovoked + S(threat_provoked) + share * S(adults_threat), 1.0f) * S(threat_reactivity);
        float usable = C(social_floor) + (1.0f - C(social_floor)) * S(social_cognition);
        float best = MAX(MAX(m1, m2), m3);
        float approach = need + (1.0f - need) * MIN(T(inhibition) * threat, 1.0f);
        float avoidance = T(caution) * threat;
        float aroused = arousal + (1.0f - arousal) * T(irritability) * need;
        float hope = MIN(best * usable + S(surprise), 1.0f);

        /* policy */
        float value = need * usable;
        float bonus = T(uncertainty_bonus) * C(uncertainty);
        float dread = T(caution) * S(threat_reactivity) * S(threat_provoked);
        float efficacy = S(with_signal) - S(without_signal);
        float helpless = MIN(MAX(1.0f - efficacy / C(efficacy_full), 0.0f), 1.0f) * C(self_model);
        float dear = 1.0f + C(cost_helpless) * helpless;
        float anger = T(anger) * S(frustration) * approach * hope;
        float low = value * m1 + bonus * sqrtf(MAX(m1 * (1.0f - m1), 0.0f) / (n1 + 1.0f)) -
                    C(cost_minimise) * need * aroused - dread * C(reach_minimise);
        float middle = value * m2 + bonus * sqrtf(MAX(m2 * (1.0f - m2), 0.0f) / (n2 + 1.0f)) - C(cost_express) * dear -
                       dread * C(reach_express);
        float high = value * m3 + bonus * sqrtf(MAX(m3 * (1.0f - m3), 0.0f) / (n3 + 1.0f)) -
                     w.cry * (1.0f - aroused) * dear - dread * C(reach_intensify) + anger;
        low *= T(inverse_temperature);
        middle *= T(inverse_temperature);
        high *= T(inverse_temperature);
        float top = MAX(MAX(low, middle), high);
        low -= top;
        middle -= top;
        high -= top;
        float e1 = expf(low), e2 = expf(middle), e3 = expf(high);
        float total = e1 + e2 + e3;
        float inverse = 1.0f / total;
        float entropy = logf(total) - inverse * (e1 * low + e2 * middle + e3 * high);
        float p1 = e1 * inverse, p12 = p1 + e2 * inverse;

        /* act */
        float conflict = MIN(approach, avoidance) * C(separate_drives);
        float no_strategy = aroused * (1.0f - hope) * (1.0f - hope) * entropy * (1.0f / 1.0986122886681098f);
        float hazard = sigmoid(C(freeze_base) + C(freeze_conflict) * conflict + C(freeze_no_strategy) * no_strategy +
                               C(freeze_unformed) * (1.0f - S(formation)));
        float frozen = U(freezing) < hazard ? 1.0f : 0.0f;
        float express = (U(signal) < p1 ? 0.0f : 1.0f) * (U(signal) < p12 ? 1.0f : 0.0f) * (1.0f - frozen);
        float intensify = (U(signal) < p12 ? 0.0f : 1.0f) * (1.0f - frozen);
        float bid = express + intensify;
        float minimised = 1.0f - bid - frozen;

        /* the answer */
        float detected = intensify > 0.0f ? detect_intensify : express > 0.0f ? detect_express : detect_minimise;
        detected *= here;
        float strength = intensify > 0.0f ? signal_intensify : express > 0.0f ? signal_express : signal_minimise;
        float willing = sigmoid(T(answer_base) + T(answer_slope) * C(conditional_answer) * (strength - 0.5f) -
                                T(withdrawal) * S(distance));
        float unavailable = T(answer_unavailable);
        float ready = (available > 0.0f ? 1.0f : unavailable) * (1.0f - T(never_share));
        float answered = U(answer) < detected * willing * ready ? 1.0f : 0.0f;
        scale = detected * harshness;
        all = scale * every;
        rest = -logf(U(provoked));
        float met = gravest(T(provoked_abusive) * all, T(provoked_harsh) * all, T(provoked_frightening) * all, rest,
                            odds, c);
        number = (T(provoked_abusive) + T(provoked_harsh) + T(provoked_frightening)) * all;
        float startle = (rest < number ? 0.0f : 1.0f) * (rest < number + T(provoked_startling) * scale ? 1.0f : 0.0f);
        float latency = T(latency_median) * expf(T(latency_spread) * normal(U(latency)));
        float attuned = U(attunement) < T(intrusion) ? 0.0f : 1.0f;
        float held = U(holding) < T(holding) ? 1.0f : 0.0f;
        float present = available * here * T(presence) * (1.0f - bid * (1.0f - answered));

        /* relief */
        float served = C(relief_imposed) + (1.0f - C(relief_imposed)) * attuned;
        float quality = C(relief_base) + C(relief_warmth) * T(warmth) + C(relief_holding) * held;
        float contact = answered * served * expf(-latency * w.inv_tau) * quality;
        float routine = physical * here * (U(routine) < T(routine) ? 1.0f : 0.0f);
        float tended = routine * quality;
        float wait = 2.0f * C(routine_wait) * U(routine) / T(routine);
        float got = MAX(MAX(contact, tended * expf(-wait * w.inv_tau)), C(relief_presence) * present) *
                    (1.0f - C(relief_threat_loss) * met);

        /* learning of relief */
        float openness = T(susceptibility) * w.openness;
        float unasked = S(adults_unasked), of_adults = S(adults_relief), differ = S(adults_spread);
        float strategic = bid + minimised;
        float weight = openness * strategic;
        float lost = MIN(S(drift) * S(drift) / MAX(S(error_square), 1e-6f), 1.0f);
        lost = C(forgetting) + C(inferred_forgetting) * (lost - C(forgetting));
        lost = MIN(lost * weight, 1.0f);
        n1 += weight * minimised - lost * (n1 - 1.0f);
        n2 += weight * express - lost * (n2 - 1.0f);
        n3 += weight * intensify - lost * (n3 - 1.0f);
        float n = intensify > 0.0f ? n3 : express > 0.0f ? n2 : n1;
        float m = intensify > 0.0f ? m3 : express > 0.0f ? m2 : m1;
        float error = got - m;
        float moved = weight / n * error;
        m += moved;
        m1 += minimised * moved;
        m2 += express * moved;
        m3 += intensify * moved;
        float mu = minimised > 0.0f ? unasked : of_adults;
        float found = (m - mu) * (m - mu) + m * (1.0f - m) / (n + 1.0f);
        found = MIN(found / MAX(mu * (1.0f - mu), 1e-3f), 1.0f);
        float seen_rate = MIN(C(error_rate) * weight, 1.0f);
        S(relief_minimise) = m1;
        S(relief_express) = m2;
        S(relief_intensify) = m3;
        S(concentration_minimise) = n1;
        S(concentration_express) = n2;
        S(concentration_intensify) = n3;
        S(drift) += seen_rate * (error - S(drift));
        S(error_square) += seen_rate * (error * error - S(error_square));
        S(surprise) += C(summary_rate) * strategic * (fabsf(error) - S(surprise));
        S(adults_spread) += MIN(C(adults_rate) * strategic * openness, 1.0f) * (found - differ);

        /* threat and self */
        float expected = MIN(unprovoked + S(threat_provoked), 1.0f);
        rate = (met > S(threat_provoked) ? up : down) * bid * C(threat_learning);
        S(threat_provoked) += MIN(rate, 1.0f) * (met - S(threat_provoked));
        rate = MIN(C(efficacy_rate) * openness, 1.0f) * C(self_model);
        S(with_signal) += rate * bid * (got - S(with_signal));
        S(without_signal) += rate * minimised * (got - S(without_signal));
        rate = MIN(C(adults_rate) * openness, 1.0f);
        S(adults_relief) += rate * bid * (got - S(adults_relief));
        S(adults_unasked) += rate * minimised * (got - S(adults_unasked));
        S(adults_threat) += rate * (expected - S(adults_threat));

        /* feeling */
        alarm = MIN(C(threat_arousal) * met + C(startle_arousal) * startle, 1.0f);
        aroused = aroused + (1.0f - aroused) * alarm;
        float soothed = aroused * T(soothability) * got;
        arousal = aroused - soothed;
        S(frustration) += C(frustration_rate) * (need * (1.0f - got) - S(frustration));

        /* running means and the bond */
        S(minimising) += C(summary_rate) * (minimised - S(minimising));
        S(intensifying) += C(summary_rate) * (intensify - S(intensifying));
        S(conflict) += C(summary_rate) * (conflict - S(conflict));
        S(no_strategy) += C(summary_rate) * (no_strategy - S(no_strategy));
        S(freezing) += C(summary_rate) * (frozen - S(freezing));
        float bond = MAX(contact, C(formation_routine) * tended);
        S(formation) += C(formation_rate) * w.forming * bond * (1.0f - S(formation)) -
                        C(formation_loss) * (1.0f - bond) * S(formation);

        /* body */
        float open_now = C(body) * w.plasticity * T(susceptibility);
        float worst = MAX(met, gap_threat);
        float stressed = MIN(arousal + worst, 1.0f);
        float loss = C(body) * C(hippocampus_rate) * S(autonomic_load) * S(hpa_basal);
        float load = S(autonomic_load);
        S(threat_reactivity) += C(reactivity_rate) * open_now * worst * (2.0f - S(threat_reactivity)) +
                                C(body) * C(reactivity_loss) * (1.0f - S(threat_reactivity));
        S(autonomic_load) += C(body) * C(load_rate) * (arousal - load);
        float fast = S(hpa_sensitised) + C(body) * C(hpa_rate) * (stressed - S(hpa_sensitised));
        float slow = S(hpa_downregulated) + C(body) * C(hpa_slow_rate) * (stressed - S(hpa_downregulated));
        float basal = C(hpa_rest) + C(hpa_basal_gain) * fast - C(hpa_basal_loss) * slow;
        float reactive = 0.5f + C(hpa_reactive_gain) * fast - C(hpa_reactive_loss) * slow;
        S(hpa_sensitised) = fast;
        S(hpa_downregulated) = slow;
        S(hpa_basal) += C(body) * (MIN(MAX(basal, 0.0f), 1.0f) - S(hpa_basal));
        S(hpa_reactivity) += C(body) * (MIN(MAX(reactive, 0.0f), 1.0f) - S(hpa_reactivity));
        S(hippocampal_integrity) += C(body) * C(hippocampus_return) * (1.0f - S(hippocampal_integrity)) -
                                    loss * S(hippocampal_integrity);
        float exchange = attuned * contact;
        float taken_in = (1.0f - C(threat_on_growth) * worst) * in_order[i];
        float heard = MIN(exchange + seen, 1.0f) * taken_in;
        float least = C(growth_floor), left_over = 1.0f - C(growth_floor);
        float free = S(regulation) * (1.0f - S(autonomic_load)) * taken_in;
        S(executive) += C(executive_rate) * open_now * (least + left_over * free - S(executive));
        S(regulation) += C(regulation_rate) * open_now * soothed * MAX(answered, routine) * (1.0f - S(regulation));
        S(social_cognition) += C(social_rate) * open_now * (least + left_over * exchange - S(social_cognition));
        S(language) += C(language_rate) * open_now * (least + left_over * heard - S(language));

        S(stress) = stress + T(stress_gain) * intensify * here * (1.0f - stress);
        S(distance) += C(distance_rate) * here * (intensify - S(distance));
        S(available) = available;
        S(separated) = separated;
        S(warm_density) = density;
        S(arousal) = arousal;
        S(worth) = worth;
        S(threat_unprovoked) = unprovoked;
    }
}

/* state: (VARIABLES, n), traits: (TRAITS, n) on their own scale, keys: (WORDS, 2, n); n a multiple of LANES. */
void live(float *state, const float *traits, const uint32_t *keys, const float *c, int n, uint32_t first, int count,
          int bids) {
#pragma omp parallel for schedule(dynamic)
    for (int start = 0; start < n; start += LANES) {
        float s[VARIABLES][LANES] __attribute__((aligned(64)));
        float t[TRAITS][LANES] __attribute__((aligned(64)));
        float u[WORDS][LANES] __attribute__((aligned(64)));
        uint32_t k[WORDS][2][LANES] __attribute__((aligned(64)));
        for (int i = 0; i < LANES; i++) {
            for (int v = 0; v < VARIABLES; v++) s[v][i] = state[(long)v * n + start + i];
            for (int v = 0; v < TRAITS; v++) t[v][i] = traits[(long)v * n + start + i];
            for (int w = 0; w < WORDS; w++)
                for (int half = 0; half < 2; half++) k[w][half][i] = keys[((long)w * 2 + half) * n + start + i];
        }
#ifdef __SSE__
        /* subnormal numbers are flushed to zero while the lives are lived, as XLA does */
        unsigned before = _mm_getcsr();
        _mm_setcsr(before | 0x8040);
#endif
        float in_order[LANES] __attribute__((aligned(64)));
        take_in(in_order, t, c);
        for (int e = 0; e < count; e++) {
            uint32_t number = first + (uint32_t)e;
            draw(u, k, number);
            episode(s, t, c, at(c, number, bids), u, in_order);
        }
#ifdef __SSE__
        _mm_setcsr(before);
#endif
        for (int v = 0; v < VARIABLES; v++)
            for (int i = 0; i < LANES; i++) state[(long)v * n + start + i] = s[v][i];
    }
}
