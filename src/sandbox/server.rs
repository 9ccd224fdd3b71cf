//! The listener: one runtime in the background, stopped on drop.
//!
//! A fault may want a connection closed without an answer, which no web framework offers: an answer marked
//! [`HangUp`] becomes an error of the service, upon which hyper closes the connection and writes nothing.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::answer::{Answer, HangUp};
use super::log::Journal;
use super::webhook::Outbox;
use super::world::World;
use super::{Sandbox, SandboxError, SandboxOptions, chats, control, instances, page, sends};

/// Evolution's limit of a JSON body.
const BODY_LIMIT: usize = 136 * 1024 * 1024;

/// A sandbox that listens. Stops when dropped.
pub struct RunningSandbox {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl RunningSandbox {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`: of the gateway, and of the page.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and closes the connections. What was answered is in the log already.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

/// Starts a sandbox in the background.
///
/// # Errors
/// [`SandboxError`]: an address that others reach, a taken port, a log that cannot be written.
pub fn start(options: SandboxOptions) -> Result<RunningSandbox, SandboxError> {
    if !options.listen.ip().is_loopback() && !options.allow_remote {
        return Err(SandboxError::NotLoopback(options.listen));
    }
    options.faults.iter().try_for_each(|rule| rule.check())?;
    let journal =
        Journal::open(options.log.as_deref(), options.media_dir.as_deref()).map_err(SandboxError::Journal)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("sandbox")
        .enable_all()
        .build()
        .map_err(SandboxError::Runtime)?;
    let refused = |source| SandboxError::Listen {
        address: options.listen,
        source,
    };
    let listener = runtime
        .block_on(TcpListener::bind(options.listen))
        .map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;

    let webhooks = Outbox::start(format!("http://{address}"), Arc::clone(&options.now))
        .map_err(SandboxError::Runtime)?;
    let mut world = World::new(journal, webhooks);
    options
        .faults
        .iter()
        .cloned()
        .for_each(|rule| world.faults.add(rule));
    let sandbox = Arc::new(Sandbox {
        ahead: Mutex::default(),
        world: Mutex::new(world),
        options,
    });
    runtime.spawn(listen(listener, sandbox));
    Ok(RunningSandbox {
        address,
        runtime: Some(runtime),
    })
}

async fn listen(listener: TcpListener, sandbox: Arc<Sandbox>) {
    let router = router(&sandbox);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, router.clone(), Arc::clone(&sandbox)));
            }
            // Out of file handles, or a peer that is gone already: breathe, go on.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("connection dropped on purpose")]
struct Dropped;

async fn serve(stream: TcpStream, router: Router, sandbox: Arc<Sandbox>) {
    // Small answers leave at once; where the system refuses, they leave a little later.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        count(&sandbox, &request);
        let answer = router.clone().oneshot(request.map(Body::new));
        // A task of its own: the real gateway goes on with a send whose caller has lost patience.
        let answer = tokio::spawn(answer);
        async move {
            let response: Response<Body> = match answer.await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(_panicked) => return Err(Dropped),
            };
            if response.extensions().get::<HangUp>().is_some() {
                Err(Dropped)
            } else {
                Ok(response)
            }
        }
    });
    // Ends with an error whenever a connection was dropped, by us or by them: nothing to be done about it.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Counts a request under `POST message/sendText`; the page's own polling does not count.
fn count(sandbox: &Sandbox, request: &Request<Incoming>) {
    let mut parts = request.uri().path().trim_matches('/').splitn(3, '/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if first != "sandbox" && !second.is_empty() {
        let key = format!("{} {first}/{second}", request.method());
        *sandbox.world().requests.entry(key).or_default() += 1;
    }
}

fn router(sandbox: &Arc<Sandbox>) -> Router {
    Router::new()
        .merge(instances::routes())
        .merge(sends::routes())
        .merge(chats::routes())
        .merge(control::routes())
        .merge(page::routes())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_path)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::clone(sandbox))
}

async fn no_such_path(request: Request<Body>) -> Answer {
    let message = format!("Cannot {} {}", request.method(), request.uri().path());
    Answer::error(axum::http::StatusCode::NOT_FOUND, json!([message]))
}
