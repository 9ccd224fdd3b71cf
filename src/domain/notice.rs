//! A notice and its parts: identity, states, and the moves between them.
//!
//! | module | holds |
//! |---|---|
//! | `identity` | [`NoticeId`], [`PartKey`], [`MessageId`], [`Reference`] |
//! | `parts` | [`PartKind`], and [`parts_of`] a notice in the order of sending |
//! | `state` | [`PartState`], [`NoticeState`], and [`next_state`], the only place that moves a part |

mod identity;
mod parts;
mod state;

pub use self::identity::{MessageId, NoticeId, PartKey, Reference};
pub use self::parts::{PartKind, parts_of};
pub use self::state::{Ending, IllegalMove, NoticeState, PartEvent, PartState, next_state, notice_state};
