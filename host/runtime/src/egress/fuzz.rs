//! Fuzz targets of the gate: where requests go, what is written into them, and what is taken out of answers.

mod body;
mod request;
mod scrub;
