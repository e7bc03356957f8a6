//! What can be wrong with a transform, in the server's words.

use thiserror::Error;

/// Why a pair of source and destination makes no transform.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TransformError {
    /// One of the two is malformed, the destination has a `*`, or only one of them ends with `>`.
    #[error("invalid subject")]
    InvalidSubject,
    /// A token of the destination is wrong. The token is left out where the server leaves it out.
    #[error("invalid mapping destination: {fault}{}{token}", if token.is_empty() { "" } else { " in " })]
    Destination {
        /// What is wrong.
        fault: DestinationFault,
        /// The token, with the index in question where it is about one.
        token: String,
    },
}

/// What is wrong with a token of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DestinationFault {
    /// It is empty, has white space, or follows a `>`.
    #[error("invalid transform")]
    Invalid,
    /// There is no such function.
    #[error("unknown function")]
    UnknownFunction,
    /// The source has not that many wildcards.
    #[error("wildcard index out of range")]
    IndexOutOfRange,
    /// The function wants more arguments.
    #[error("not enough arguments passed to the function")]
    NotEnoughArguments,
    /// The function wants fewer arguments.
    #[error("too many arguments passed to the function")]
    TooManyArguments,
    /// An argument is not a number, or too large, or no separator.
    #[error("function argument is invalid or in the wrong format")]
    InvalidArgument,
}

impl TransformError {
    pub(super) fn of(fault: DestinationFault, token: &str) -> Self {
        Self::Destination { fault, token: token.to_owned() }
    }

    pub(super) fn invalid(token: &str) -> Self {
        Self::of(DestinationFault::Invalid, token)
    }

    pub(super) const fn index_out_of_range(token: String) -> Self {
        Self::Destination { fault: DestinationFault::IndexOutOfRange, token }
    }
}
