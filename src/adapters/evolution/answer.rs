//! What an answer that is not a success means.
//!
//! Evolution's errors are `{status, error, response: {message}}`, where message is a string, a list, or a list in a
//! list. The form tells where an error comes from, and that decides what it proves:
//!
//! | form | from | proves that nothing was sent |
//! |---|---|---|
//! | `[["instance requires property ..."]]` | the schema check, before any work | yes |
//! | `["Owned media must be a url or base64"]`, `["For base64 ..."]` | the send controller, before any work | yes |
//! | `[{jid, exists: false, number}]` | the check of the recipient, before the message is made | yes |
//! | `["Error: ..."]`, a string, `{}`, a bare Boom object | anywhere, also after the message went out | no |

use serde_json::Value;

use super::http::{Answer, Failure};
use super::scrub::scrub;
use crate::ports::gateway::GatewayError;

/// Refusals of the send controller, which it makes before it hands the message on.
const CONTROLLER_REFUSALS: [&str; 2] = [
    "For base64 the file name must be informed.",
    "Owned media must be a url or base64",
];

/// Texts by which WhatsApp's restriction of a number shows in an error.
const RESTRICTION_WORDS: [&str; 7] = [
    "reach-out",
    "reachout",
    "timelock",
    "time lock",
    "restricted",
    "banned",
    "error: forbidden",
];

/// An answer that is not a success, taken apart.
pub(super) struct Problem {
    status: u16,
    content_type: String,
    /// Texts of `message`, flattened.
    texts: Vec<String>,
    /// `message` was a list of nothing but lists.
    nested: bool,
    /// Number that the gateway says does not exist.
    absent: Option<String>,
    /// Status inside a bare Boom object (an error of the WhatsApp library passed through).
    boom: Option<u64>,
    /// `{}`: what is left of a JavaScript error in JSON.
    empty: bool,
    /// The start of a body that is no JSON at all, or the names in one that has no message.
    other: String,
}

impl Problem {
    pub(super) fn read(answer: &Answer) -> Self {
        let mut problem = Problem {
            status: answer.status,
            content_type: answer.content_type.clone(),
            texts: Vec::new(),
            nested: false,
            absent: None,
            boom: None,
            empty: false,
            other: String::new(),
        };
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            let start = &answer.body[..answer.body.len().min(4096)];
            let start = String::from_utf8_lossy(start).into_owned();
            // JSON that was cut may be full of messages and names; a proxy's page is not.
            let json = start.trim_start().starts_with(['{', '[', '"']);
            problem.other = if json {
                format!("broken JSON of {} bytes", answer.body.len())
            } else if problem.content_type.starts_with("text/html") {
                visible(&start)
            } else {
                start
            };
            return problem;
        };
        problem.boom = body.pointer("/output/statusCode").and_then(Value::as_u64);
        problem.empty = body.as_object().is_some_and(serde_json::Map::is_empty);
        let message = ["/response/message", "/message", "/output/payload/message"]
            .iter()
            .find_map(|at| body.pointer(at));
        match message {
            Some(Value::String(text)) => problem.texts.push(text.clone()),
            Some(Value::Number(code)) => problem.texts.push(code.to_string()),
            Some(Value::Array(items)) => {
                problem.nested = items.iter().all(Value::is_array);
                for item in items {
                    problem.read_item(item);
                }
            }
            _ => problem.other = names(&body),
        }
        problem
    }

    fn read_item(&mut self, item: &Value) {
        match item {
            Value::String(text) => self.texts.push(text.clone()),
            Value::Array(inner) => {
                self.texts
                    .extend(inner.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            Value::Object(fields) if fields.get("exists") == Some(&Value::Bool(false)) => {
                self.absent = fields.get("number").map(|number| match number {
                    Value::String(text) => text.clone(),
                    number => number.to_string(),
                });
                self.texts.push("exists: false".to_owned());
            }
            other => self.texts.push(names(other)),
        }
    }

    /// The recipient that was asked for does not exist.
    pub(super) fn says_absent(&self, number: &str) -> bool {
        self.status == 400 && self.absent.as_deref() == Some(number)
    }

    /// The request was refused for its form, before any work.
    pub(super) fn is_validation(&self) -> bool {
        self.status == 400
            && !self.texts.is_empty()
            && (self.nested
                || self
                    .texts
                    .iter()
                    .all(|t| CONTROLLER_REFUSALS.contains(&t.as_str())))
    }

    /// The instance does not exist. (Another 404 is a wrong address or somebody else's server.)
    pub(super) fn is_unknown_instance(&self) -> bool {
        self.status == 404 && self.texts.iter().any(|t| t.ends_with("instance does not exist"))
    }

    /// The instance's name is taken.
    pub(super) fn is_name_in_use(&self) -> bool {
        self.status == 403 && self.texts.iter().any(|t| t.ends_with("is already in use."))
    }

    /// The instance has no connection to WhatsApp.
    fn is_not_connected(&self) -> bool {
        self.boom == Some(428)
            || self.texts.iter().any(|t| {
                t.contains("Connection Closed")
                    || t.ends_with("instance is not connected")
                    || [
                        "onWhatsApp",
                        "waUploadToServer",
                        "readMessages",
                        "sendPresenceUpdate",
                    ]
                    .iter()
                    .any(|method| t.contains(&format!("undefined (reading '{method}')")))
            })
    }

    /// A sign that WhatsApp restricts the number.
    pub(super) fn restriction(&self) -> bool {
        matches!(self.status, 403 | 463) && !self.is_name_in_use() || self.restriction_in_words()
    }

    /// The same, where the status alone may be of the gateway itself or of a proxy before it.
    fn restriction_in_words(&self) -> bool {
        matches!(self.boom, Some(402 | 403 | 463))
            || self
                .texts
                .iter()
                .chain([&self.other])
                .any(|text| speaks_of_restriction(text))
    }

    /// One scrubbed line about the answer. `ours` are texts of ours that must not show.
    pub(super) fn detail<'a>(&'a self, secrets: impl IntoIterator<Item = &'a str>) -> String {
        let text = if self.texts.is_empty() {
            self.other.clone()
        } else {
            self.texts.join("; ")
        };
        let text = scrub(&text, secrets);
        let json = self.content_type.starts_with("application/json");
        let kind = if json || self.content_type.is_empty() {
            ""
        } else {
            self.content_type.as_str()
        };
        let kind = if kind.is_empty() {
            String::new()
        } else {
            format!(", {}", scrub(kind, []))
        };
        let text = if text.is_empty() {
            "empty answer".to_owned()
        } else {
            text
        };
        format!("HTTP {}{kind}: {text}", self.status)
    }

    /// The error of a call that is not a send.
    pub(super) fn error(
        &self,
        call: &str,
        key: &str,
        retry_after: Option<std::time::Duration>,
    ) -> GatewayError {
        let detail = || {
            let detail = self.detail([key]);
            detail
                .split_once(": ")
                .map_or(detail.clone(), |(_, text)| text.to_owned())
        };
        // Only what reaches WhatsApp can be refused by it: a 403 elsewhere is about our key, or from a proxy.
        let reaches_whatsapp = call.contains("/chat/") && !call.contains("/chat/find");
        let sign = if reaches_whatsapp {
            self.restriction()
        } else {
            call.contains("/chat/") && self.restriction_in_words()
        };
        match self.status {
            401 => GatewayError::Unauthorized,
            429 => GatewayError::RateLimited { retry_after },
            _ if self.is_unknown_instance() => GatewayError::UnknownInstance,
            _ if sign => GatewayError::Restricted(self.detail([key])),
            _ if self.is_not_connected() => GatewayError::NotConnected,
            // The number check of an instance that was never connected answers this and nothing else.
            400 if self.empty && reaches_whatsapp => GatewayError::NotConnected,
            status => GatewayError::Refused {
                call: call.to_owned(),
                status,
                detail: detail(),
            },
        }
    }
}

/// The error of a call that is not a send and got no whole answer.
pub(super) fn error_of(failure: Failure, call: &str, address: String) -> GatewayError {
    match failure {
        Failure::NeverLeft(detail) => GatewayError::Unreachable { address, detail },
        Failure::TimedOut(after) => GatewayError::TimedOut(after),
        Failure::Broken(detail) => GatewayError::UnexpectedAnswer {
            call: call.to_owned(),
            detail,
        },
    }
}

/// What a page shows: `502 Bad Gateway nginx`, without the tags around it.
fn visible(page: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for piece in page.split('<').skip(usize::from(page.starts_with('<'))) {
        let text = piece.split_once('>').map_or(piece, |(_, text)| text).trim();
        // The title is mostly said again as a heading.
        if !text.is_empty() && !words.contains(&text) {
            words.push(text);
        }
    }
    words.join(" ")
}

fn speaks_of_restriction(text: &str) -> bool {
    let text = text.to_lowercase();
    RESTRICTION_WORDS.iter().any(|word| text.contains(word))
        || text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == "463")
}

/// The names in an object: they say what came without saying what is in it.
fn names(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            format!("an object of {:?}", fields.keys().take(8).collect::<Vec<_>>())
        }
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::String(_) => "a text".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Null => "null".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, body: &str) -> Problem {
        Problem::read(&Answer {
            status,
            retry_after: None,
            content_type: "application/json".to_owned(),
            body: body.as_bytes().to_vec(),
        })
    }

    #[test]
    fn signs_of_restriction() {
        for (status, body) in [
            (400, r#"{"status":400,"response":{"message":["Error: 463"]}}"#),
            (
                500,
                r#"{"status":500,"response":{"message":"reach-out timelock active"}}"#,
            ),
            (
                400,
                r#"{"isBoom":true,"output":{"statusCode":403,"payload":{"message":"forbidden"}}}"#,
            ),
            (
                403,
                r#"{"status":403,"error":"Forbidden","response":{"message":["no"]}}"#,
            ),
            (463, "{}"),
        ] {
            assert!(problem(status, body).restriction(), "{status} {body}");
        }
        for (status, body) in [
            (500, r#"{"response":{"message":"Connection Closed"}}"#),
            (
                400,
                r#"{"response":{"message":[{"jid":"554637463000@s.whatsapp.net","exists":false,"number":"554637463000"}]}}"#,
            ),
            (
                403,
                r#"{"response":{"message":["This name \"loja\" is already in use."]}}"#,
            ),
            (500, r#"{"response":{"message":"id 3EB0463F not found"}}"#),
        ] {
            assert!(!problem(status, body).restriction(), "{status} {body}");
        }
    }

    #[test]
    fn only_the_checks_that_come_before_the_work_prove_refusal() {
        let valid = |message: &str| {
            problem(400, &format!(r#"{{"response":{{"message":{message}}}}}"#)).is_validation()
        };
        assert!(valid(r#"[["instance requires property \"number\""]]"#));
        assert!(valid(r#"["Owned media must be a url or base64"]"#));
        assert!(!valid(r#"["Error: Connection Closed"]"#));
        assert!(!valid(r#""Unexpected end of JSON input""#));
        assert!(!valid("[]"));
        assert!(!valid(r#"["Error: x", ["y"]]"#));
        assert!(!problem(500, r#"{"response":{"message":[["x"]]}}"#).is_validation());
    }

    #[test]
    fn an_instance_without_link_says_so_in_many_ways() {
        let not_connected = |status: u16, body: &str| {
            let error = problem(status, body).error("POST /chat/whatsappNumbers", "key", None);
            error == GatewayError::NotConnected
        };
        let says = |message: &str| format!(r#"{{"response":{{"message":{message}}}}}"#);
        assert!(not_connected(500, &says(r#""Connection Closed""#)));
        assert!(not_connected(400, &says(r#"["Error: Connection Closed"]"#)));
        assert!(not_connected(
            400,
            &says(r#"["TypeError: Cannot read properties of undefined (reading 'onWhatsApp')"]"#)
        ));
        assert!(not_connected(
            400,
            r#"{"isBoom":true,"output":{"statusCode":428}}"#
        ));
        assert!(not_connected(400, "{}"));
        // What a frozen link answers after a minute.
        assert!(!not_connected(
            500,
            &says(r#""Cannot read properties of undefined (reading 'find')""#)
        ));
        assert!(!not_connected(500, "{}"));
    }

    #[test]
    fn a_page_of_a_proxy_shows_its_words() {
        let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n\
                    <hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n";
        let answer = Answer {
            status: 502,
            retry_after: None,
            content_type: "text/html; charset=utf-8".to_owned(),
            body: page.as_bytes().to_vec(),
        };
        let error = Problem::read(&answer).error("GET /", "key", None);
        assert_eq!(error.to_string(), "GET /: HTTP 502: 502 Bad Gateway nginx/1.24.0");
        assert_eq!(visible("Bad <b>Gateway"), "Bad Gateway");
        assert_eq!(visible("<"), "");
    }

    #[test]
    fn json_that_was_cut_is_not_shown() {
        let cut = r#"{"messages":{"total":1,"records":[{"pushName":"Maria","message":{"conversation":"oi"#;
        assert_eq!(
            problem(200, cut).detail([]),
            format!("HTTP 200: broken JSON of {} bytes", cut.len())
        );
    }

    #[test]
    fn a_body_without_message_shows_names_only() {
        let detail = problem(500, r#"{"message":{"conversation":"Oi, Maria"},"key":1}"#).detail([]);
        assert_eq!(detail, r#"HTTP 500: an object of ["key", "message"]"#);
    }
}
