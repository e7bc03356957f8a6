//! Subject transforms.
