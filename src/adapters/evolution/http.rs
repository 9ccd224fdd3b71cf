//! One HTTP request, once: no redirects, no second try, no connection of an earlier request.

use std::io::Read;
use std::time::Duration;

use chrono::DateTime;
use reqwest::blocking::Client;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

use super::scrub::scrub;
use super::{EvolutionSettings, SettingsError};
use crate::domain::secret::Secret;

/// Largest answer that is read. A page of messages with thumbnails stays far below.
pub(super) const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// The client of one gateway.
pub(super) struct Http {
    client: Client,
    base: Url,
    key: Secret,
}

/// One request.
pub(super) struct Request<'a> {
    pub method: Method,
    /// Segments of the path, not yet encoded.
    pub path: &'a [&'a str],
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<Value>,
    /// From the first byte of the connection to the last of the answer.
    pub timeout: Duration,
}

/// An answer that came whole.
pub(super) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// No whole answer came.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection came about, so nothing of the request left.
    NeverLeft(String),
    /// The time ran out; the request may have arrived.
    TimedOut(Duration),
    /// The connection broke or the answer was cut or too large; the request may have arrived.
    Broken(String),
}

impl Http {
    pub(super) fn new(settings: &EvolutionSettings) -> Result<Self, SettingsError> {
        let base = parse_base(&settings.base_url)?;
        let mut key = HeaderValue::from_str(settings.api_key.expose()).map_err(|_| SettingsError::Key)?;
        key.set_sensitive(true);
        // Two crates of the tree could bring a TLS provider each, so rustls wants to be told. Another gateway's
        // handle may have done it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .default_headers(HeaderMap::from_iter([(
                header::HeaderName::from_static("apikey"),
                key,
            )]))
            .user_agent(concat!("wa-notify/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            // A kept connection can be closed by the server while a request is on its way: the client would then
            // send it again by itself, or report an error that proves nothing. A fresh one for each request does neither.
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            // A redirected POST is sent twice, or becomes a GET.
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // Without TLS no certificate store is needed; a bare machine may have none.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|e| SettingsError::Client(chain(&e)))?;
        Ok(Http {
            client,
            base,
            key: settings.api_key.clone(),
        })
    }

    /// Address without credentials and path.
    pub(super) fn address(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// The key, to be kept out of what is shown.
    pub(super) fn key(&self) -> &str {
        self.key.expose()
    }

    /// Sends a request, once.
    pub(super) fn ask(&self, request: Request<'_>) -> Result<Answer, Failure> {
        let Request {
            method,
            path,
            query,
            body,
            timeout,
        } = request;
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut builder = self.client.request(method, url).timeout(timeout);
        if let Some(body) = body {
            let bytes = serde_json::to_vec(&body).map_err(|e| Failure::NeverLeft(e.to_string()))?;
            builder = builder
                .header(header::CONTENT_TYPE, "application/json")
                .body(bytes);
        }
        let response = builder.send().map_err(|e| self.failure(e, timeout))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            retry_after: retry_after(response.headers()),
            content_type: text_header(response.headers(), header::CONTENT_TYPE),
            body: Vec::new(),
        };
        match response.take(MAX_ANSWER + 1).read_to_end(&mut answer.body) {
            Ok(_) if answer.body.len() as u64 > MAX_ANSWER => Err(Failure::Broken(format!(
                "HTTP {}: answer above {MAX_ANSWER} bytes",
                answer.status
            ))),
            Ok(_) => Ok(answer),
            Err(e) => match e.get_ref().and_then(|e| e.downcast_ref::<reqwest::Error>()) {
                Some(inner) if inner.is_timeout() => Err(Failure::TimedOut(timeout)),
                _ => Err(Failure::Broken(format!(
                    "HTTP {}: answer cut after {} bytes",
                    answer.status,
                    answer.body.len()
                ))),
            },
        }
    }

    fn failure(&self, error: reqwest::Error, timeout: Duration) -> Failure {
        let error = error.without_url();
        if error.is_builder() || error.is_connect() {
            // The name did not resolve, nobody listens, no route, no TLS, or no connection in time: the
            // request is written only after that.
            Failure::NeverLeft(scrub(&chain(&error), [self.key()]))
        } else if error.is_timeout() {
            Failure::TimedOut(timeout)
        } else {
            Failure::Broken(scrub(&chain(&error), [self.key()]))
        }
    }
}

fn parse_base(text: &str) -> Result<Url, SettingsError> {
    let url = Url::parse(text.trim()).map_err(|e| SettingsError::Url(e.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(SettingsError::Url(
            "http:// or https:// and a host are wanted".to_owned(),
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(SettingsError::Url(
            "no `?` or `#` in the gateway's address".to_owned(),
        ));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// The innermost two causes in one line; the outer ones of reqwest say that a request was sent, which it was not.
fn chain(error: &dyn std::error::Error) -> String {
    let causes: Vec<String> = std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect();
    causes[causes.len().saturating_sub(2)..].join(": ")
}

fn text_header(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// `Retry-After` in seconds, or as a date, which is held against the answer's own `Date` so that the two clocks need
/// not agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text_header(headers, header::RETRY_AFTER);
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(&text).ok()?;
    let answered = DateTime::parse_from_rfc2822(&text_header(headers, header::DATE)).ok()?;
    (until - answered).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_both_forms() {
        let headers = |pairs: &[(header::HeaderName, &'static str)]| {
            HeaderMap::from_iter(
                pairs
                    .iter()
                    .map(|(n, v)| (n.clone(), HeaderValue::from_static(v))),
            )
        };
        let date = (header::DATE, "Sun, 22 Nov 2026 15:35:00 GMT");
        assert_eq!(
            retry_after(&headers(&[(header::RETRY_AFTER, "90")])),
            Some(Duration::from_secs(90))
        );
        assert_eq!(
            retry_after(&headers(&[
                date,
                (header::RETRY_AFTER, "Sun, 22 Nov 2026 15:36:30 GMT")
            ])),
            Some(Duration::from_secs(90))
        );
        assert_eq!(retry_after(&headers(&[(header::RETRY_AFTER, "soon")])), None);
        assert_eq!(retry_after(&headers(&[])), None);
    }

    #[test]
    fn addresses_that_cannot_be_a_gateway_are_refused_before_any_call() {
        for bad in [
            "",
            "gateway",
            "ftp://x",
            "http://",
            "http://x/?a=1",
            "127.0.0.1:8080",
        ] {
            assert!(parse_base(bad).is_err(), "{bad}");
        }
        assert!(is_loopback(&parse_base("http://[::1]:8080").unwrap()));
        assert!(is_loopback(&parse_base("http://127.0.0.2:8080/evo/").unwrap()));
        assert!(!is_loopback(&parse_base("https://gateway.example").unwrap()));
    }
}
