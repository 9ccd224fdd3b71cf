//! The page like a phone, at `GET /` for browsers; API clients get Evolution's greeting there.
//!
//! Three files, built in; nothing is loaded from elsewhere, and the policy sent along forbids it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;

use super::Sandbox;
use super::answer::Answer;

const HTML: &str = include_str!("../../assets/sandbox/page.html");
const CSS: &str = include_str!("../../assets/sandbox/page.css");
const JS: &str = include_str!("../../assets/sandbox/page.js");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(root))
        .route(
            "/sandbox/page.css",
            get(|| async { built_in("text/css; charset=utf-8", CSS.to_owned()) }),
        )
        .route(
            "/sandbox/page.js",
            get(|| async { built_in("text/javascript; charset=utf-8", JS.to_owned()) }),
        )
}

async fn root(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap) -> Response<Body> {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains("text/html") {
        let html = HTML.replace("{{lang}}", sandbox.options.language.tag());
        return built_in("text/html; charset=utf-8", html);
    }
    Answer::ok(json!({
        "status": 200,
        "message": "Welcome to the Evolution API, it is working!",
        "version": "2.3.6",
        "clientName": "evolution",
        "documentation": "https://doc.evolution-api.com",
        "whatsappWebVersion": "2.3000.1027934701",
        // The only word that a real one does not say.
        "simulator": true,
    }))
    .into_response()
}

fn built_in(content_type: &'static str, text: String) -> Response<Body> {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}
