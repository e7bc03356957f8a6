//! The diagram's time axis: not to scale, so that a hop in a rack and a hop over an ocean can both
//! be read, and stretches in which nothing happens take hardly any room.

use crate::kernel::{Span, Time};

/// The room an idle stretch takes.
const SQUEEZED: f64 = 30.0;
/// Shorter ones are no stretches.
const STRETCH: Span = Span::millis(5);
/// Where the cursor stands at most, as a part of the width.
const CURSOR: f64 = 0.78;

/// A piecewise linear map from virtual time to a place on the axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    knots: Vec<(Time, f64)>,
    /// Idle stretches: left edge, width, real length.
    pub squeezes: Vec<(f64, f64, Span)>,
    left: f64,
    right: f64,
}

impl Axis {
    /// An axis from `x0` on, `width` wide. `times` are the moments at which something happens, in
    /// order; `idle(n)` tells whether nothing was under way between the `n`th and the next one.
    pub fn new(
        times: &[Time],
        idle: impl Fn(usize) -> bool,
        cursor: Time,
        x0: f64,
        width: f64,
    ) -> Self {
        let mut axis = Self { left: x0, right: x0 + width, ..Self::default() };
        let mut x = 0.0;
        let mut squeezes = Vec::new();
        for (n, &at) in times.iter().enumerate() {
            if let Some(&(before, _)) = axis.knots.last() {
                let gap = at.since(before);
                let wide = natural(gap);
                if idle(n - 1) && gap >= STRETCH && wide > SQUEEZED {
                    squeezes.push((x, SQUEEZED, gap));
                    x += SQUEEZED;
                } else {
                    x += wide;
                }
            }
            axis.knots.push((at, x));
        }
        // Time that has passed since the last thing happened.
        if let Some(&(last, end)) = axis.knots.last()
            && cursor > last
        {
            axis.knots.push((cursor, end + natural(cursor.since(last)).min(SQUEEZED)));
        }
        let past = axis.place(cursor);
        let shift = (past - CURSOR * width).max(0.0);
        for (_, place) in &mut axis.knots {
            *place += x0 - shift;
        }
        axis.squeezes = squeezes
            .into_iter()
            .map(|(x, w, span)| (x + x0 - shift, w, span))
            .filter(|(x, w, _)| *x >= axis.left && x + w <= axis.right)
            .collect();
        axis
    }

    /// Where a moment is, also beyond the edges.
    pub fn x(&self, at: Time) -> f64 {
        if self.knots.is_empty() { self.left } else { self.place(at) }
    }

    /// Whether a place is on the axis.
    pub fn shows(&self, x: f64) -> bool {
        x >= self.left - 0.5 && x <= self.right + 0.5
    }

    /// The first and the last moment on the axis at which something happens.
    pub fn window(&self) -> (Time, Time) {
        let mut shown = self.knots.iter().filter(|(_, x)| self.shows(*x)).map(|(at, _)| *at);
        let first = shown.next().unwrap_or_default();
        (first, shown.next_back().unwrap_or(first))
    }

    /// The moments on the axis at which something happens, with their places.
    pub fn moments(&self) -> impl Iterator<Item = (Time, f64)> {
        self.knots.iter().copied().filter(|(_, x)| self.shows(*x))
    }

    fn place(&self, at: Time) -> f64 {
        let next = self.knots.partition_point(|(time, _)| *time < at);
        match (next.checked_sub(1).and_then(|n| self.knots.get(n)), self.knots.get(next)) {
            (Some(&(t0, x0)), Some(&(t1, x1))) => {
                let part = at.since(t0).0 as f64 / t1.since(t0).0.max(1) as f64;
                x0 + (x1 - x0) * part
            }
            (None, Some(&(_, x))) | (Some(&(_, x)), None) => x,
            (None, None) => 0.0,
        }
    }
}

/// The room a stretch takes in which something is under way: it grows with the logarithm.
fn natural(gap: Span) -> f64 {
    if gap == Span::ZERO {
        return 0.0;
    }
    (9.0 + 27.0 * (1.0 + gap.0 as f64 / 30_000.0).log10()).min(160.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Time {
        Time(n * 1_000_000)
    }

    #[test]
    fn time_runs_to_the_right_and_idle_stretches_are_narrow() {
        let times = [ms(0), ms(1), ms(2), ms(30_002), ms(30_003)];
        let axis = Axis::new(&times, |n| n == 2, ms(30_003), 100.0, 600.0);
        let places: Vec<f64> = times.iter().map(|&at| axis.x(at)).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
        assert_eq!(places[0], 100.0);
        assert_eq!(places[3] - places[2], SQUEEZED);
        assert_eq!(axis.squeezes.len(), 1);
        assert_eq!(axis.squeezes[0].2, Span::secs(30));
    }

    #[test]
    fn the_cursor_stays_in_view_however_much_happened() {
        let times: Vec<Time> = (0..200).map(ms).collect();
        for cursor in [0, 3, 57, 199] {
            let axis = Axis::new(&times, |_| false, ms(cursor), 100.0, 600.0);
            let x = axis.x(ms(cursor));
            assert!((100.0..=100.0 + CURSOR * 600.0 + 0.01).contains(&x), "{cursor}: {x}");
        }
    }

    #[test]
    fn an_axis_without_anything_on_it_is_no_trouble() {
        let axis = Axis::new(&[], |_| false, ms(5), 100.0, 600.0);
        assert_eq!(axis.x(ms(5)), 100.0);
        assert_eq!(axis.window(), (Time::ZERO, Time::ZERO));
    }
}
