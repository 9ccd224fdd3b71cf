//! To come in this session.

pub mod sandbox;
