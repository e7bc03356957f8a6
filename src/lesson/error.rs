//! What is wrong with a lesson's file, and where.

/// Something in a lesson's file that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct LessonError {
    /// The file's name, as it was given.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong there, and what would be right.
    pub what: String,
}

/// A finding before it is known in which file it is: the line, and what is wrong.
pub(super) type Wrong = (u32, String);

/// What reading a part of a lesson gives.
pub(super) type Read<T> = Result<T, Wrong>;

/// Says that a word is not among those known, and which of them was perhaps meant.
pub(super) fn unknown<'a>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    format!("{what} {word:?} is not known; there are {}", known.join(", "))
}
