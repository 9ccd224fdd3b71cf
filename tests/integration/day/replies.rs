//! `replies`: what customers answer, and what is none of our business.

use serde_json::json;
use wa_notify::adapters::firebird::sample::close_day;

use super::{heard, notices, phone};
use crate::support::sandbox::Sandbox;
use crate::support::site::{DAY, Plan, Site, eventually, instant};

/// A site whose three notices (customer 1; two contacts of customer 2) are sent.
fn sent() -> (Site, [String; 3]) {
    let site = Site::new();
    let scan = site.scan();
    site.send(0);
    let phones = [phone(&scan, 0), phone(&scan, 1), phone(&scan, 2)];
    (site, phones)
}

fn stored(site: &Site) -> Vec<String> {
    let mut texts = site.look("SELECT CONTENT FROM WA_REPLY");
    texts.sort();
    texts
}

#[test]
fn an_answer_is_stored_and_answered_once() {
    let (site, [ana, ..]) = sent();
    site.sandbox.reply(&ana, "Bom dia! 😀 ação");
    let first = site.json("09:05", &["replies"], 8);
    assert_eq!(
        (&first["stored"], &first["answered"], &first["needs_person"]),
        (&1.into(), &1.into(), &1.into())
    );
    // The same messages again: nothing new, nothing said twice.
    let again = site.json("09:06", &["replies"], 0);
    assert_eq!((&again["stored"], &again["answered"]), (&0.into(), &0.into()));
    assert!(again["seen"].as_u64().unwrap() > 0, "they were looked at again");
    // A second answer is stored; the machine has said its piece.
    site.sandbox.reply(&ana, "Tem alguém aí?");
    let second = site.json("09:07", &["replies"], 8);
    assert_eq!((&second["stored"], &second["answered"]), (&1.into(), &0.into()));
    let answers = site
        .messages()
        .iter()
        .filter(|m| m.text.starts_with("Recebemos sua mensagem"))
        .count();
    assert_eq!((heard(&site)[&ana], answers), (5, 1));
    // Emoji in a WIN1252 database.
    let charset = site.look("SELECT RDB$CHARACTER_SET_NAME FROM RDB$DATABASE");
    assert_eq!(charset, ["WIN1252"]);
    assert_eq!(stored(&site), ["Bom dia! 😀 ação", "Tem alguém aí?"]);
    let said = site.run("09:08", &["status"]).expect(8).stdout;
    assert!(said.contains("Bom dia! 😀 ação"), "{said}");
    // Everything stays unread at the gateway, for the staff.
    assert_eq!(site.sandbox.requests("POST chat/markMessageAsRead"), 0);
}

#[test]
fn strangers_are_none_of_our_business() {
    let (site, [ana, ..]) = sent();
    let before = site.messages().len();
    site.sandbox.reply("5551911112222", "Vocês vendem cimento? SAIR");
    site.sandbox.reply_as_lid("5551911113333", "SAIR", "with_alt");
    site.sandbox.reply_as_lid("5551911114444", "SAIR", "without_alt");
    let report = site.json("09:05", &["replies"], 0);
    assert_eq!(
        (&report["stored"], &report["opted_out"], &report["answered"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert!(report["seen"].as_u64().unwrap() >= 3);
    assert_eq!(site.messages().len(), before);
    for table in ["WA_REPLY", "WA_LID", "WA_OPT_OUT"] {
        assert_eq!(
            site.look(&format!("SELECT COUNT(*) FROM {table}")),
            ["0"],
            "{table}"
        );
    }
    assert!(!site.logs().contains("cimento") && !site.logs().contains("911112222"));
    // A customer who was not written to yet is a stranger, too; one who was is not.
    site.sandbox.reply(&ana, "ok");
    assert_eq!(site.json("09:06", &["replies"], 8)["stored"], 1);
}

#[test]
fn an_opaque_id_is_followed_when_the_phone_is_known() {
    let (site, [_, bia, caio]) = sent();
    site.sandbox.reply_as_lid(&caio, "quem é?", "without_alt");
    let report = site.json("09:05", &["replies"], 0);
    assert_eq!((&report["stored"], &report["unmatched"]), (&0.into(), &1.into()));
    site.sandbox.reply_as_lid(&bia, "sou eu", "with_alt");
    let report = site.json("09:06", &["replies"], 8);
    assert_eq!((&report["stored"], &report["answered"]), (&1.into(), &1.into()));
    assert_eq!(heard(&site)[&bia], 5, "answered to the phone");
    // From then on the id alone is enough.
    site.sandbox.reply_as_lid(&bia, "sou eu de novo", "without_alt");
    assert_eq!(site.json("09:07", &["replies"], 8)["stored"], 1);
    assert_eq!(
        site.look("SELECT DISTINCT PHONE FROM WA_REPLY"),
        [format!("+{bia}")]
    );
    assert_eq!(stored(&site), ["sou eu", "sou eu de novo"]);
}

#[test]
fn who_wants_out_is_out_at_once_and_may_come_back() {
    let (site, [ana, bia, caio]) = sent();
    site.sandbox.reply(&bia, "Sair!");
    site.sandbox.reply(&ana, "ENGANO");
    let report = site.json("09:05", &["replies"], 8);
    assert_eq!(
        (&report["opted_out"], &report["answered"]),
        (&2.into(), &2.into())
    );
    assert_eq!(report["intents"], json!({"opt_out": 1, "wrong_number": 1}));
    assert_eq!(
        report["needs_person"], 1,
        "a wrong number is to be mended in the ERP"
    );
    let last = |to: &str| site.messages().into_iter().rfind(|m| m.to == to).unwrap().text;
    assert!(
        last(&bia).starts_with("Pronto, não enviaremos mais lembretes"),
        "{}",
        last(&bia)
    );

    // Customer 2 reaches its next stage the day after: one contact is out, the other is not.
    site.erp(|erp| close_day(erp, site.today).unwrap());
    let next = site.json("2026-08-12 08:20", &["scan", "--dry-run"], 0);
    let phones: Vec<_> = notices(&next)
        .iter()
        .map(|n| n["phone"].as_str().unwrap())
        .collect();
    assert_eq!(phones, [format!("+{caio}")]);
    let reasons = &next["totals"]["skipped_by_reason"];
    assert_eq!(reasons["opted_out"], 2, "{reasons}");

    site.sandbox.reply(&bia, "voltar");
    assert_eq!(site.json("09:06", &["replies"], 0)["opted_in"], 1);
    let next = site.json("2026-08-12 08:30", &["scan"], 0);
    assert_eq!(notices(&next).len(), 2);
}

#[test]
fn no_machine_talks_over_a_person_of_the_shop() {
    let (site, [ana, bia, _]) = sent();
    site.sandbox.reply(&ana, "Consigo parcelar?");
    site.sandbox
        .shop_writes(&ana, "Oi Maria, aqui é a Rosângela. Consegue sim.");
    site.sandbox.reply(&bia, "Bom dia");
    let report = site.json("09:05", &["replies"], 8);
    assert_eq!((&report["stored"], &report["answered"]), (&2.into(), &1.into()));
    assert_eq!((heard(&site)[&ana], heard(&site)[&bia]), (4, 5));
}

/// However long before the answer they wrote: the polls between have forgotten it, the chat has not.
#[test]
fn no_machine_talks_over_what_a_person_wrote_hours_ago() {
    let (site, [ana, bia, _]) = sent();
    let writes = |call: &str, who: &str, number: &str, text: &str, at: &str| {
        let body = json!({who: number, "text": text, "at": instant(DAY, at)});
        site.sandbox.control(&format!("/sandbox/{call}"), &body);
    };
    writes(
        "shop-writes",
        "to",
        &ana,
        "Oi Maria, aqui é a Rosângela.",
        "09:10",
    );
    site.json("09:15", &["replies"], 0);
    writes("reply", "from", &ana, "Oi! Consigo parcelar?", "11:00");
    writes("reply", "from", &bia, "Bom dia", "11:00");
    let report = site.json("11:05", &["replies"], 8);
    assert_eq!((&report["stored"], &report["answered"]), (&2.into(), &1.into()));
    assert_eq!((heard(&site)[&ana], heard(&site)[&bia]), (4, 5));
}

/// A chat that cannot be read may hold anything: the customer waits for a person.
#[test]
fn no_answer_into_a_chat_that_cannot_be_read() {
    let (site, [ana, ..]) = sent();
    site.sandbox.reply(&ana, "Bom dia");
    // The first question is for all chats, the second for this one.
    site.sandbox
        .faults(json!({"fault": "error_before", "on": "find", "skip": 1, "times": 1}));
    let report = site.json("09:05", &["replies"], 8);
    assert_eq!((&report["stored"], &report["answered"]), (&1.into(), &0.into()));
    assert_eq!(heard(&site)[&ana], 4);
}

/// What came while the phone had no link arrives later under its own, older time.
#[test]
fn nothing_that_was_written_during_an_outage_is_lost() {
    let (site, [ana, ..]) = sent();
    site.json("09:05", &["replies"], 0);
    site.sandbox.reply(&ana, "Bom dia");
    site.sandbox.unlink("loja");
    let unlinked = site.json("10:30", &["replies"], 6);
    assert_eq!(
        (&unlinked["stored"], &unlinked["unclear"]),
        (&1.into(), &0.into()),
        "stored for a person; nothing is sent into a link that is down"
    );
    site.json("10:31", &["pair", "--png", "qr.png"], 0);
    let body = json!({"from": ana, "text": "SAIR", "at": instant(DAY, "09:20")});
    site.sandbox.control("/sandbox/reply", &body);
    let report = site.json("10:35", &["replies"], 0);
    assert_eq!((&report["stored"], &report["opted_out"]), (&1.into(), &1.into()));
}

#[cfg(unix)]
#[test]
fn interrupted_between_two_answers() {
    let (site, [ana, bia, _]) = sent();
    let before = site.messages().len();
    site.sandbox.reply(&ana, "Bom dia");
    site.sandbox.reply(&bia, "Boa tarde");
    site.sandbox
        .faults(json!({"fault": "delay_after", "ms": 2_000, "times": 1}));
    let polling = site.start("09:05", &["--json", "replies"]);
    eventually("the first answer is on the phone", || {
        site.messages().len() == before + 1
    });
    polling.interrupt();
    let report = polling.wait().expect(8).json();
    assert_eq!(
        (&report["interrupted"], &report["stored"], &report["answered"]),
        (&true.into(), &1.into(), &1.into())
    );
    assert_eq!(
        site.look("SELECT STATE FROM WA_ANSWER"),
        ["accepted"],
        "what left is on record"
    );
    // The other one's turn comes, and the first hears nothing twice.
    let report = site.json("09:06", &["replies"], 8);
    assert_eq!((&report["stored"], &report["answered"]), (&1.into(), &1.into()));
    assert_eq!(
        (site.messages().len(), heard(&site)[&ana], heard(&site)[&bia]),
        (before + 2, 5, 5)
    );
}

/// A site with this treatment of replies, everything sent.
fn treating(section: &str) -> (Site, [String; 2]) {
    let site = Site::with(Plan {
        config: format!("[settings.replies]\n{section}\n"),
        ..Plan::default()
    });
    let scan = site.scan();
    site.send(0);
    let phones = [phone(&scan, 0), phone(&scan, 1)];
    (site, phones)
}

#[test]
fn stored_only() {
    let (site, [ana, bia]) = treating("treatment = \"store\"");
    site.sandbox.control(
        "/sandbox/reply",
        &json!({"from": ana, "media": {"file_name": "comprovante.pdf", "base64": "JVBERi0="}}),
    );
    site.sandbox.reply(&bia, "SAIR");
    let report = site.json("09:05", &["replies"], 8);
    // Whoever opts out is told so, whatever the treatment: it is the confirmation of an order.
    assert_eq!(
        (&report["stored"], &report["answered"], &report["opted_out"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!((heard(&site)[&ana], heard(&site)[&bia]), (4, 5));
    let media = site.json("09:06", &["status"], 8)["replies"][0]["media"].clone();
    assert!(media.is_string(), "a receipt is seen as such: {media}");
}

#[test]
fn ignored_but_for_the_way_out() {
    let (site, [ana, bia]) = treating("treatment = \"ignore\"");
    site.sandbox.reply(&ana, "Bom dia");
    site.sandbox.reply(&bia, "SAIR");
    let report = site.json("09:05", &["replies"], 0);
    assert_eq!(
        (&report["answered"], &report["opted_out"]),
        (&0.into(), &1.into())
    );
    assert_eq!(stored(&site), ["SAIR"]);
}

#[test]
fn forwarded_to_a_phone_of_the_shop() {
    let (site, [ana, _]) = treating("treatment = \"forward\"\nforward_to = \"(51) 98888-7777\"");
    site.sandbox.reply(&ana, "Posso pagar na segunda?");
    assert_eq!(site.json("09:05", &["replies"], 8)["forwarded"], 1);
    assert_eq!(heard(&site)[&ana], 4, "the customer hears nothing");
    let forwarded = site.messages().pop().unwrap();
    assert_eq!(forwarded.to, "5551988887777");
    assert!(
        forwarded.text.contains("Posso pagar na segunda?") && forwarded.text.contains(&ana),
        "{}",
        forwarded.text
    );
    // Once.
    assert_eq!(site.json("09:06", &["replies"], 0)["forwarded"], 0);
}

#[test]
fn after_the_window_only_a_way_out_counts() {
    let (mut site, [ana, bia, _]) = sent();
    // Days later, and the gateway is a new one.
    let late = Sandbox::start_at(&[], Some(&instant("2026-08-15", "10:00")));
    site.reconfigure(site.sandbox.url(), late.url());
    late.link("loja");
    site.sandbox = late;
    site.sandbox.reply(&ana, "Ainda dá para pagar?");
    site.sandbox.reply(&bia, "SAIR");
    let report = site.json("2026-08-15 10:05", &["replies"], 0);
    assert_eq!(
        (&report["stored"], &report["opted_out"], &report["answered"]),
        (&1.into(), &1.into(), &0.into())
    );
    assert_eq!(stored(&site), ["SAIR"]);
    assert!(site.messages().is_empty(), "nobody is answered so late");
}

#[test]
fn an_opt_out_outlives_a_power_cut() {
    let (site, [ana, ..]) = sent();
    site.sandbox.reply(&ana, "Sair");
    // Dead after the first commit: whatever that was, the answer must not be done with before it is honoured.
    let mut cut = site.command("09:05", &["replies"]);
    let ended = cut.env("WA_NOTIFY_FAILPOINT", "after_commit:1").output().unwrap();
    assert!(!ended.status.success(), "the power was cut");
    site.run("09:06", &["replies"]);
    assert_eq!(site.look("SELECT PHONE FROM WA_OPT_OUT"), [format!("+{ana}")]);
    assert_eq!(stored(&site), ["Sair"]);
}

#[test]
fn an_opt_out_counts_though_the_gateway_gave_no_clear_answer() {
    let site = Site::of(1);
    let scan = site.scan();
    site.sandbox.faults(json!({"fault": "error_after", "times": 1}));
    site.send(8);
    assert_eq!(site.parts("1")[0], "unknown");
    let ana = phone(&scan, 0);
    site.sandbox.reply(&ana, "quem é?");
    site.sandbox.reply(&ana, "SAIR");
    let report = site.json("09:05", &["replies"], 0);
    assert_eq!(report["opted_out"], 1);
    // Whether we have written to them at all is not certain: all else is none of our business yet.
    assert_eq!(stored(&site), ["SAIR"]);
    assert_eq!(site.parts("1")[1..], ["skipped", "skipped", "skipped"]);
}

#[test]
fn a_clock_that_was_ahead_for_a_while_leaves_no_answer_unread() {
    let (site, [ana, ..]) = sent();
    site.json("2026-08-16 09:05", &["replies"], 0);
    site.sandbox.reply(&ana, "Bom dia");
    assert_eq!(site.json("09:06", &["replies"], 8)["stored"], 1);
}

/// The shop's computer is a quarter of an hour ahead: by its clock the answer is older than the notice.
#[test]
fn who_answers_at_once_to_a_clock_that_is_ahead_is_no_stranger() {
    let site = Site::new();
    let scan = site.scan();
    let [ana, bia] = [phone(&scan, 0), phone(&scan, 1)];
    // Before the notice a stranger still, by whichever clock.
    let early = json!({"from": bia, "text": "Vocês abrem hoje?", "at": instant(DAY, "09:01")});
    site.sandbox.control("/sandbox/reply", &early);
    site.json("09:17", &["send"], 0);
    site.sandbox.reply(&ana, "SAIR");
    let report = site.json("09:18", &["replies"], 0);
    assert_eq!(
        (&report["stored"], &report["opted_out"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    assert_eq!(stored(&site), ["SAIR"]);
}

/// The PC was off for a week: what came meanwhile is stored, but answered by people only.
#[test]
fn nobody_is_answered_out_of_the_blue() {
    let (site, [ana, ..]) = sent();
    site.json("09:03", &["replies"], 0);
    site.sandbox.reply(&ana, "Bom dia");
    let report = site.json("2026-08-18 09:05", &["replies"], 8);
    assert_eq!((&report["stored"], &report["answered"]), (&1.into(), &0.into()));
    assert_eq!(heard(&site)[&ana], 4);
}
