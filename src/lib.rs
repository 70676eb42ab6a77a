//! Ridgewalk.
