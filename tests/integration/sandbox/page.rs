//! The page like a phone: served, self-contained, safe with hostile texts, and honest about what it is.

use serde_json::json;

use super::{MARIA, linked, send_text};
use crate::support::sandbox::{Reply, Sandbox};

fn browse(sandbox: &Sandbox, path: &str) -> Reply {
    sandbox.raw(
        "GET",
        path,
        &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")],
        b"",
    )
}

#[test]
fn browsers_get_the_page_and_api_clients_the_greeting() {
    let sandbox = Sandbox::start_with(&["--lang", "pt-BR"]);
    let page = browse(&sandbox, "/");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(page.text().contains("<html lang=\"pt-BR\">"));
    let greeting = sandbox.get("/").json();
    assert_eq!(greeting["version"], "2.3.6");
    assert_eq!(greeting["simulator"], true, "it never passes for the real one");
    let english = Sandbox::start_with(&["--lang", "en"]);
    assert!(browse(&english, "/").text().contains("<html lang=\"en\">"));
}

#[test]
fn the_page_says_that_it_is_a_simulator_and_loads_nothing_from_elsewhere() {
    let sandbox = Sandbox::start();
    let html = browse(&sandbox, "/");
    assert!(html.text().contains("id=\"notice\""));
    let script = browse(&sandbox, "/sandbox/page.js").text();
    assert!(script.contains("Simulador.") && script.contains("Nada sai deste computador"));
    let policy = html.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for part in [html.text(), script, browse(&sandbox, "/sandbox/page.css").text()] {
        // The one address is the name of the SVG language, which nothing fetches.
        let elsewhere = part.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !elsewhere.contains("http://")
                && !elsewhere.contains("https://")
                && !elsewhere.contains("url(//")
        );
    }
}

#[test]
fn texts_are_never_markup() {
    let script = browse(&Sandbox::start(), "/sandbox/page.js").text();
    for door in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "DOMParser",
        "srcdoc",
    ] {
        assert!(
            !script.contains(door),
            "{door} would turn a customer's text into markup"
        );
    }
}

#[test]
fn a_hostile_document_is_for_saving_only() {
    let sandbox = linked();
    // `<script>` in base64, under a name that claims to be a PDF.
    let asked = json!({
        "number": MARIA, "mediatype": "document", "fileName": "boleto.pdf", "media": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    });
    assert_eq!(sandbox.post("/message/sendMedia/loja", &asked).status, 201);
    let file = sandbox.get(sandbox.delivered()[0]["content"].as_str().unwrap());
    assert_eq!(file.header("content-type"), Some("application/octet-stream"));
    assert_eq!(file.header("content-disposition"), Some("attachment"));
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn another_sites_page_cannot_act_here() {
    let sandbox = linked();
    let body = json!({"from": MARIA, "text": "oi"}).to_string();
    let foreign = sandbox.raw(
        "POST",
        "/sandbox/reply",
        &[("origin", "http://example.com")],
        body.as_bytes(),
    );
    assert_eq!(foreign.status, 403);
    let own = sandbox.raw(
        "POST",
        "/sandbox/reply",
        &[("origin", sandbox.url())],
        body.as_bytes(),
    );
    assert_eq!(own.status, 201);
}

#[test]
fn the_page_sees_chats_and_polls_cheaply() {
    let sandbox = linked();
    send_text(&sandbox, MARIA, "Olá");
    let chats = sandbox.wait_for("/sandbox/chats", |chats| {
        chats["chats"][0]["messages"][0]["status"] == "DELIVERY_ACK"
    });
    let chat = &chats["chats"][0];
    assert_eq!((&chat["number"], &chat["unread"]), (&json!(MARIA), &json!(1)));
    let revision = &chats["revision"];
    assert_eq!(
        sandbox.get(&format!("/sandbox/chats?since={revision}")).json(),
        json!({"revision": revision})
    );
    // An answer under an opaque jid belongs to the same person's phone.
    sandbox.reply_as_lid(MARIA, "oi", "without_alt");
    let chats = sandbox.get(&format!("/sandbox/chats?since={revision}")).json();
    assert_eq!(chats["chats"].as_array().unwrap().len(), 1);
    assert_eq!(chats["chats"][0]["messages"][1]["from"], "customer");
    assert_eq!(chats["chats"][0]["unread"], 0, "who answers has read");
}

#[test]
fn nobody_answers_an_instance_that_is_not_linked() {
    let sandbox = linked();
    sandbox.unlink("loja");
    assert_eq!(
        sandbox
            .post("/sandbox/reply", &json!({"from": MARIA, "text": "oi"}))
            .status,
        409
    );
    assert_eq!(
        sandbox.post("/sandbox/reply", &json!({"from": MARIA})).status,
        400
    );
    assert_eq!(
        sandbox
            .post("/sandbox/reply", &json!({"form": MARIA, "text": "oi"}))
            .status,
        400
    );
}
