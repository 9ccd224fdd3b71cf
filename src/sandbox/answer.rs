//! One HTTP answer of the stand-in: a status with JSON, in the form that Evolution gives its errors, or none at all.

use axum::body::Body as HttpBody;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

/// One answer, or the refusal to give any.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    status: StatusCode,
    body: Value,
    retry_after: Option<u64>,
    hang_up: bool,
}

/// Marks a response that must never be sent: the server closes the connection instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct HangUp;

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Answer {
            status: StatusCode::OK,
            body,
            retry_after: None,
            hang_up: false,
        }
    }

    pub(super) fn created(body: Value) -> Self {
        Answer {
            status: StatusCode::CREATED,
            ..Answer::ok(body)
        }
    }

    /// `{status, error, response: {message}}`.
    pub(super) fn error(status: StatusCode, message: Value) -> Self {
        let reason = status.canonical_reason().unwrap_or_default();
        let body = json!({"status": status.as_u16(), "error": reason, "response": {"message": message}});
        Answer {
            status,
            ..Answer::ok(body)
        }
    }

    /// 400 with a message.
    pub(super) fn bad_request(message: Value) -> Self {
        Answer::error(StatusCode::BAD_REQUEST, message)
    }

    /// A status with a body that has no common form.
    pub(super) fn raw(status: StatusCode, body: Value) -> Self {
        Answer {
            status,
            ..Answer::ok(body)
        }
    }

    pub(super) fn unauthorized() -> Self {
        Answer::error(StatusCode::UNAUTHORIZED, "Unauthorized".into())
    }

    pub(super) fn no_such_instance(name: &str) -> Self {
        Answer::error(
            StatusCode::NOT_FOUND,
            json!([format!("The \"{name}\" instance does not exist")]),
        )
    }

    pub(super) fn too_many_requests(retry_after: Option<u64>) -> Self {
        let message = json!(["Too many requests"]);
        Answer {
            retry_after,
            ..Answer::error(StatusCode::TOO_MANY_REQUESTS, message)
        }
    }

    /// No answer at all.
    pub(super) fn hang_up() -> Self {
        Answer {
            hang_up: true,
            ..Answer::ok(Value::Null)
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response<HttpBody> {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.hang_up {
            response.extensions_mut().insert(HangUp);
        }
        response
    }
}
