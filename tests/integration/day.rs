//! A shop's day by the real binary, a real Firebird and the real HTTP of the stand-in gateway.

mod whole;
