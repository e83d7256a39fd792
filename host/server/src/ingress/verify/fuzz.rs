//! Fuzz targets of the recipes: nothing is believed unless a signature is there that the target itself makes of the request.

mod reference;
mod requests;
mod secrets;
