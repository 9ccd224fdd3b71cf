//! What the integration tests share: a real Firebird, the stand-in gateway, the real binary.

pub mod firebird;
pub mod sandbox;
pub mod site;
