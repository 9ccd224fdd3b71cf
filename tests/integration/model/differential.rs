//! The model against the real outbox.
