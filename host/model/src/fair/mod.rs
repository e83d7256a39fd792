//! Who is next: the rules by which channels (and apps) share what the host has of processors and of places in memory.
//!
//! Both are shared between *lines*, one for each channel or app, never between the calls that stand in them: who sends a thousand
//! calls gets the share of one line, and somebody who sends one call now and then finds no queue in front of it.

mod places;
mod turns;

pub use places::{Arrival, Kind, Places, Ticket};
pub use turns::Turns;
