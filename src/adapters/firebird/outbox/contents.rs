//! What one notice holds: items, claims and parts, written one by one. A run's are written by [`store`](super::store).

use super::super::connection::Connection;
use super::block::Block;
use super::parts::release_claims;
use super::rows::{flag, id, opt_id, short};
use crate::domain::ids::ReceivableId;
use crate::domain::notice::{NoticeId, PartKind};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::ports::outbox::{NoticeItem, OutboxError};

const INSERT_ITEM: &str = "INSERT INTO WA_NOTICE_ITEM (NOTICE, RECEIVABLE, DOCUMENT, DUE_ON, STAGE, BALANCE_CENTS, \
                           HAS_BOLETO) VALUES (?i, ?k, ?u, ?d, ?w, ?i, ?i)";
const INSERT_PART: &str = "INSERT INTO WA_PART (NOTICE, SEQ, KIND, RECEIVABLE) VALUES (?i, ?i, ?w, ?k)";
const INSERT_CLAIM: &str = "INSERT INTO WA_CLAIM (RECEIVABLE, PHONE, STAGE, NOTICE) VALUES (?k, ?w, ?w, ?i)";

/// Replaces items, claims and parts of an untouched notice.
pub(super) fn replace_contents(
    connection: &mut Connection,
    notice: NoticeId,
    phone: &Phone,
    items: &[NoticeItem],
    parts: &[PartKind],
) -> Result<(), OutboxError> {
    // The claims first: they are found by the items.
    connection.execute(&release_claims("?"), &[notice.0.into()])?;
    for table in ["WA_NOTICE_ITEM", "WA_PART"] {
        connection.execute(
            &format!("DELETE FROM {table} WHERE NOTICE = ?"),
            &[notice.0.into()],
        )?;
    }
    let mut block = Block::default();
    for item in items {
        push_item(connection, &mut block, notice, item)?;
        push_claim(
            connection,
            &mut block,
            &item.receivable,
            phone,
            item.stage,
            Some(notice),
        )?;
    }
    push_parts(connection, &mut block, notice, parts)?;
    block.send(connection)
}

fn push_item(
    connection: &mut Connection,
    block: &mut Block,
    notice: NoticeId,
    item: &NoticeItem,
) -> Result<(), OutboxError> {
    let values = [
        notice.0.into(),
        id(item.receivable.as_str())?,
        short(&item.document),
        item.due_on.into(),
        item.stage.to_string().into(),
        item.balance.get().into(),
        flag(item.has_boleto),
    ];
    block.push(connection, INSERT_ITEM, values)
}

/// A claim; `notice` is `None` for a baseline's.
pub(super) fn push_claim(
    connection: &mut Connection,
    block: &mut Block,
    receivable: &ReceivableId,
    phone: &Phone,
    stage: Stage,
    notice: Option<NoticeId>,
) -> Result<(), OutboxError> {
    let values = [
        id(receivable.as_str())?,
        phone.e164().into(),
        stage.to_string().into(),
        notice.map(|id| id.0).into(),
    ];
    block.push(connection, INSERT_CLAIM, values)
}

fn push_parts(
    connection: &mut Connection,
    block: &mut Block,
    notice: NoticeId,
    parts: &[PartKind],
) -> Result<(), OutboxError> {
    for (part, seq) in parts.iter().zip(1u16..) {
        let values = [
            notice.0.into(),
            u32::from(seq).into(),
            part.word().into(),
            opt_id(part.receivable().map(|r| r.as_str()))?,
        ];
        block.push(connection, INSERT_PART, values)?;
    }
    Ok(())
}
