//! The test kit: it judges a plugin's component without a provider and without a network.
//!
//! A *case* is a file that says what happens to a plugin and what it is to make of it: a request and the events expected, or a draft,
//! what the provider is asked and answers, and the outcomes expected ([`case`]). What was seen is compared with what was expected to
//! the last field ([`compare`]).

pub mod case;
pub mod compare;
