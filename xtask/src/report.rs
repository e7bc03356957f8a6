//! What a run of the test prints about itself: headings, times, and one line that sums it up.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// A run of the test, so far.
pub(crate) struct Report {
    planned: usize,
    begun: Instant,
    ended: Vec<Ended>,
}

struct Ended {
    name: &'static str,
    passed: bool,
    took: Duration,
}

impl Report {
    /// A run of this many steps.
    pub(crate) fn new(planned: usize) -> Self {
        Self { planned, begun: Instant::now(), ended: Vec::new() }
    }

    /// Prints the heading of the next step and starts its clock.
    pub(crate) fn begin(&mut self, name: &str, about: &str) {
        self.begun = Instant::now();
        println!("\n=== {}/{} {name}: {about}", self.ended.len() + 1, self.planned);
    }

    /// Notes how the step ended, and prints it.
    pub(crate) fn end(&mut self, name: &'static str, result: Result<(), Failure>) {
        let took = self.begun.elapsed();
        match &result {
            Ok(()) => println!("--- {name} passed in {}", duration(took)),
            Err(failure) => println!("--- {name} FAILED after {}: {failure}", duration(took)),
        }
        self.ended.push(Ended { name, passed: result.is_ok(), took });
    }

    /// The steps with their times, and as the last line `N passed, M failed`.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("\n");
        for step in &self.ended {
            let word = if step.passed { "passed" } else { "FAILED" };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word}  {:<12} {:>9}", step.name, duration(step.took));
        }
        let not_run = self.planned - self.ended.len();
        if not_run > 0 {
            let _ = writeln!(text, "not run: {not_run}");
        }
        let passed = self.ended.iter().filter(|step| step.passed).count();
        let _ = writeln!(text, "{passed} passed, {} failed", self.ended.len() - passed);
        text
    }
}

fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{}.{} s", seconds, span.subsec_millis() / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_the_steps() {
        let mut report = Report::new(2);
        report.begin("native", "tests");
        report.end("native", Ok(()));
        report.begin("page", "builds");
        report.end("page", Ok(()));
        assert!(report.summary().ends_with("\n2 passed, 0 failed\n"), "{}", report.summary());
    }

    #[test]
    fn a_failure_and_what_was_left_out_are_counted() {
        let mut report = Report::new(3);
        report.begin("native", "tests");
        report.end("native", Err(Failure::Absent("gone".to_string())));
        assert!(
            report.summary().ends_with("\nnot run: 2\n0 passed, 1 failed\n"),
            "{}",
            report.summary()
        );
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(duration(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(187)), "3 min 07 s");
    }
}
