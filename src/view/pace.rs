//! From virtual time to screen time: how long a hop takes on the screen, how fast virtual time runs
//! while something is in flight and while nothing is.
//!
//! Pure functions of what is in flight; the player asks them once a tick.

use crate::kernel::Span;

/// The shortest and the longest a hop takes on the screen at the usual speed, in milliseconds.
const HOP_MS: (f64, f64) = (400.0, 1_500.0);
/// Latencies up to the first take the shortest time, from the second on the longest.
const LATENCY_NS: (f64, f64) = (100_000.0, 200_000_000.0);
/// The longest that an idle stretch takes on the screen, in milliseconds.
pub(crate) const IDLE_MS: f64 = 500.0;
/// How long the picture rests after something arrived, so that one can read what happened.
pub(crate) const DWELL_MS: f64 = 140.0;

/// How long a hop with this latency takes on the screen, in milliseconds. Log-scaled: an ocean is
/// still slower than a rack, but not a thousand times.
pub(crate) fn hop_ms(latency: Span) -> f64 {
    let (low, high) = (LATENCY_NS.0.log10(), LATENCY_NS.1.log10());
    let place = ((latency.0.max(1) as f64).log10() - low) / (high - low);
    HOP_MS.0 + (HOP_MS.1 - HOP_MS.0) * place.clamp(0.0, 1.0)
}

/// How many virtual nanoseconds pass in a screen millisecond while the frame that arrives next has
/// this latency.
pub(crate) fn flow_rate(latency: Span, speed: f64) -> f64 {
    latency.0.max(1_000) as f64 / hop_ms(latency) * speed
}

/// The same while nothing is in flight, so many screen milliseconds after it fell idle: it gets
/// faster and faster, and after [`IDLE_MS`] there is no limit.
pub(crate) fn idle_rate(idle_ms: f64) -> f64 {
    if idle_ms >= IDLE_MS {
        return f64::INFINITY;
    }
    // Doubled every 27 ms: ten times as fast after 90.
    let doublings = idle_ms.max(0.0) / 27.0;
    let whole = doublings.floor();
    20_000.0 * (1_u64 << (whole as u32).min(40)) as f64 * (1.0 + doublings - whole)
}

/// Where on its way a packet is drawn: it leaves fast and lands softly.
pub(crate) fn ease(progress: f64) -> f64 {
    let rest = 1.0 - progress.clamp(0.0, 1.0);
    1.0 - rest * rest * (0.6 + 0.4 * rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_takes_0_4_to_1_5_seconds_whatever_its_latency() {
        for nanos in [0, 1, 200_000, 500_000, 84_000_000, 2_000_000_000, u64::MAX] {
            let ms = hop_ms(Span(nanos));
            assert!((400.0..=1_500.0).contains(&ms), "{nanos}: {ms}");
        }
        assert!(hop_ms(Span::millis(84)) > 1.5 * hop_ms(Span::micros(500)), "an ocean is slower");
    }

    #[test]
    fn an_idle_stretch_ends_in_time() {
        assert!(idle_rate(0.0) < idle_rate(100.0));
        assert_eq!(idle_rate(IDLE_MS), f64::INFINITY);
    }

    #[test]
    fn easing_goes_from_start_to_end_without_turning_back() {
        assert_eq!((ease(0.0), ease(1.0)), (0.0, 1.0));
        let mut last = 0.0;
        for n in 0..=100 {
            let now = ease(f64::from(n) / 100.0);
            assert!(now >= last);
            last = now;
        }
        assert!(ease(0.5) > 0.5, "fast first");
    }
}
